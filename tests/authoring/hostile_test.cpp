#include "support/matchers.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/authoring/import.hpp"
#include "cfkops/base/yaml.hpp"
#include "cfkops/runbook/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

// What a file may hold that was not written by a friend: it must never become anything but text.
namespace cfkops::authoring {
namespace {

using testing::HasSubstr;
using testing::Not;

Result<std::vector<Draft>> import(const std::string& text, const std::string& file = "it.md") {
  return import_sop(text, {.file = file, .section = {}, .owner = {}}, actions::specs());
}

/// Loads and has no errors; returns the runbook.
runbook::Runbook loaded(const Draft& draft) {
  const runbook::LintReport report =
      runbook::lint(draft.text, draft.name, actions::specs(), runbook::Profile::Ci);
  for (const runbook::Diagnostic& finding : report.findings) {
    EXPECT_NE(finding.severity, runbook::Severity::Error)
        << runbook::render(finding, draft.text) << draft.text;
  }
  EXPECT_TRUE(report.runbook);
  return report.runbook.value_or(runbook::Runbook());
}

runbook::Runbook loaded_from(const std::string& text) {
  const auto drafts = import(text);
  EXPECT_TRUE(drafts) << (drafts ? "" : drafts.error().text());
  return drafts ? loaded(drafts->front()) : runbook::Runbook();
}

TEST(HostileProcedure, AHeadingCannotAddKeys) {
  const runbook::Runbook book = loaded_from(
      "# Restart: \"x\"\\nsteps: [{do: pod.delete}] # no\n\n**Procedure**\n1. Go: `a: b` - {c}\n");
  EXPECT_EQ(book.steps.size(), 1U);
  EXPECT_EQ(book.steps.front().action, "human.task");
  EXPECT_EQ(book.risk, "medium");
}

TEST(HostileProcedure, ABlockOfTextCannotEndTheBlock) {
  const runbook::Runbook book = loaded_from(
      "# A\n**Procedure**\n1. First\n```\nsteps:\n  - do: pod.delete\n---\n...\nkey: |\n```\n");
  EXPECT_EQ(book.steps.size(), 1U);
}

TEST(HostileProcedure, NoTextIsAnExpression) {
  const runbook::Runbook book = loaded_from(
      "# ${params.x}\n**Purpose**\n${steps.y}\n\n**Procedure**\n1. Use ${steps.secret} and $${z} "
      "and "
      "${\n```\n$ kubectl exec web-0 -- echo 'a${b}c' '${params.d}'\n```\n2. ${run.id}\n");
  ASSERT_EQ(book.steps.size(), 2U);
  EXPECT_EQ(book.steps[0].action, "pod.exec");
  (void)loaded_from(
      "# A\n**Procedure**\n1. x\n\n**Validation**\n* All ${brokers} are running\n* ${x}\n\n"
      "**Rollback**\n* ${y}\n");
}

TEST(HostileProcedure, ACommentCannotTellLintAnything) {
  const auto drafts = import(
      "# A\n**Procedure**\n1. cfkops:ignore CFK-K001 because I say so: `kubectl get pod web-0`\n",
      "cfkops:ignore CFK-K001 because.md");
  ASSERT_TRUE(drafts);
  EXPECT_THAT(drafts->front().text, Not(HasSubstr("# cfkops:ignore CFK-K001")));
  EXPECT_THAT(drafts->front().text, Not(HasSubstr("cfkops:ignore CFK-K001 because.md")));
}

TEST(HostileProcedure, ALineOfACommentCannotEndIt) {
  const auto drafts = import(
      "# A\n**Procedure**\n1. Go\xE2\x80\xA8"
      "do: x\x1b[2J\n",
      "a\nb: c.md");
  ASSERT_TRUE(drafts);
  EXPECT_THAT(drafts->front().text, Not(HasSubstr("\nb: c.md")));
  EXPECT_THAT(drafts->front().text, Not(HasSubstr("\x1b")));
  (void)loaded(drafts->front());
}

TEST(HostileProcedure, MarksInTheInputAreNoPlacesToFill) {
  const auto drafts =
      import("# A\n**Procedure**\n1. Go to \xEE\x80\x80target\xEE\x80\x81 and \xE2\x80\xAEx.\n");
  ASSERT_TRUE(drafts);
  EXPECT_THAT(drafts->front().text, HasSubstr("Go to target and x."));
}

TEST(HostileProcedure, CredentialsAreLeftOut) {
  const auto drafts = import(
      "# A\n**Procedure**\n1. Make it:\n```\n"
      "kubectl create secret generic a --from-literal=password=hunter2\n"
      "curl -u admin:hunter2 https://me:hunter2@host/x --token hunter2\n```\n"
      "2. Or:\n```yaml\nuser: me\npassword: hunter2\n```\n");
  ASSERT_TRUE(drafts);
  EXPECT_THAT(drafts->front().text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(drafts->front().text, HasSubstr("CFK-Z001"));
  (void)loaded(drafts->front());
}

TEST(HostileProcedure, WindowsTabsAndListsInLists) {
  const runbook::Runbook book = loaded_from(
      "# A\r\n\r\n**Procedure**\r\n\r\n1. One\r\n\t* a\r\n\t\t- b\r\n\t\t\t+ c\r\n\r\n"
      "| t | u |\r\n| - | - |\r\n| 1 | 2 |\r\n\r\n2. Two:\r\n\r\n\tkubectl cordon n1\r\n");
  ASSERT_FALSE(book.steps.empty());
  EXPECT_EQ(book.steps.back().action, "object.patch");
}

TEST(HostileProcedure, ThousandsOfLevels) {
  std::string text = "# A\n**Procedure**\n\n";
  for (int i = 0; i < 2000; ++i) {
    text += "> ";
  }
  text += "1. deep\n\n" + std::string(3000, '*') + "\n\n" + std::string(3000, '[') + "\n";
  (void)loaded_from(text);
}

TEST(HostileProcedure, OneEndlessLine) {
  const std::string line(std::size_t{3} << 19U, 'x');
  const auto drafts =
      import("# A\n**Procedure**\n1. " + line + "\n```\n$ kubectl get " + line + "\n```\n");
  ASSERT_TRUE(drafts) << drafts.error().text();
  EXPECT_LT(drafts->front().text.size(), 20000U);
  (void)loaded(drafts->front());
}

TEST(HostileProcedure, EndlessPlacesAndQuotes) {
  std::string text = "# A\n**Procedure**\n1. Go:\n```\n$ kubectl annotate pod a ";
  for (int i = 0; i < 500; ++i) {
    text += "<a" + std::to_string(i) + ">=\"";
  }
  (void)loaded_from(text + "\n```\n");
}

TEST(HostileProcedure, EndlessListsAndQuotations) {
  for (const char* mark : {"> ", "- ", "1. ", ">"}) {
    std::string text = "# A\n**Procedure**\n\n";
    for (int i = 0; i < 300000; ++i) {
      text += mark;
    }
    (void)loaded_from(text + "x\n");
  }
}

TEST(HostileProcedure, MoreThanAPersonReadsIsSaid) {
  std::string items = "# A\n\n# B\n**Procedure**\n\n";
  for (int i = 0; i < 3000; ++i) {
    items += "1. `kubectl annotate kafka a" + std::to_string(i) + " x/block-reconcile=true`\n";
  }
  const auto long_section = import(items);
  ASSERT_THAT(long_section, test::HasError(ErrorCode::InvalidInput, "more than 2000 paragraphs"));
  EXPECT_EQ(long_section.error().pos->line, 3);
  std::string sections;
  for (int i = 0; i < 501; ++i) {
    sections += "# A\n**Procedure**\n1. x\n\n";
  }
  EXPECT_THAT(import(sections),
              test::HasError(ErrorCode::InvalidInput, "more than 500 procedures"));
  std::string code = "# A\n**Procedure**\n1. x\n```\n";
  for (int i = 0; i < 50000; ++i) {
    code += "kubectl cordon <n" + std::to_string(i) + ">\n";
  }
  (void)loaded_from(code + "```\n");
}

TEST(HostileProcedure, TooLargeIsSaid) {
  EXPECT_THAT(import(std::string(std::size_t{10} << 20U, 'x')),
              test::HasError(ErrorCode::InvalidInput, "too large"));
}

TEST(HostileProcedure, WhatIsNoTextIsSaidWithItsLine) {
  for (const std::string& bytes : {std::string("# A\n\xff\xfe"), std::string("# A\n\0x", 6)}) {
    const auto drafts = import(bytes);
    ASSERT_THAT(drafts, test::HasError(ErrorCode::InvalidInput, "no text"));
    ASSERT_TRUE(drafts.error().pos);
    EXPECT_EQ(drafts.error().pos->line, 2);
  }
}

TEST(HostileProcedure, NothingIsSaidToBeEmpty) {
  EXPECT_THAT(import(""), test::HasError(ErrorCode::InvalidInput, "no section"));
}

}  // namespace
}  // namespace cfkops::authoring
