#include "cfkops/runbook/format.hpp"

#include "format_generator.hpp"
#include "format_scalar.hpp"
#include "support/golden.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/base/yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace cfkops::runbook {
namespace {

constexpr std::string_view kHead = "apiVersion: cfkops/v1\nkind: Runbook\n";

std::string with_head(std::string_view text) {
  return std::string(kHead) + std::string(text);
}

/// The formatted text; the test has failed where there is none.
std::string formatted(std::string_view text) {
  auto result = format_runbook(text, "x.yaml");
  if (!result) {
    for (const Diagnostic& finding : result.error()) {
      ADD_FAILURE() << render(finding, text);
    }
    return {};
  }
  return *std::move(result);
}

/// The first finding's code where it is refused.
std::string refusal(std::string_view text) {
  const auto result = format_runbook(text, "x.yaml");
  return result ? "" : result.error().front().code;
}

std::string json_of(const std::string& text) {
  const auto tree = base::parse_yaml(text, "x.yaml", base::YamlDialect::Strict);
  return tree ? base::to_json(*tree).dump() : "not YAML";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// Whether the comment stands where it was promised to.
bool is_kept(const CommentPromise& promise, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t at = lines[i].find(promise.comment);
    if (at == std::string::npos) {
      continue;
    }
    const std::string key = promise.key + ":";
    if (promise.where == CommentPromise::Where::SameLine) {
      return lines[i].substr(0, at).find(key) != std::string::npos;
    }
    if (promise.where == CommentPromise::Where::SomeLine) {
      return true;
    }
    for (++i; i < lines.size() && lines[i].find_first_not_of(' ') == lines[i].find('#');) {
      ++i;
    }
    return i < lines.size() && lines[i].find(key) != std::string::npos;
  }
  return false;
}

/// A thousand in all, in parts that may run beside each other.
class FormatOfWildRunbooks : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(FormatOfWildRunbooks, KeepsMeaningAndCommentsAndChangesNothingAgain) {
  constexpr std::uint32_t kCount = 125;
  std::uint32_t changed = 0;
  for (std::uint32_t number = GetParam() * kCount; number < (GetParam() + 1) * kCount; ++number) {
    const WildRunbook wild = wild_runbook(number);
    const std::string result = formatted(wild.text);
    ASSERT_FALSE(result.empty()) << wild.text;
    ASSERT_EQ(json_of(result), json_of(wild.text)) << wild.text;
    ASSERT_TRUE(same_meaning(result, wild.text)) << wild.text;
    ASSERT_EQ(formatted(result), result) << "number " << number << "\n" << wild.text;
    const std::vector<std::string> lines = lines_of(result);
    for (const CommentPromise& promise : wild.comments) {
      ASSERT_TRUE(is_kept(promise, lines))
          << number << ": " << promise.comment << " of " << promise.key << "\n"
          << wild.text << "\n-----\n"
          << result;
    }
    changed += result == wild.text ? 0U : 1U;
  }
  EXPECT_EQ(changed, kCount);
}

INSTANTIATE_TEST_SUITE_P(Parts, FormatOfWildRunbooks, ::testing::Range(0U, 8U));

TEST(Format, RunbooksOfTheTreeKeepTheirMeaningAndAreFormattedOnce) {
  int count = 0;
  for (const char* folder : {"runbooks", "tests", "docs"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(test::source_tree() / folder)) {
      if (entry.path().extension() != ".yaml" && entry.path().extension() != ".case") {
        continue;
      }
      const std::string text = test::read_file(entry.path());
      const auto result = format_runbook(text, entry.path().string());
      if (!result) {
        EXPECT_NE(result.error().front().code, kFormatDefect) << entry.path();
        continue;
      }
      ++count;
      EXPECT_EQ(json_of(*result), json_of(text)) << entry.path();
      EXPECT_TRUE(same_meaning(*result, text)) << entry.path();
      EXPECT_EQ(formatted(*result), *result) << entry.path();
    }
  }
  EXPECT_GT(count, 25);
}

TEST(Format, ShippedRunbooksAreInTheHouseForm) {
  for (const auto& entry : std::filesystem::directory_iterator(test::source_tree() / "runbooks")) {
    if (entry.is_regular_file()) {
      const std::string text = test::read_file(entry.path());
      EXPECT_EQ(formatted(text), text) << entry.path();
    }
  }
}

TEST(Format, PutsEverythingInItsPlace) {
  const std::string text = test::read_file(test::source_tree() / "tests/golden/fmt/odd.yaml");
  test::expect_golden("fmt/odd.out", formatted(text));
}

TEST(Format, WritesUnixLinesWithoutAByteOrderMark) {
  EXPECT_EQ(formatted("\xEF\xBB\xBF" + std::string("apiVersion: cfkops/v1\r\nkind: Runbook\r\n")),
            kHead);
  EXPECT_EQ(formatted(kHead.substr(0, kHead.size() - 1)), kHead);
}

TEST(Format, LeavesWhatItIsNotSureOf) {
  // The last line end would become part of the text; a list of pairs with nothing in them.
  for (const char* text : {"name: [a: ]\n", "name: {a, b}\n", "name: {a: }\n"}) {
    EXPECT_EQ(formatted(with_head(text)), with_head(text));
  }
  const std::string json = R"({"kind": "Runbook", "apiVersion": "cfkops/v1"})";
  EXPECT_EQ(formatted(json), json);
}

TEST(Format, RefusesWhatIsNoRunbook) {
  EXPECT_EQ(refusal("a: [\n"), "CFK-Y001");
  EXPECT_EQ(refusal(with_head("a: &x 1\n")), "CFK-Y004");
  EXPECT_EQ(refusal(with_head("kind: Runbook\n")), "CFK-Y002");
  EXPECT_EQ(refusal("apiVersion: v1\nkind: ConfigMap\n"), kNoRunbook);
  EXPECT_EQ(refusal("- a\n"), kNoRunbook);
  EXPECT_EQ(refusal(""), "CFK-Y001");
}

TEST(Format, KeepsCommentsForLintAtTheirLine) {
  // The first key is what a finding about the whole step points at.
  const std::string first =
      with_head("\nsteps:\n  # cfkops:ignore CFK-X003 because x\n  - title: A\n    id: a\n");
  EXPECT_EQ(formatted(first), first);
  const std::string same_line =
      with_head("\nsteps:\n  - title: A  # cfkops:ignore CFK-X003 because x\n    id: a\n");
  EXPECT_EQ(formatted(same_line), same_line);
  // About another line it may move with it.
  EXPECT_EQ(formatted(with_head("steps:\n- title: A\n  # cfkops:ignore CFK-X003 because x\n\n"
                                "  id: a\n")),
            with_head("\nsteps:\n  # cfkops:ignore CFK-X003 because x\n\n  - id: a\n"
                      "    title: A\n"));
  // It counts for the next line, however far it is set in.
  EXPECT_EQ(
      formatted(with_head("steps:\n- id: a\n  # cfkops:ignore CFK-X003 because x\n- id: b\n")),
      with_head("\nsteps:\n  - id: a\n  # cfkops:ignore CFK-X003 because x\n  - id: b\n"));
  const std::string lines = with_head(
      "\nsteps:\n  - id: a\n    with: {b: 1,  # cfkops:ignore CFK-X003 because x\n      c: 2}\n");
  EXPECT_EQ(formatted(lines), lines);
  const std::string above = with_head(
      "\nsteps:\n  - id: a\n    # cfkops:ignore CFK-X003 because x\n    with: {b: 1,\n      c: "
      "2}\n");
  EXPECT_EQ(formatted(above), above);
}

TEST(Format, KeepsTheLineOfAnEditorOnTop) {
  EXPECT_EQ(formatted("# yaml-language-server: $schema=s.json\nkind: Runbook\n# v\napiVersion: "
                      "cfkops/v1\n"),
            "# yaml-language-server: $schema=s.json\n# v\napiVersion: cfkops/v1\nkind: Runbook\n");
}

TEST(Format, KeepsTheMarksOfADocument) {
  const std::string text = "%YAML 1.2\n# a\n---\n" + with_head("name: a\n...\n");
  EXPECT_EQ(formatted(text), text);
}

TEST(Format, DropsQuotesOnlyWhereTheyMeanNothing) {
  using enum ScalarPlace;
  EXPECT_EQ(plainest("\"two words\"", InLines), "two words");
  EXPECT_EQ(plainest("'it''s'", InLines), "it's");
  EXPECT_EQ(plainest("\"a == 'b' && c\"", InLines), "a == 'b' && c");
  EXPECT_EQ(plainest("\"größe 日本\"", InLines), "größe 日本");
  EXPECT_EQ(plainest("'a, b'", InLines), "a, b");
  EXPECT_EQ(plainest("'a, b'", InBrackets), "\"a, b\"");
  EXPECT_EQ(plainest("\"a:b\"", InBrackets), "\"a:b\"");
  EXPECT_EQ(plainest("'say \"x\"'", InLines), "'say \"x\"'");
  for (const char* text : {"\"1\"",          "\"~\"",         "\"1e3\"",   "\"0o7\"",
                           "\"yes\"",        "\"No\"",        "\"y\"",     "\"TRUE\"",
                           "\"null\"",       "\"\"",          "\" a\"",    "\"a \"",
                           "\"a: b\"",       "\"a:\"",        "\"a #b\"",  "\"${a}\"",
                           "\"- a\"",        "\"12:30\"",     "\"a\\tb\"", "\".5\"",
                           "\"2026-01-01\"", "\"a\xC2\xA0\"", "\"@a\"",    "\"a\xE2\x80\x8B\"",
                           "\"[a]\"",        "\"=\"",         "\"<<\"",    "\"a\xE2\x80\xA8\"",
                           "\"%a\"",         "\"off\""}) {
    EXPECT_EQ(plainest(text, InLines), text);
  }
}

TEST(Format, ToldApartAreTextAndWhatOnlyLooksLikeIt) {
  EXPECT_TRUE(same_meaning("a: {b: 1, c: x}", "a:\n  c: 'x'\n  b: 1"));
  for (const char* word : {"1", "~", "1e3", "0o7", "yes", "010", "true"}) {
    EXPECT_FALSE(same_meaning("a: " + std::string(word), "a: \"" + std::string(word) + "\""))
        << word;
  }
  EXPECT_FALSE(same_meaning("a: [1, 2]", "a: [2, 1]"));
  EXPECT_FALSE(same_meaning("a: 1", "b: 1"));
  EXPECT_FALSE(same_meaning("a: [", "a: ["));
}

TEST(Format, WhatStandsBehindAClosingBracketStaysBehindTheList) {
  const std::string text =
      with_head("params:\n  a: {type: list<string>, default: [x,\n    y]} # why\n");
  const std::string once = formatted(text);
  EXPECT_EQ(once,
            with_head("\nparams:\n  a:\n    type: list<string>\n    default:\n      - x\n"
                      "      - y\n    # why\n"));
  EXPECT_EQ(formatted(once), once);
  const std::string two = with_head("x: # one\n  [a,\n  b] # two\n");
  EXPECT_EQ(formatted(two), with_head("\nx:  # one\n  - a\n  - b\n  # two\n"));
}

TEST(Format, WhatLintIsToIgnoreBehindAClosingBracketStaysInItsLine) {
  const std::string text = with_head("\nx: [a,\n  b]  # cfkops:ignore CFK-X010 because it must\n");
  EXPECT_EQ(formatted(text), text);
}

}  // namespace
}  // namespace cfkops::runbook
