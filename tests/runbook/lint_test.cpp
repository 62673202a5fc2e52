#include "cfkops/runbook/lint.hpp"

#include "support/golden.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"
#include "test_specs.hpp"

#include "cfkops/runbook/loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>

namespace cfkops::runbook {
namespace {

namespace fs = std::filesystem;

/// The findings as `cfkops lint` would show them.
std::string rendered(const std::string& text, const std::string& file) {
  std::string out;
  for (const Diagnostic& finding : lint(text, file, test_specs()).findings) {
    out += render(finding, text) + "\n";
  }
  return out;
}

std::vector<fs::path> files_in(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(test::source_tree() / folder)) {
    if (entry.path().extension() == ".yaml") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Lint, IsSilentAboutWhatIsRight) {
  const std::vector<fs::path> files = files_in("tests/golden/lint/ok");
  ASSERT_GE(files.size(), 2U);
  for (const fs::path& file : files) {
    EXPECT_EQ(rendered(test::read_file(file), file.filename().string()), "");
  }
}

/// A runbook of the usual size, for what needs one.
std::string sample() {
  return test::read_file(test::source_tree() / "tests/golden/lint/ok/rolling.yaml");
}

class LintGolden : public ::testing::TestWithParam<std::string> {};

TEST_P(LintGolden, SaysWhatIsWrong) {
  const std::string folder = "lint/err/";
  const fs::path file = test::source_tree() / "tests/golden" / (folder + GetParam() + ".yaml");
  test::expect_golden(folder + GetParam() + ".out",
                      rendered(test::read_file(file), GetParam() + ".yaml"));
}

std::vector<std::string> error_cases() {
  std::vector<std::string> names;
  for (const fs::path& file : files_in("tests/golden/lint/err")) {
    names.push_back(file.stem().string());
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Files,
                         LintGolden,
                         ::testing::ValuesIn(error_cases()),
                         [](const auto& test) { return test.param; });

/// A small runbook with that step, judged by the rules of ci.
std::string judged(const std::string& step, const std::string& end = "\n") {
  std::string text =
      "apiVersion: cfkops/v1\nkind: Runbook\nname: x\ntitle: X\npurpose: To have one.\nowner: me\n"
      "risk: low\nsteps:\n" +
      step;
  for (std::size_t at = text.find('\n'); end != "\n" && at != std::string::npos;
       at = text.find('\n', at + end.size())) {
    text.replace(at, 1, end);
  }
  std::string out;
  for (const Diagnostic& finding : lint(text, "x.yaml", test_specs(), Profile::Ci).findings) {
    out += render(finding, text);
  }
  return out;
}

TEST(Lint, PointsRightBehindWideCharactersAndTabs) {
  EXPECT_EQ(judged("  - {id: a, title: \"日本\tand Kafak\", do: notify, with: {text: x}}\n"),
            "x.yaml:9:28: info: 'Kafak' is spelt Kafka [CFK-T002]\n"
            "    9 |   - {id: a, title: \"日本\tand Kafak\", do: notify, with: {text: x}}\n"
            "      |                         \t    ^~~~~\n"
            "      = write Kafka\n");
}

TEST(Lint, PointsRightInFilesOfWindows) {
  const std::string step =
      "  - id: a\n    title: |\n      Look at\n      Kafak\n    do: notify\n    with: {text: "
      "007}\n";
  const std::string shown = judged(step, "\r\n");
  EXPECT_THAT(shown, testing::HasSubstr("x.yaml:1:22: warning: ends of lines as on Windows"));
  EXPECT_EQ(shown.substr(shown.find("x.yaml:12")), judged(step));
  EXPECT_EQ(judged(step),
            "x.yaml:12:7: info: 'Kafak' is spelt Kafka [CFK-T002]\n"
            "   12 |       Kafak\n"
            "      |       ^~~~~\n"
            "      = write Kafka\n"
            "x.yaml:14:18: warning: 'text': 007 is text here, and an octal number to other readers "
            "of YAML [CFK-Y006]\n"
            "   14 |     with: {text: 007}\n"
            "      |                  ^~~\n"
            "      = write \"007\"\n");
}

TEST(Lint, ACommentIgnoresAFindingOfItsLineOrTheNext) {
  const std::string step = "  - {id: a, title: A, do: notify, with: {text: 007}}";
  EXPECT_THAT(judged(step + "\n"), testing::HasSubstr("[CFK-Y006]"));
  EXPECT_EQ(judged(step + "  # cfkops:ignore CFK-Y006 because it is a name\n"), "");
  EXPECT_EQ(judged("  # cfkops: ignore CFK-T002, CFK-Y006 — it is a name\n  # really\n\n" + step +
                   "  # Kafak\n"),
            "x.yaml:9:3: warning: CFK-T002 finds nothing in line 12 [CFK-I001]\n"
            "    9 |   # cfkops: ignore CFK-T002, CFK-Y006 — it is a name\n"
            "      |   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
            "      = remove the comment\n");
  EXPECT_THAT(judged(step + "  # cfkops:ignore CFK-Y006\n"),
              testing::AllOf(testing::HasSubstr("[CFK-Y006]"), testing::HasSubstr("[CFK-I002]")));
  EXPECT_THAT(judged(step + "  # cfkops:ignore CFK-S001 because I can\n"),
              testing::HasSubstr("CFK-S001 cannot be ignored"));
}

TEST(Lint, TextIsNoComment) {
  EXPECT_EQ(judged("  - id: a\n    title: A\n    do: notify\n    with:\n      text: |\n"
                   "        # cfkops:ignore CFK-Y006 because this is text  \n"),
            "");
}

TEST(Lint, GivesTheRunbookItJudged) {
  const LintReport report = lint(sample(), "x.yaml", test_specs());
  ASSERT_TRUE(report.runbook);
  EXPECT_FALSE(report.has_errors());
  EXPECT_EQ(report.runbook->name, "rolling");
  EXPECT_FALSE(lint("a: [", "x.yaml", {}).runbook);
  EXPECT_TRUE(lint("a: [", "x.yaml", {}).has_errors());
}

/// Five milliseconds in a release build; ten times that here leaves room for a debug build on a
/// busy machine.
TEST(Lint, IsFast) {
  const std::string text = sample();
  auto best = std::chrono::nanoseconds::max();
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    static_cast<void>(lint(text, "x.yaml", test_specs()));
    best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - begin);
  }
  EXPECT_LT(best, std::chrono::milliseconds(50));
  RecordProperty("microseconds", std::to_string(best.count() / 1000));
}

/// Damaged runbooks: nothing crashes, every finding has a place inside the file.
TEST(Lint, SurvivesMutation) {
  const std::string original = sample();
  const std::size_t body = original.find("params:");
  constexpr std::string_view kBytes = ":-{}[]\"'#|>\n ${}.()aZ0\t\r\xC3\xA9\x01&*!%@`,?";
  std::uint32_t state = 99;
  const auto random = [&](std::size_t below) {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::size_t>(state >> 8U) % below;
  };
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(700);
  for (int round = 0; round < 1500 && std::chrono::steady_clock::now() < end; ++round) {
    std::string text = original;
    for (std::size_t i = random(4) + 1; i > 0; --i) {
      const std::size_t at = body + random(text.size() - body);
      if (random(2) == 0) {
        text.insert(at, 1, kBytes[random(kBytes.size())]);
      } else {
        text.erase(at, random(6));
      }
    }
    const LintReport report = lint(text, "x.yaml", test_specs());
    for (const Diagnostic& finding : report.findings) {
      EXPECT_TRUE(finding.code.starts_with("CFK-")) << finding.message;
      EXPECT_FALSE(finding.message.empty());
      EXPECT_GE(finding.pos.line, 1) << finding.message;
      EXPECT_LE(finding.pos.line, 1 + std::count(text.begin(), text.end(), '\n'));
      EXPECT_FALSE(render(finding, text).empty());
    }
  }
}

}  // namespace
}  // namespace cfkops::runbook
