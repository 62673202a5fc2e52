#include "progress.hpp"

#include "app_fixture.hpp"

#include "cfkops/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct ProgressTest : testing::Test {
  test::FakeTerminal terminal;
  GlobalArguments global;

  bool live(const std::string& variable = {}) const {
    const auto answer = progress_is_live(global, variable, terminal);
    EXPECT_TRUE(answer) << answer.error().text();
    return answer.value_or(false);
  }
};

TEST_F(ProgressTest, ByItselfItIsLiveOnATerminalAlone) {
  EXPECT_FALSE(live());
  terminal.is_terminal = true;
  EXPECT_TRUE(live());
  EXPECT_TRUE(live("auto"));
  global.progress = Progress::Auto;
  EXPECT_TRUE(live("plain"));  // the flag comes first
}

TEST_F(ProgressTest, DiagnosticsAreNotWrittenIntoATable) {
  terminal.is_terminal = true;
  global.verbose = true;
  EXPECT_FALSE(live());
  global.progress = Progress::Live;
  EXPECT_TRUE(live());
}

TEST_F(ProgressTest, FlagAndVariableMakeItPlain) {
  terminal.is_terminal = true;
  EXPECT_FALSE(live("plain"));
  global.progress = Progress::Plain;
  EXPECT_FALSE(live("live"));
}

TEST_F(ProgressTest, TheVariableIsAWishAndTheFlagIsNot) {
  EXPECT_FALSE(live("live"));
  global.progress = Progress::Live;
  const auto answer = progress_is_live(global, "", terminal);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().text(), HasSubstr("needs a terminal"));
}

TEST_F(ProgressTest, AnUnknownWordIsAMistake) {
  const auto answer = progress_is_live(global, "tty", terminal);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().text(), HasSubstr("CFKOPS_PROGRESS is 'tty'"));
}

TEST_F(ProgressTest, TheFlagTakesThreeWords) {
  test::AppBench bench;
  EXPECT_EQ(bench.run_words({"list", "--progress", "tty"}), 2);
  EXPECT_THAT(bench.terminal.shown_err, HasSubstr("--progress"));
  EXPECT_EQ(bench.run_words({"list", "--progress", "live"}), 2);
  EXPECT_EQ(bench.run_words({"list", "--progress", "plain"}), 0);
}

struct ProgressOfARun : testing::Test {
  test::AppBench bench;

  std::string shown(bool terminal, std::vector<std::string> more) {
    bench.terminal.shown_err.clear();
    bench.terminal.is_terminal = terminal;
    std::vector<std::string> words = {"run", "broker-restart", "--sandbox", "--yes"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(bench.run_words(words), 0) << bench.terminal.shown_err;
    return bench.terminal.shown_err;
  }

  /// Without the run's own id, which is in a line of its own and in the name of its log.
  static std::string lines_of(const std::string& text) {
    std::string kept;
    for (const std::string& line : base::split(text, '\n')) {
      if (!line.starts_with("run ") && !line.starts_with("log ")) {
        kept += line + "\n";
      }
    }
    return kept;
  }
};

TEST_F(ProgressOfARun, PlainOnATerminalIsWhatIsWrittenWithoutOneByteForByte) {
  const std::string without = lines_of(shown(false, {}));
  EXPECT_EQ(lines_of(shown(true, {"--progress", "plain"})), without);
  EXPECT_THAT(without, Not(HasSubstr("\033")));
  EXPECT_THAT(without, HasSubstr("waiting for broker kafka-0"));
}

TEST_F(ProgressOfARun, LiveItRunsTheSameInSimulatedTimeAndShowsATable) {
  const std::string plain = shown(false, {});
  const std::string live = shown(true, {});
  EXPECT_THAT(live, HasSubstr("\033[?2026h"));
  EXPECT_THAT(live, HasSubstr("of 1 step done"));
  EXPECT_THAT(live, HasSubstr("roll done after"));
  const auto end = [](const std::string& text) { return text.substr(text.rfind("simulated: ")); };
  EXPECT_EQ(end(live), end(plain));
}

}  // namespace
}  // namespace cfkops::cli
