#include "support/matchers.hpp"
#include "support/widget_definition.hpp"
#include "test_specs.hpp"

#include "cfkops/runbook/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace cfkops::runbook {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Knowledge knowledge() {
  auto kinds = std::make_shared<KindTypes>();
  EXPECT_THAT(kinds->add_definitions(test::widget_definition(), "widgets.yaml"), test::IsOk());
  return {test_specs(), std::move(kinds)};
}

/// A runbook that reads the object of `kind` and then asks whether `that` is true of it.
std::string asking(const std::string& that, const std::string& kind = "widget") {
  return "apiVersion: cfkops/v1\nkind: Runbook\nname: x\ntitle: Ask a widget\npurpose: To see it.\n"
         "owner: team-streaming\nrisk: low\nparams:\n  target: {type: ref<Widget>, required: "
         "true}\n"
         "  brokers: {type: ref<Kafka>, required: true}\n  word: {type: string, required: true}\n"
         "  many: {type: list<ref<Widget>>, default: []}\n"
         "steps:\n  - id: get\n    title: Read it\n    do: object.get\n    with: {kind: \"" +
         kind + "\", name: a}\n    expect:\n      - {check: expr, that: \"" + that + "\"}\n" +
         "      - {check: expr, that: \"params.word != params.target.name + "
         "params.brokers.name\"}\n"
         "      - {check: expr, that: \"size(params.many) < 9\"}\n";
}

std::string found(const std::string& text, Profile profile = Profile::Ci) {
  std::string out;
  for (const Diagnostic& finding : lint(text, "x.yaml", knowledge(), profile).findings) {
    if (finding.code != "CFK-P003" && finding.code != "CFK-P005") {
      out += finding.code + " " + std::to_string(finding.pos.line) + ":" +
             std::to_string(finding.pos.column) + " " + finding.message + "; " + finding.remedy +
             "\n";
    }
  }
  return out;
}

constexpr const char* kPhase = "steps.get.object.status.phase == 'RUNNING'";
constexpr const char* kMisspelt = "steps.get.object.status.phse == 'RUNNING'";

TEST(LintKinds, AMisspeltStatusFieldIsFound) {
  EXPECT_EQ(found(asking(kPhase)), "");
  EXPECT_EQ(found(asking(kMisspelt)),
            "CFK-E010 19:54 'steps.get.object.status' has no 'phse'; did you mean 'phase'?; "
            "'steps.get.object.status' has phase, since and conditions\n");
}

TEST(LintKinds, ABuiltInKindNeedsNoDefinition) {
  EXPECT_EQ(found(asking("steps.get.object.status.readyReplicas == 3", "deployment")), "");
  EXPECT_THAT(found(asking("steps.get.object.status.readyReplica == 3", "sts")),
              AllOf(HasSubstr("CFK-E010"), HasSubstr("did you mean 'readyReplicas'?")));
}

TEST(LintKinds, AnUnknownKindMayHaveAnything) {
  EXPECT_EQ(found(asking(kMisspelt, "gadget")), "");
  EXPECT_EQ(found(asking(kMisspelt, "${params.word}")), "");
  EXPECT_EQ(found(asking(kMisspelt, "x${params.target.kind}")), "");
}

TEST(LintKinds, TheKindOfAReferenceIsKnown) {
  EXPECT_EQ(found(asking(kPhase, "${params.target.kind}")), "");
  EXPECT_THAT(found(asking(kMisspelt, "${params.target.kind}")), HasSubstr("CFK-E010"));
}

TEST(LintKinds, AReferenceOfWhichOneKindIsUnknownMayHaveAnything) {
  EXPECT_EQ(found(asking(kMisspelt, "${params.brokers.kind}")), "");
}

TEST(LintKinds, TheKindOfAnElementIsKnown) {
  std::string text = asking(kMisspelt, "${one.kind}");
  text.insert(text.find("    do:"), "    each: {in: params.many, as: one}\n");
  EXPECT_THAT(found(text), HasSubstr("CFK-E010"));
}

TEST(LintKinds, HasIsForWhatTheKindHas) {
  EXPECT_EQ(found(asking("has(steps.get.object.status.phase)")), "");
  EXPECT_EQ(found(asking("steps.get.object.?status.?phase.orValue('') == ''")), "");
  EXPECT_THAT(found(asking("has(steps.get.object.status.phse)")), HasSubstr("CFK-E010"));
  EXPECT_THAT(found(asking("steps.get.object.?statu.hasValue()")), HasSubstr("CFK-E010"));
}

TEST(LintKinds, WhatIsReadInListsAndMapsIsKnownToo) {
  const std::string all = "steps.get.object.status.conditions.all(c, c.";
  EXPECT_EQ(found(asking(all + "status == 'True')")), "");
  EXPECT_THAT(found(asking(all + "state == 'True')")), HasSubstr("CFK-E010"));
  EXPECT_EQ(found(asking("steps.get.object.metadata.labels['app'] == 'x'")), "");
  EXPECT_THAT(found(asking("steps.get.object.spec['replica'] == 1")), HasSubstr("CFK-E010"));
}

TEST(LintKinds, WhatHasNoSchemaMayHaveAnything) {
  EXPECT_EQ(found(asking("steps.get.object.spec.free.a.b == steps.get.object.spec.plain.c")), "");
}

TEST(LintKinds, TypesOfMembersCount) {
  EXPECT_THAT(found(asking("steps.get.object.spec.replicas == '3'")), HasSubstr("CFK-E002"));
  EXPECT_THAT(found(asking("steps.get.object.spec.colour == 'gren'")),
              HasSubstr("'gren' is none of red, green; did you mean 'green'?"));
  EXPECT_THAT(found(asking("steps.get.object.spec + 1 == 2")),
              HasSubstr("'+' does not take object and int"));
  EXPECT_EQ(found(asking("timestamp(steps.get.object.status.since) < run.started")), "");
}

TEST(LintKinds, AnObjectThatIsNotThereIsComparedToNull) {
  EXPECT_EQ(found(asking("steps.get.object == null || steps.get.object.spec.paused")), "");
}

TEST(LintKinds, KeepsNoRunbookFromBeingRun) {
  EXPECT_EQ(found(asking(kMisspelt), Profile::Basic), "");
  EXPECT_EQ(found(asking("steps.get.object.spec.replicas == '3'"), Profile::Basic), "");
}

TEST(LintKinds, CanBeIgnoredWhereTheClusterIsNewer) {
  std::string text = asking(kMisspelt);
  text.insert(text.find("      - {check"), "      # cfkops:ignore CFK-E010 because v4 has it\n");
  EXPECT_EQ(found(text), "");
}

TEST(LintKinds, WhatASecretHoldsIsSecret) {
  EXPECT_THAT(found(asking("steps.get.object.data.password == 'x'", "secret")),
              HasSubstr("on a secret"));
  EXPECT_EQ(found(asking("steps.get.object.metadata.name == 'x'", "secret")), "");
}

}  // namespace
}  // namespace cfkops::runbook
