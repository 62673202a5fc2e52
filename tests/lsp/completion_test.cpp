#include "features.hpp"
#include "marked_text.hpp"
#include "support/matchers.hpp"
#include "support/widget_definition.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/runbook/type.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::lsp {
namespace {

using test::around;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

/// The labels of what is offered at the mark.
std::vector<std::string> offered(std::string_view text,
                                 const runbook::Knowledge& knowledge = actions::specs()) {
  const test::MarkedText marked = test::marked(text);
  std::vector<std::string> labels;
  for (const Candidate& candidate : complete(marked.text, marked.offset, knowledge).candidates) {
    labels.push_back(candidate.label);
  }
  return labels;
}

/// The text after `label` is taken at the mark.
std::string taken(std::string_view text, const std::string& label) {
  test::MarkedText marked = test::marked(text);
  const Completion completion = complete(marked.text, marked.offset, actions::specs());
  for (const Candidate& candidate : completion.candidates) {
    if (candidate.label == label) {
      return marked.text.replace(completion.replaced.begin,
                                 completion.replaced.end - completion.replaced.begin,
                                 candidate.text);
    }
  }
  return "not offered";
}

TEST(Completion, OffersTheKeysOfARunbookInAnEmptyFile) {
  EXPECT_THAT(offered("‸"), testing::Contains("apiVersion"));
  EXPECT_THAT(offered("ap‸"), testing::Contains("apiVersion"));
  EXPECT_EQ(offered("‸").front(), "apiVersion");
  EXPECT_EQ(taken("ap‸", "apiVersion"), "apiVersion: ");
  EXPECT_EQ(taken("apiVersion: ‸", "cfkops/v1"), "apiVersion: cfkops/v1");
}

TEST(Completion, LeavesOutTheKeysThatAreThere) {
  const std::vector<std::string> keys = offered(around("") + "‸");
  EXPECT_THAT(keys, ElementsAre("guard", "locks", "windows", "rollback", "settings"));
}

TEST(Completion, OffersTheKeysOfAStep) {
  EXPECT_THAT(offered(around("    ‸")),
              AllOf(IsSupersetOf({"timeout", "when", "expect"}), Not(Contains("do"))));
  EXPECT_THAT(offered(around("  - ‸")), AllOf(IsSupersetOf({"id", "do"}), Not(Contains("check"))));
  EXPECT_THAT(offered(around("  - i‸")), Contains("id"));
  EXPECT_THAT(offered(around("  - {id: a, ‸}")), AllOf(Contains("do"), Not(Contains("id"))));
  EXPECT_THAT(offered(around("  - {id: a, t‸")), IsSupersetOf({"title", "timeout"}));
  EXPECT_EQ(taken(around("    exp‸"), "expect"), around("    expect:"));
}

TEST(Completion, OffersTheKeysOfWhatAStepHas) {
  EXPECT_THAT(offered(around("    expect:\n      - ‸")), Contains("check"));
  EXPECT_THAT(offered(around("    attempts: {‸}")), ElementsAre("max", "every", "backoff", "on"));
  EXPECT_THAT(offered(around("    attempts:\n      max: 3\n      ‸")),
              ElementsAre("every", "backoff", "on"));
  EXPECT_THAT(offered(around("    each:\n      ‸")),
              ElementsAre("in", "as", "batch", "max_failures"));
  EXPECT_THAT(offered(around("    on_failure: ‸")),
              ElementsAre("rollback", "stop", "continue", "ask"));
  EXPECT_THAT(offered(around("") + "settings:\n  ‸"), ElementsAre("timeout", "run_timeout"));
  EXPECT_THAT(offered(around("    rollback:\n      ‸")), ElementsAre("none"));
  EXPECT_THAT(offered(around("    rollback:\n      - ‸")), Contains("do"));
  EXPECT_THAT(offered(around("  - id: g\n    steps:\n      - id: in\n        ‸")), Contains("do"));
}

TEST(Completion, OffersActionsAndChecks) {
  EXPECT_THAT(offered(around("  - id: a\n    do: ‸")),
              AllOf(Contains("kafka.roll"), Not(Contains("kafka.replication"))));
  EXPECT_THAT(offered(around("    expect:\n      - check: ‸")),
              AllOf(IsSupersetOf({"expr", "kafka.replication"}), Not(Contains("kafka.roll"))));
  EXPECT_EQ(taken(around("  - {id: a, do: kafka.r‸}"), "kafka.roll"),
            around("  - {id: a, do: kafka.roll}"));
}

TEST(Completion, OffersArgumentsTheRequiredOnesFirst) {
  EXPECT_THAT(offered(around("  - id: a\n    do: object.get\n    with:\n      ‸")),
              ElementsAre("kind", "name", "namespace", "missing_ok"));
  EXPECT_THAT(offered(around("  - id: a\n    do: object.get\n    with: {kind: pod, ‸}")),
              ElementsAre("name", "namespace", "missing_ok"));
  // The action may be written behind them.
  EXPECT_THAT(offered(around("  - id: a\n    with:\n      na‸\n    do: object.get")),
              ElementsAre("kind", "name", "namespace", "missing_ok"));
  EXPECT_THAT(offered(around("  - id: a\n    do: no.such\n    with:\n      ‸")), IsEmpty());
}

TEST(Completion, OffersWordsWhereThereAreFew) {
  EXPECT_THAT(offered("apiVersion: cfkops/v1\nrisk: ‸"), ElementsAre("low", "medium", "high"));
  EXPECT_THAT(offered(around("    effect: ‸")), ElementsAre("read", "idempotent", "once"));
  EXPECT_THAT(offered(around("    attempts: {max: 2, on: [‸]}")),
              ElementsAre("not_yet", "refused", "unknown", "failed"));
  EXPECT_THAT(offered(around("    attempts:\n      on:\n        - ‸")), Contains("refused"));
  EXPECT_THAT(offered("params:\n  a:\n    required: ‸"), ElementsAre("true", "false"));
  EXPECT_THAT(offered(around("  - id: a\n    do: kafka.roll\n    with:\n      roles: ‸")),
              IsSupersetOf({"brokers", "controllers", "all", "${params.settle}"}));
}

TEST(Completion, OffersTypesThatThereAre) {
  for (const std::string& type : offered("params:\n  a: {type: ‸}")) {
    EXPECT_TRUE(runbook::Type::parse(type)) << type;
  }
  EXPECT_THAT(offered("params:\n  a:\n    type: d‸"), Contains("duration"));
}

TEST(Completion, OffersNamesInExpressions) {
  EXPECT_THAT(offered(around("    when: ‸")), IsSupersetOf({"params", "steps", "has", "size"}));
  EXPECT_THAT(offered(around("    when: params.‸")), ElementsAre("target", "settle"));
  EXPECT_THAT(offered(around("    when: params.settle > duration('1s') && params.‸")),
              ElementsAre("target", "settle"));
  EXPECT_THAT(offered(around("    when: steps.‸")), ElementsAre("look"));
  EXPECT_THAT(offered(around("    when: steps.look.‸")), IsSupersetOf({"uid", "object"}));
  EXPECT_THAT(offered(around("    when: checks.replication.‸")), Contains("under_replicated"));
  EXPECT_THAT(offered(around("    when: params.target.‸")), IsSupersetOf({"kind", "name", "uid"}));
  EXPECT_THAT(offered(around("    when: run.‸")),
              ElementsAre("id", "namespace", "started", "undone"));
  EXPECT_THAT(offered(around("    when: \"'a'.‸")),
              AllOf(Contains("contains"), Not(Contains("has"))));
}

TEST(Completion, OffersNamesInBraces) {
  EXPECT_THAT(offered(around("      namespace: ${‸")), Contains("params"));
  EXPECT_THAT(offered(around("      namespace: ${params.‸}")), ElementsAre("target", "settle"));
  EXPECT_THAT(offered(around("    confirm: \"Is ${params.target.name} and ${steps.‸}")),
              ElementsAre("look"));
  EXPECT_THAT(offered(around("    confirm: \"done ${params.settle} steps.‸")), IsEmpty());
  EXPECT_THAT(offered(around("    confirm: \"$${params.‸")), IsEmpty());
  EXPECT_THAT(offered(around("    confirm: \"${'text params.‸")), IsEmpty());
  EXPECT_EQ(taken(around("      namespace: ${params.se‸}"), "settle"),
            around("      namespace: ${params.settle}"));
}

TEST(Completion, OffersTheElementOfAStepThatIsRepeated) {
  EXPECT_THAT(offered(around("  - id: a\n    each: {in: params.x, as: topic}\n    when: to‸")),
              Contains("topic"));
  EXPECT_THAT(offered(around("    when: to‸")), Not(Contains("topic")));
}

TEST(Completion, OffersNothingInText) {
  EXPECT_THAT(offered(around("    title: a‸")), IsEmpty());
  EXPECT_THAT(offered("purpose: |\n  some ‸"), IsEmpty());
  EXPECT_THAT(offered(around("    # a comment ‸")), IsEmpty());
  EXPECT_THAT(offered(around("  - id: a\n    title: 'closed'‸")), IsEmpty());
}

TEST(Completion, OffersKeysBehindABlockOfText) {
  EXPECT_THAT(offered("purpose: |\n  some text\n\n‸"), Contains("owner"));
  EXPECT_THAT(offered("purpose: |\n  some text\now‸"), Contains("owner"));
}

/// What is known, with a kind of its own.
runbook::Knowledge with_widgets() {
  auto kinds = std::make_shared<runbook::KindTypes>();
  EXPECT_THAT(kinds->add_definitions(test::widget_definition(), "widgets.yaml"), test::IsOk());
  return {actions::specs(), std::move(kinds)};
}

/// A runbook that reads an object of a kind, up to the expression that is being written.
std::string reading(const std::string& kind, const std::string& expression) {
  return "params:\n  target: {type: ref<Widget>}\nsteps:\n  - id: get\n    do: object.get\n"
         "    with: {kind: " +
         kind + ", name: a}\n    expect:\n      - {check: expr, that: " + expression + "‸}\n";
}

TEST(Completion, OffersTheMembersOfALiveObject) {
  const runbook::Knowledge known = with_widgets();
  EXPECT_THAT(offered(reading("widget", "steps.get.object."), known),
              IsSupersetOf({"metadata", "spec", "status"}));
  EXPECT_THAT(offered(reading("widget", "steps.get.object.status.ph"), known), Contains("phase"));
  EXPECT_THAT(offered(reading("sts", "steps.get.object.status."), known),
              IsSupersetOf({"readyReplicas", "updatedReplicas"}));
  EXPECT_THAT(offered(reading("'${params.target.kind}'", "steps.get.object.status."), known),
              Contains("phase"));
}

TEST(Completion, OffersNoMembersOfAKindThatIsNotKnown) {
  const runbook::Knowledge known = with_widgets();
  for (const char* kind : {"gadget", "''", "'${params.none.kind}'", "'${params.target.name}'"}) {
    EXPECT_THAT(offered(reading(kind, "steps.get.object.status."), known), Not(Contains("phase")))
        << kind;
  }
  EXPECT_THAT(offered(reading("widget", "steps.get.object.status.")), Not(Contains("phase")));
}

}  // namespace
}  // namespace cfkops::lsp
