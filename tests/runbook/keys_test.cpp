#include "cfkops/runbook/keys.hpp"

#include "functions.hpp"
#include "key_table.hpp"
#include "support/golden.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cfkops::runbook {
namespace {

using ::testing::HasSubstr;

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '|' ? "\\|" : std::string(1, c);
  }
  return out;
}

/// The table of one place as the documentation shows it.
std::string table_of(std::string_view where) {
  std::string table = "| key | value | |\n| --- | --- | --- |\n";
  for (const KeySpec& key : all_keys()) {
    if (key.where == where) {
      table += "| `" + std::string(key.key) + "`" + (key.required ? " (required)" : "") + " | " +
               cell(key.type) + " | " + cell(key.doc) + " `" + cell(key.example) + "` |\n";
    }
  }
  return table;
}

std::string table_of_functions() {
  std::string table = "| function |\n| --- |\n";
  for (const Function& function : all_functions()) {
    table += "| `" + cell(function.signature) + "` |\n";
  }
  return table;
}

TEST(Functions, StandInTheDocumentationAsInTheTable) {
  test::expect_section("expressions.md", "<!-- functions -->", table_of_functions());
}

TEST(Keys, StandInTheDocumentationAsInTheTable) {
  std::set<std::string> places;
  for (const KeySpec& key : all_keys()) {
    if (places.emplace(key.where).second) {
      test::expect_section("runbook-format.md",
                           "<!-- keys: " + std::string(key.where) + " -->",
                           table_of(key.where));
    }
  }
}

TEST(Keys, AreExplained) {
  EXPECT_THAT(explain_key("step.attempts"), HasSubstr("attempts: {max: 10, every: 30s}"));
  EXPECT_THAT(explain_key("step"), HasSubstr("timeout"));
  EXPECT_THAT(explain_key("steps"), HasSubstr("runbook.steps: list of steps, required"));
  EXPECT_THAT(explain_key("step.attempts.every"), HasSubstr("attempts.every: duration"));
  EXPECT_THAT(explain_key("steps.expect.that"), HasSubstr("check.that: expression"));
  EXPECT_THAT(explain_key("step.rollback.none"), HasSubstr("rollback.none: text, required"));
  EXPECT_THAT(explain_key("step.rollback.do"), HasSubstr("step.do: action"));
  EXPECT_THAT(explain_key("step.attempts"), HasSubstr("The pause between two attempts"));
  EXPECT_EQ(explain_key("step.nothing"), "");
  EXPECT_EQ(explain_key("step.attempts.nothing"), "");
  EXPECT_EQ(explain_key("step."), "");
  EXPECT_EQ(explain_key("step.timeout.every"), "");
  EXPECT_EQ(explain_key("nothing"), "");
  for (const KeySpec& key : all_keys()) {
    const std::string text = explain_key(std::string(key.where) + "." + std::string(key.key));
    EXPECT_THAT(text, HasSubstr(std::string(key.doc)));
    EXPECT_EQ(key.example.find(key.key), 0U) << "the example of " << key.where << "." << key.key;
  }
}

TEST(Keys, APathTellsHowFarItLeads) {
  const KeyPath path = follow_keys("step.attempts.evry");
  EXPECT_FALSE(path.found);
  EXPECT_EQ(path.reached, "step.attempts");
  EXPECT_THAT(path.next, ::testing::ElementsAre("max", "every", "backoff", "on"));
  EXPECT_EQ(follow_keys("nothing.max").reached, "");
  EXPECT_THAT(follow_keys("step.timeout").next, ::testing::IsEmpty());
}

TEST(Keys, AreFoundOnceInTheirPlace) {
  std::set<std::string> seen;
  for (const KeySpec& key : all_keys()) {
    EXPECT_TRUE(seen.insert(std::string(key.where) + "." + std::string(key.key)).second);
    EXPECT_EQ(find_key(key.where, key.key), &key);
  }
  EXPECT_EQ(find_key("step", "locks"), nullptr);
  EXPECT_EQ(find_key("guard", "that"), find_key("check", "that"));
  EXPECT_EQ(find_key("check", "every"), nullptr);
}

}  // namespace
}  // namespace cfkops::runbook
