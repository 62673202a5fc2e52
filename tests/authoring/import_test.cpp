#include "cfkops/authoring/import.hpp"

#include "support/golden.hpp"
#include "support/matchers.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/runbook/format.hpp"
#include "cfkops/runbook/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cfkops::authoring {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string handbook() {
  return test::read_file(test::source_tree() / "tests/authoring/procedures/streaming.md");
}

std::vector<Draft> drafts_of(const std::string& text, const std::string& section = {}) {
  auto drafts =
      import_sop(text, {.file = "it.md", .section = section, .owner = {}}, actions::specs());
  EXPECT_TRUE(drafts) << (drafts ? "" : drafts.error().text());
  return drafts ? *std::move(drafts) : std::vector<Draft>();
}

/// The draft of a procedure of its own with these lines.
Draft draft_of(const std::string& procedure, const std::string& title = "Do it") {
  auto drafts = drafts_of("# " + title + "\n\n**Procedure**\n\n" + procedure + "\n");
  return drafts.empty() ? Draft() : drafts.front();
}

std::string lint_of(const Draft& draft) {
  const runbook::LintReport report =
      runbook::lint(draft.text, draft.name, actions::specs(), runbook::Profile::Ci);
  std::string found;
  for (const runbook::Diagnostic& finding : report.findings) {
    if (finding.severity != runbook::Severity::Info) {
      found += runbook::render(finding, draft.text);
    }
  }
  return found;
}

TEST(ImportSop, EverySectionOfAHandbookBecomesARunbookThatLintAccepts) {
  const std::vector<Draft> drafts = drafts_of(handbook());
  ASSERT_EQ(drafts.size(), 6U);
  for (const Draft& draft : drafts) {
    EXPECT_EQ(lint_of(draft), "") << draft.text;
  }
}

class Handbook : public testing::TestWithParam<std::string> {};

TEST_P(Handbook, Becomes) {
  const std::vector<Draft> drafts = drafts_of(handbook(), GetParam());
  ASSERT_EQ(drafts.size(), 1U);
  test::expect_golden("import/" + drafts.front().name + ".yaml", drafts.front().text);
}

INSTANTIATE_TEST_SUITE_P(Sections, Handbook, testing::Values("1", "2", "3", "4", "5", "6"));

TEST(ImportSop, ARestartOfKafkaBecomesARollWhateverItsCommand) {
  for (const char* command : {"kubectl rollout restart statefulset kafka",
                              "kubectl delete pod kafka-0",
                              "kubectl delete pod/my-broker-1 --force --grace-period=0",
                              "kubectl delete pod <broker-to-restart>",
                              "kubectl rollout restart sts <broker-to-connect>"}) {
    const Draft draft = draft_of(std::string("1. Restart:\n```\n") + command + "\n```\n");
    EXPECT_THAT(draft.text, HasSubstr("do: kafka.roll")) << command;
    EXPECT_THAT(draft.text, HasSubstr("# CFK-K001: ")) << command;
    EXPECT_THAT(draft.text, HasSubstr("check: kafka.replication")) << command;
    EXPECT_EQ(lint_of(draft), "") << command;
  }
}

TEST(ImportSop, ControllersOfKafkaAreRolledAsControllers) {
  const Draft draft = draft_of("1. `kubectl rollout restart sts kraftcontroller`\n");
  EXPECT_THAT(draft.text, HasSubstr("roles: controllers"));
  EXPECT_EQ(lint_of(draft), "");
}

TEST(ImportSop, AnotherPodIsEvictedByItsUid) {
  const Draft draft = draft_of("1. `kubectl delete pod prometheus-0 --force`\n");
  EXPECT_THAT(draft.text, HasSubstr("do: pod.evict"));
  EXPECT_THAT(draft.text, HasSubstr("uid: ${steps.find_prometheus_0.uid}"));
  EXPECT_THAT(draft.text, HasSubstr("# CFK-X008: "));
  EXPECT_THAT(draft.text, Not(HasSubstr("grace:")));
  EXPECT_EQ(lint_of(draft), "");
}

TEST(ImportSop, WhatMayBeABrokerIsWarnedOf) {
  EXPECT_THAT(draft_of("1. `kubectl delete pod -l app=kafka`\n").text, HasSubstr("# CFK-K001: "));
  EXPECT_THAT(draft_of("1. `kubectl delete pod streaming-0`\n", "Restart the brokers").text,
              HasSubstr("# CFK-K001: "));
  EXPECT_THAT(draft_of("1. `kubectl delete pod web-0`\n").text, Not(HasSubstr("CFK-K001")));
}

TEST(ImportSop, WhatOnlySoundsLikeABrokerIsNone) {
  for (const char* command :
       {"kubectl delete pod kafka-connect-0", "kubectl rollout restart deployment kafka-rest"}) {
    const Draft draft = draft_of(std::string("1. `") + command + "`\n");
    EXPECT_THAT(draft.text, Not(HasSubstr("kafka.roll"))) << command;
    EXPECT_EQ(lint_of(draft), "") << command;
  }
}

TEST(ImportSop, SecretsAreForAPerson) {
  for (const char* command : {"kubectl get secret a -o yaml",
                              "kubectl annotate secret a b=c",
                              "kubectl patch secret a -p '{}'"}) {
    const Draft draft = draft_of(std::string("1. `") + command + "`\n");
    EXPECT_EQ(draft.tasks, 1U) << command;
    EXPECT_EQ(lint_of(draft), "") << command;
  }
}

TEST(ImportSop, OfAMarkThatIsSetTwiceTheLastCounts) {
  const Draft draft = draft_of("1. `kubectl annotate deployment web a/b=one a/b=two`\n");
  EXPECT_EQ(lint_of(draft), "");
  EXPECT_THAT(draft.text, AllOf(HasSubstr("a/b: two"), Not(HasSubstr("a/b: one"))));
}

TEST(ImportSop, AFlagThatNoActionHasIsForAPerson) {
  const Draft draft = draft_of("1. `kubectl rollout restart deployment web --field-manager=me`\n");
  EXPECT_EQ(draft.typed, 0U);
  EXPECT_EQ(draft.tasks, 1U);
  EXPECT_THAT(draft.text, HasSubstr("`kubectl rollout restart deployment web --field-manager=me"));
}

TEST(ImportSop, AMisspeltVerbIsNamed) {
  EXPECT_THAT(draft_of("1. Get:\n```\n$ kubectl lgos kafka-0\n```\n").text,
              HasSubstr("# kubectl has no 'lgos'; did you mean 'logs'?"));
}

TEST(ImportSop, ALaterCheckIsExpectedOfTheChangeBeforeIt) {
  const Draft draft = draft_of(
      "1. `kubectl scale deployment web --replicas=2`\n"
      "2. `kubectl exec kafka-0 -- kafka-topics --describe --unavailable-partitions`\n");
  EXPECT_THAT(draft.text, HasSubstr("    expect:\n      # line 6"));
  EXPECT_EQ(lint_of(draft), "");
}

TEST(ImportSop, WhatOneDoesNotNameIsAskedForOnceAndTypedByItsUse) {
  const Draft draft = draft_of(
      "1. `kubectl rollout restart sts <set name>`\n"
      "2. Tell them that <set name> and ${OTHER} restart.\n");
  EXPECT_THAT(
      draft.text,
      HasSubstr("# TODO(fill): <set name>, line 5\n  set_name:\n    type: ref<StatefulSet>"));
  EXPECT_THAT(draft.text,
              HasSubstr("Tell them that ${params.set_name.name} and $${OTHER} restart."));
  EXPECT_EQ(lint_of(draft), "");
}

TEST(ImportSop, AShellWithinAContainerIsForAPerson) {
  const Draft draft = draft_of("1. `kubectl exec web-0 -- sh -c 'df -h'`\n");
  EXPECT_THAT(draft.text, HasSubstr("# CFK-X009: "));
  EXPECT_THAT(draft.text, Not(HasSubstr("do: pod.exec")));
}

TEST(ImportSop, WithoutTheActionThereIsOnlyAPerson) {
  const auto* task = runbook::find_spec(actions::specs(), "human.task");
  ASSERT_NE(task, nullptr);
  const std::vector<runbook::ActionSpec> specs = {*task};
  const auto drafts = import_sop(handbook(), {.file = "it.md", .section = {}, .owner = {}}, specs);
  ASSERT_TRUE(drafts);
  for (const Draft& draft : *drafts) {
    EXPECT_THAT(draft.text, Not(HasSubstr("do: object."))) << draft.text;
    EXPECT_THAT(draft.text, Not(HasSubstr("do: kafka."))) << draft.text;
  }
}

TEST(ImportSop, TheOwnerIsFilledInWhereOneIsGiven) {
  const auto drafts = import_sop("# A\n**Procedure**\n1. Go.\n",
                                 {.file = "it.md", .section = {}, .owner = "team: streaming"},
                                 actions::specs());
  ASSERT_TRUE(drafts);
  EXPECT_THAT(drafts->front().text, HasSubstr("owner: \"team: streaming\"\n"));
  EXPECT_EQ(drafts->front().blanks, 0U);
}

TEST(ImportSop, SectionsOfOneNameGetRunbooksOfTheirOwn) {
  const std::string one = "# Restart\n**Procedure**\n1. Go.\n";
  const std::vector<Draft> drafts = drafts_of(one + "\n" + one);
  ASSERT_EQ(drafts.size(), 2U);
  EXPECT_EQ(drafts[0].name, "restart");
  EXPECT_EQ(drafts[1].name, "restart-2");
}

TEST(ImportSop, SaysWhatIsNoProcedure) {
  const auto drafts = import_sop("# A\n\n**Purpose**\nNone.\n",
                                 {.file = "it.md", .section = {}, .owner = {}},
                                 actions::specs());
  EXPECT_THAT(drafts, test::HasError(ErrorCode::InvalidInput, "no section with a procedure"));
}

TEST(ImportSop, NamesTheSectionsThereAre) {
  const auto drafts =
      import_sop(handbook(), {.file = "it.md", .section = "nine", .owner = {}}, actions::specs());
  ASSERT_FALSE(drafts);
  EXPECT_THAT(drafts.error().hint, HasSubstr("'2. Take a node out of service'"));
}

TEST(ImportSop, EachNodeThatIsDrainedIsAskedAbout) {
  const Draft draft = draft_of(
      "1. `kubectl drain node-a --ignore-daemonsets`\n2. `kubectl drain node-b "
      "--ignore-daemonsets`");
  for (const char* check : {"capacity", "disruption"}) {
    std::size_t asked = 0;
    for (std::size_t at = 0;
         (at = draft.text.find(std::string("check: ") + check, at)) != std::string::npos;
         ++at) {
      ++asked;
    }
    EXPECT_EQ(asked, 2U) << check << "\n" << draft.text;
  }
  EXPECT_THAT(draft.text, HasSubstr("node: node-a\n"));
  EXPECT_THAT(draft.text, HasSubstr("node: node-b\n"));
  EXPECT_EQ(lint_of(draft), "");
}

TEST(ImportSop, DraftsAreInTheHouseFormAndIgnoreNothingInVain) {
  std::vector<Draft> drafts = drafts_of(handbook());
  drafts.push_back(draft_of("1. `kubectl delete pod web-0`\n2. `kubectl delete pod web-1`\n"));
  for (const Draft& draft : drafts) {
    EXPECT_EQ(runbook::format_runbook(draft.text, "x.yaml").value_or("defect"), draft.text);
    EXPECT_EQ(lint_of(draft), "");
  }
  const std::string& last = drafts.back().text;
  EXPECT_EQ(last.find("cfkops:ignore"), last.rfind("cfkops:ignore")) << last;
}

TEST(ImportSop, WhatIsNoTextInYamlIsNoNameAndNoId) {
  const Draft draft = draft_of("1. No\n2. Null\n", "Yes");
  EXPECT_EQ(lint_of(draft), "");
  EXPECT_THAT(draft.text,
              testing::AllOf(HasSubstr("\nname: \"yes\"\n"),
                             HasSubstr("- id: no_step\n"),
                             HasSubstr("- id: null_step\n")));
}

TEST(ImportSop, ASectionIsTakenByItsNumberOrTitleBeforeAPartOfATitle) {
  const std::string text =
      "# 1. Scale\n**Procedure**\n1. Go.\n\n# 2. Scale back to 1\n**Procedure**\n1. Go.\n";
  for (const char* wanted : {"1", "scale", "1. SCALE", "1 scale"}) {
    const std::vector<Draft> drafts = drafts_of(text, wanted);
    ASSERT_EQ(drafts.size(), 1U) << wanted;
    EXPECT_EQ(drafts.front().title, "Scale") << wanted;
  }
  EXPECT_EQ(drafts_of(text, "SCAL").size(), 2U);
  EXPECT_EQ(drafts_of(text, "back").size(), 1U);
  const auto none =
      import_sop(text, {.file = "it.md", .section = "scael", .owner = {}}, actions::specs());
  EXPECT_THAT(none, test::HasError(ErrorCode::InvalidInput, "did you mean 'scale'?"));
}

}  // namespace
}  // namespace cfkops::authoring
