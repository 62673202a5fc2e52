#include "cfkops/runbook/keys.hpp"

#include "functions.hpp"
#include "key_table.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
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

/// `text` with what stands between the marker and the next end marker replaced.
std::string with_section(std::string text, const std::string& marker, const std::string& content) {
  const std::size_t begin = text.find(marker);
  const std::size_t end = text.find("<!-- end -->", begin);
  if (begin == std::string::npos || end == std::string::npos) {
    ADD_FAILURE() << "no section " << marker;
    return text;
  }
  return text.replace(begin + marker.size(), end - begin - marker.size(), "\n" + content);
}

TEST(Functions, StandInTheDocumentationAsInTheTable) {
  const auto file = test::source_tree() / "docs" / "expressions.md";
  const std::string written = test::read_file(file);
  const std::string wanted = with_section(written, "<!-- functions -->", table_of_functions());
  const char* accept = std::getenv("CFKOPS_ACCEPT");
  if (accept != nullptr && std::string(accept) == "1") {
    test::write_file(file, wanted);
    GTEST_SKIP() << "accepted " << file.string();
  }
  EXPECT_EQ(written, wanted) << "CFKOPS_ACCEPT=1 rewrites docs/expressions.md";
}

TEST(Keys, StandInTheDocumentationAsInTheTable) {
  const auto file = test::source_tree() / "docs" / "runbook-format.md";
  const std::string written = test::read_file(file);
  std::string wanted = written;
  std::set<std::string> places;
  for (const KeySpec& key : all_keys()) {
    if (places.emplace(key.where).second) {
      wanted = with_section(
          wanted, "<!-- keys: " + std::string(key.where) + " -->", table_of(key.where));
    }
  }
  const char* accept = std::getenv("CFKOPS_ACCEPT");
  if (accept != nullptr && std::string(accept) == "1") {
    test::write_file(file, wanted);
    GTEST_SKIP() << "accepted " << file.string();
  }
  EXPECT_EQ(written, wanted) << "CFKOPS_ACCEPT=1 rewrites docs/runbook-format.md";
}

TEST(Keys, AreExplained) {
  EXPECT_THAT(explain_key("step.attempts"), HasSubstr("attempts: {max: 10, every: 30s}"));
  EXPECT_THAT(explain_key("step"), HasSubstr("timeout"));
  EXPECT_THAT(explain_key("steps"), HasSubstr("runbook.steps: list of steps, required"));
  EXPECT_EQ(explain_key("step.nothing"), "");
  EXPECT_EQ(explain_key("nothing"), "");
  for (const KeySpec& key : all_keys()) {
    const std::string text = explain_key(std::string(key.where) + "." + std::string(key.key));
    EXPECT_THAT(text, HasSubstr(std::string(key.doc)));
    EXPECT_EQ(key.example.find(key.key), 0U) << "the example of " << key.where << "." << key.key;
  }
}

TEST(Keys, AreFoundOnceInTheirPlace) {
  std::set<std::string> seen;
  for (const KeySpec& key : all_keys()) {
    EXPECT_TRUE(seen.insert(std::string(key.where) + "." + std::string(key.key)).second);
    EXPECT_FALSE(is_later_key(key.where, key.key));
    EXPECT_EQ(find_key(key.where, key.key), &key);
  }
  EXPECT_TRUE(is_later_key("runbook", "settings"));
  EXPECT_EQ(find_key("step", "locks"), nullptr);
  EXPECT_EQ(find_key("guard", "that"), find_key("check", "that"));
  EXPECT_EQ(find_key("check", "every"), nullptr);
}

}  // namespace
}  // namespace cfkops::runbook
