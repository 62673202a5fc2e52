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
