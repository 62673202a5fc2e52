#include "include.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::lsp {
namespace {

const std::string kText =
    "kind: Runbook\n"
    "params: {include: {type: string}}\n"
    "steps:\n"
    "  - id: go\n"
    "    include: ./part.yaml\n"
    "    with: {include: x}\n";

std::size_t behind(const std::string& part) {
  return kText.find(part) + part.size();
}

TEST(IncludedWord, IsThatOfAStepAlone) {
  EXPECT_EQ(included_word(kText, behind("include: ./pa")), "./part.yaml");
  EXPECT_EQ(included_word(kText, behind("    include: ")), "./part.yaml");
  EXPECT_EQ(included_word(kText, behind("{include: x")), std::nullopt) << "an argument";
  EXPECT_EQ(included_word(kText, behind("id: g")), std::nullopt);
}

TEST(CompleteInclude, OffersTheNamesOfRunbooks) {
  const std::string text = "steps:\n  - id: go\n    include: bro";
  const auto offered = complete_include(text, text.size(), {"broker-restart", "other"});
  ASSERT_TRUE(offered);
  ASSERT_EQ(offered->candidates.size(), 2U);
  EXPECT_EQ(offered->candidates[0].text, "broker-restart");
  EXPECT_EQ(offered->replaced.of(text), "bro");
  const std::string other = "steps:\n  - id: go\n    do: bro";
  EXPECT_FALSE(complete_include(other, other.size(), {"broker-restart"}));
}

TEST(UriOf, IsThatOfAWholePath) {
  EXPECT_EQ(uri_of("/a/b c/../x.yaml"), "file:///a/x.yaml");
}

}  // namespace
}  // namespace cfkops::lsp
