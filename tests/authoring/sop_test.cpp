#include "sop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::authoring {
namespace {

std::vector<Section> sections_of(const std::string& text) {
  return find_sections(read_markdown(text));
}

TEST(FindSections, LabelsMayBeBoldHeadingsOrBeginALine) {
  for (const char* part : {"**Procedure**", "### Procedure", "**Procedure:** do", "*Steps*:"}) {
    const auto sections = sections_of(std::string("## 5.3. Drain {#x}\n\n") + part + "\n\n1. Go\n");
    ASSERT_EQ(sections.size(), 1U) << part;
    EXPECT_EQ(sections[0].number, "5.3");
    EXPECT_EQ(sections[0].title, "Drain");
    EXPECT_EQ(sections[0].line, 1);
    EXPECT_FALSE(sections[0].ways.front().procedure.empty()) << part;
  }
}

TEST(FindSections, WhatOnlyDescribesProceduresIsNone) {
  EXPECT_TRUE(sections_of("# SOPs\n\n* **Purpose** – why\n* **Procedure** – how\n").empty());
  EXPECT_TRUE(sections_of("# Intro\n\n**Purpose**\nBecause.\n").empty());
}

TEST(FindSections, OptionsAreWaysOfTheirOwn) {
  const auto sections = sections_of(
      "# A\n**Procedure**\n\n*Option A – all*\n1. One\n\n**Rollback**\n* Back\n*Option B – "
      "one:*\n1. "
      "Two\n\n**Validation**\n* Seen\n");
  ASSERT_EQ(sections.size(), 1U);
  ASSERT_EQ(sections[0].ways.size(), 2U);
  EXPECT_EQ(sections[0].ways[0].title, "Option A – all");
  EXPECT_EQ(sections[0].ways[0].rollback.size(), 1U);
  EXPECT_EQ(sections[0].ways[1].title, "Option B – one:");
  EXPECT_EQ(sections[0].ways[1].procedure.size(), 1U);
  EXPECT_EQ(sections[0].ways[1].validation.size(), 1U);
}

TEST(FindSections, ALineOfCommandsInAParagraphIsCode) {
  const auto blocks = read_markdown("1. Let it back:\n   $> kubectl uncordon <node>\n");
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[1].kind, Block::Kind::Code);
  EXPECT_EQ(blocks[1].text, "$> kubectl uncordon <node>");
  EXPECT_EQ(blocks[1].line, 2);
}

}  // namespace
}  // namespace cfkops::authoring
