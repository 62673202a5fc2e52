#include "rule_case.hpp"
#include "support/golden.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/runbook/rule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

namespace cfkops::runbook {
namespace {

namespace fs = std::filesystem;

class Rules : public testing::TestWithParam<RuleSpec> {};

/// The rule's own findings in what is bad; what else is wrong with it is not its business.
TEST_P(Rules, FindsWhatIsBad) {
  const test::RuleCase example = test::read_case(GetParam().code);
  if (example.command) {
    return;  // the tests of the command line show it
  }
  const std::string shown = test::shown_findings(example, GetParam());
  EXPECT_NE(shown, "") << GetParam().code;
  test::expect_golden("lint/rules/" + std::string(GetParam().code) + ".out", shown);
}

/// Of what is nearly the same and right, no rule finds anything.
TEST_P(Rules, LeavesAloneWhatIsGood) {
  const test::RuleCase example = test::read_case(GetParam().code);
  if (example.command) {
    return;  // the tests of the command line show it
  }
  const std::string text = test::completed(test::unescaped(example.good));
  for (const Diagnostic& finding : test::findings_of(text, GetParam())) {
    ADD_FAILURE() << render(finding, text);
  }
}

TEST_P(Rules, AreToldInFull) {
  const RuleSpec& rule = GetParam();
  const test::RuleCase example = test::read_case(rule.code);
  EXPECT_NE(example.why, "");
  EXPECT_NE(example.source, "");
  EXPECT_NE(example.bad, "");
  EXPECT_NE(example.good, "");
  EXPECT_FALSE(rule.summary.ends_with('.')) << rule.summary;
  EXPECT_EQ(find_rule(rule.code)->name, rule.name);
}

std::string test_name(const testing::TestParamInfo<RuleSpec>& info) {
  std::string name(info.param.code.substr(4));
  for (const char c : info.param.name) {
    name += c == '-' ? '_' : c;
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(All,
                         Rules,
                         testing::ValuesIn(all_rules().begin(), all_rules().end()),
                         test_name);

TEST(RuleTable, HasEachCodeAndNameOnce) {
  std::set<std::string_view> seen;
  for (const RuleSpec& rule : all_rules()) {
    EXPECT_TRUE(seen.insert(rule.code).second) << rule.code;
    EXPECT_TRUE(seen.insert(rule.name).second) << rule.name;
  }
  EXPECT_EQ(find_rule("CFK-X999"), nullptr);
  EXPECT_EQ(profile_of("production"), Profile::Production);
  EXPECT_EQ(profile_of("strict"), std::nullopt);
}

TEST(RuleTable, HasNoCaseWithoutARule) {
  for (const auto& entry :
       fs::directory_iterator(test::source_tree() / "tests/golden/lint/rules")) {
    EXPECT_NE(find_rule(entry.path().stem().string()), nullptr) << entry.path();
  }
}

/// The pages of the documentation.
struct Page {
  std::string_view file;
  std::string_view title;
};

constexpr std::array<Page, 10> kPages = {{
    {"file.md", "The file"},
    {"keys.md", "Keys, values and arguments"},
    {"parameters.md", "Parameters and names"},
    {"expressions.md", "Expressions"},
    {"secrets.md", "Secrets"},
    {"repetition.md", "Repeating, and what fails"},
    {"steps.md", "Steps"},
    {"recovery.md", "Taking back and validating"},
    {"kafka.md", "Kafka and nodes"},
    {"texts.md", "Changes, titles and comments"},
}};

std::string fenced(std::string_view language, const std::string& text) {
  return "```" + std::string(language) + "\n" + text + "```\n";
}

std::string entry_of(const RuleSpec& rule) {
  const test::RuleCase example = test::read_case(rule.code);
  const std::string language = example.command ? "sh" : "yaml";
  std::string text = "\n## " + std::string(rule.code) + "\n\n**" + std::string(rule.name) + "** (" +
                     std::string(to_string(rule.severity)) + ", profile " +
                     std::string(to_string(rule.profile)) + "): " + std::string(rule.summary) +
                     ".\n\n" + example.why + "\n\nBad:\n\n" + fenced(language, example.bad);
  if (!example.command) {
    text += "\n" + fenced("text", test::shown_findings(example, rule));
  }
  return text + "\nGood:\n\n" + fenced(language, example.good) + "\nSource: " + example.source +
         ".\n";
}

class Pages : public testing::TestWithParam<Page> {};

TEST_P(Pages, ShowEachRule) {
  std::string text =
      "# " + std::string(GetParam().title) +
      "\n\nRules of lint; how to use it: [lint](../lint-rules.md). This page is made "
      "from the table of rules and from their tests.\n";
  for (const RuleSpec& rule : all_rules()) {
    const bool here =
        rule_page(rule.code).starts_with("lint/" + std::string(GetParam().file) + "#");
    text += here ? entry_of(rule) : "";
  }
  test::expect_golden("../../docs/lint/" + std::string(GetParam().file), text);
}

INSTANTIATE_TEST_SUITE_P(All, Pages, testing::ValuesIn(kPages), [](const auto& page) {
  return std::string(page.param.file.substr(0, page.param.file.find('.')));
});

TEST(RuleTable, StandsInTheDocumentation) {
  std::string table =
      "| code | name | severity | profile | finding |\n| --- | --- | --- | --- | --- |\n";
  for (const RuleSpec& rule : all_rules()) {
    table += "| [" + std::string(rule.code) + "](" + rule_page(rule.code) + ") | " +
             std::string(rule.name) + " | " + std::string(to_string(rule.severity)) + " | " +
             std::string(to_string(rule.profile)) + " | " + std::string(rule.summary) + " |\n";
  }
  test::expect_section("lint-rules.md", "<!-- rules -->", table);
}

}  // namespace
}  // namespace cfkops::runbook
