#include "app_fixture.hpp"
#include "support/matchers.hpp"

#include "cfkops/base/process.hpp"
#include "cfkops/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

struct Completion : testing::Test, test::AppBench {
  /// What is offered for the last of the words.
  std::vector<std::string> offered(std::vector<std::string> words) {
    words.insert(words.begin(), {"__complete", "--"});
    terminal.shown_out.clear();
    EXPECT_EQ(run_words(std::move(words)), 0) << terminal.shown_err;
    std::vector<std::string> lines = base::split(terminal.shown_out, '\n');
    lines.pop_back();
    return lines;
  }

  std::string script(const std::string& shell) {
    terminal.shown_out.clear();
    EXPECT_EQ(run_words({"completion", shell}), 0);
    return terminal.shown_out;
  }
};

/// Presses TAB in bash after "cfkops run ", where `cfkops __complete` prints `lines`.
std::string tab_in_bash(const std::string& script, const std::string& lines) {
  base::SystemProcess process;
  base::ProcessRequest request;
  request.argv = {"bash", "--norc", "-c", R"SH(
    cfkops() { printf '%s' "$CANDIDATES"; }
    compopt() { echo "compopt $*"; }
    eval "$SCRIPT"
    COMP_WORDS=(cfkops run ''); COMP_CWORD=2
    _cfkops
    printf '<%s>\n' "${COMPREPLY[@]}")SH"};
  request.environment = {{"CANDIDATES", lines}, {"SCRIPT", script}};
  const auto ended = process.run(request);
  EXPECT_THAT(ended, test::IsOk());
  EXPECT_EQ(ended->error_output, "");
  return ended->output;
}

TEST_F(Completion, OffersRunbooksAndTheirParameters) {
  EXPECT_THAT(offered({"run", "brok"}), ElementsAre("broker-restart", ":files"));
  EXPECT_THAT(offered({"run", "broker-restart", "--param", "se"}), ElementsAre("settle="));
  EXPECT_THAT(offered({"run", "broker-restart", "-p", "se"}), ElementsAre("settle="));
}

TEST_F(Completion, AFlagsValueIsNoPartOfTheCommand) {
  EXPECT_THAT(offered({"-n", "confluent", "run", "brok"}), Contains("broker-restart"));
  EXPECT_THAT(offered({"-n", "run", "-"}), Not(Contains("--dry-run")));
  EXPECT_THAT(offered({"--insecure-skip-tls-verify", "run", "brok"}), Contains("broker-restart"));
  EXPECT_THAT(offered({"-n", "confluent", "run", "broker-restart", "--param", "se"}),
              ElementsAre("settle="));
  EXPECT_THAT(offered({"--namespace", "=", "confluent", "run", "--par"}), ElementsAre("--param"));
}

TEST_F(Completion, AFlagsValueIsOfferedOnlyWhatItMayBe) {
  EXPECT_THAT(offered({"run", "broker-restart", "-n", ""}), IsEmpty());
  EXPECT_THAT(offered({"list", "-o", ""}), ElementsAre("text", "json"));
  EXPECT_THAT(offered({"list", "--output", "="}), ElementsAre("text", "json"));
  EXPECT_THAT(offered({"run", "broker-restart", "--param", "settle", "=", ""}), IsEmpty());
  EXPECT_THAT(offered({"run", "broker-restart", ""}), IsEmpty());
}

TEST_F(Completion, FilesStandWhereAFileMayBeGiven) {
  EXPECT_THAT(offered({"list", "--kubeconfig", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"lint", "broker-restart", ""}), IsSupersetOf({"broker-restart", ":files"}));
  EXPECT_THAT(offered({"audit", "verify", "no-such"}), ElementsAre(":files"));
  EXPECT_THAT(offered({"explain", "kafka.ro"}), ElementsAre("kafka.roll"));
  EXPECT_THAT(offered({"explain", "kafka.roll.se"}), ElementsAre("kafka.roll.settle"));
  EXPECT_THAT(offered({"explain", "step.attempts.ev"}), ElementsAre("step.attempts.every"));
  EXPECT_THAT(offered({"fmt", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"fmt", "--dif"}), ElementsAre("--diff"));
  EXPECT_THAT(offered({"new", "x", "--from", "broker"}), ElementsAre("broker-restart", ":files"));
  EXPECT_THAT(offered({"new", "x", "--out", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"import", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"import", "sop.md", "--dir", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"import", "sop.md", ""}), IsEmpty());
  EXPECT_THAT(offered({"test", "a.test.yaml", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"test", "-o", ""}), ElementsAre("text", "json", "junit"));
  EXPECT_THAT(offered({"import", "--s"}), Contains("--section"));
}

TEST_F(Completion, AFileNameThatAShellWouldRunIsNotOffered) {
  const test::InFreshFolder here;
  for (const char* name : {"$(touch owned)", "`touch owned`", "a b", "A", "x;y"}) {
    here.write(std::string("runbooks/") + name + ".yaml", test::small_runbook("x"));
  }
  here.write("runbooks/good-one2.yaml", test::small_runbook("good-one2"));
  EXPECT_THAT(offered({"run", ""}), ElementsAre("broker-restart", "good-one2", ":files"));
  terminal.shown_out.clear();
  EXPECT_EQ(run_words({"list"}), 0);
  EXPECT_THAT(terminal.shown_out, HasSubstr("good-one2"));
  EXPECT_THAT(terminal.shown_out, Not(HasSubstr("touch")));
}

TEST_F(Completion, BashRunsNothingOfWhatIsOffered) {
  const test::InFreshFolder here;
  const std::string evil = "$(touch owned)`touch owned`";
  EXPECT_EQ(tab_in_bash(script("bash"), evil + "\ngood\n"), "<" + evil + ">\n<good>\n");
  EXPECT_FALSE(std::filesystem::exists(here.path() / "owned"));
}

TEST_F(Completion, BashLeavesNoSpaceAfterAnEqualsSignAndCompletesFilesOnlyWhereTheyMayStand) {
  EXPECT_EQ(tab_in_bash(script("bash"), "settle=\n"), "compopt -o nospace\n<settle=>\n");
  EXPECT_EQ(tab_in_bash(script("bash"), "a\n:files\n"), "compopt -o default\n<a>\n");
}

TEST_F(Completion, EveryShellHasItsScript) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_THAT(script(shell), HasSubstr("cfkops __complete"));
    EXPECT_THAT(script(shell), HasSubstr(":files"));
  }
}

}  // namespace
}  // namespace cfkops::cli
