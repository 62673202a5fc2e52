#include "action_fixture.hpp"
#include "difference.hpp"
#include "kinds.hpp"
#include "objects.hpp"
#include "support/memory_file.hpp"
#include "undo_patch.hpp"

#include "cfkops/audit/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {

namespace {

using engine::Outcome;
using kube::PatchType;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

Json of(const char* text) {
  return Json(json::parse(text));
}

TEST(UndoPatch, OfAMergeGivesEachFieldItsFormerValueAndRemovesNewOnes) {
  const Json before = of(R"({"spec":{"replicas":3,"list":[1,2],"deep":{"a":1,"b":2}}})");
  const Json patch =
      of(R"({"spec":{"replicas":5,"list":[9],"deep":{"a":null,"c":3},"new":{"x":1}}})");
  const Json undo = undo_patch(before, PatchType::Merge, patch);
  EXPECT_EQ(undo, of(R"({"spec":{"replicas":3,"list":[1,2],"deep":{"a":1,"c":null},"new":null}})"));
  json after = before.raw();
  after.merge_patch(patch.raw());
  ASSERT_NE(after, before.raw());
  after.merge_patch(undo.raw());
  EXPECT_EQ(after, before.raw());
}

TEST(UndoPatch, OfAJsonPatchRestoresListsAsAWhole) {
  const Json before = of(R"({"a":{"list":[1,2,3],"x":1}})");
  for (const char* text :
       {R"([{"op":"remove","path":"/a/list/1"}])",
        R"([{"op":"add","path":"/a/list/-","value":4}])",
        R"([{"op":"add","path":"/a/y","value":4}])",
        R"([{"op":"replace","path":"/a/x","value":4},{"op":"remove","path":"/a/list/0"}])",
        R"([{"op":"move","from":"/a/x","path":"/a/z"}])",
        R"([{"op":"test","path":"/a/x","value":1},{"op":"add","path":"/b","value":{}}])"}) {
    SCOPED_TRACE(text);
    const Json patch = of(text);
    const json after = before.raw().patch(patch.raw());
    EXPECT_NE(after, before.raw());
    EXPECT_EQ(after.patch(undo_patch(before, PatchType::Json, patch).raw()), before.raw());
  }
}

TEST(Difference, NamesFieldsAndLeavesTheServersOwnOut) {
  const Json before =
      of(R"({"metadata":{"resourceVersion":"1","labels":{"a":"x"}},"spec":{"n":3},"status":{}})");
  const Json after =
      of(R"({"metadata":{"resourceVersion":"2"},"spec":{"n":4,"p":true},"status":{"x":1}})");
  EXPECT_THAT(
      difference(before, after),
      ElementsAre("- /metadata/labels: {\"a\":\"x\"}", "~ /spec/n: 3 -> 4", "+ /spec/p: true"));
}

TEST(Difference, ShowsNoSecret) {
  const Json before = of(R"({"kind":"Secret","data":{"p":"aaa"}})");
  const Json after = of(R"({"kind":"Secret","data":{"p":"bbb"}})");
  EXPECT_THAT(difference(before, after), ElementsAre("~ /data/p: *** -> ***"));
}

struct ObjectPatch : testing::Test, test::ActionBench {
  const runbook::ValueMap arguments{
      {"kind", "sts"},
      {"name", "kafka"},
      {"patch", runbook::Value::from_json(of(R"({"spec":{"replicas":4}})"))}};

  ObjectPatch() {
    transport.on("GET", test::kSets + "/kafka").reply(200, test::stateful_set("kafka"));
  }
};

TEST_F(ObjectPatch, ThePlanShowsTheFieldsAndTheServersWord) {
  json after = test::stateful_set("kafka");
  after["spec"]["replicas"] = 4;
  transport.on("PATCH", test::kSets + "/kafka").reply(200, after);
  const auto plan = this->plan(object_patch(), arguments);
  ASSERT_TRUE(plan) << plan.error().text();
  ASSERT_EQ(plan->changes.size(), 1U);
  EXPECT_EQ(plan->changes.front().verdict, "accepted");
  EXPECT_THAT(plan->changes.front().diff, ElementsAre("~ /spec/replicas: 3 -> 4"));
  EXPECT_THAT(transport.calls().back().request.target, HasSubstr("dryRun=All"));
}

TEST_F(ObjectPatch, ARefusalOfTheServerIsInThePlan) {
  transport.on("PATCH", test::kSets + "/kafka").refuse(422, "Invalid", "no");
  const auto plan = this->plan(object_patch(), arguments);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->changes.front().refused);
}

TEST_F(ObjectPatch, ItIsPinnedByUid) {
  transport.on("PATCH", test::kSets + "/kafka").reply(200, test::stateful_set("kafka"));
  ASSERT_EQ(apply(object_patch(), arguments).kind, Outcome::Kind::Done);
  EXPECT_THAT(transport.calls().back().request.body, HasSubstr(R"("uid":"s1")"));
}

TEST_F(ObjectPatch, WhatItTakesToUndoIsRememberedBeforeAndUndoesIt) {
  test::MemoryDisk disk;
  audit::Log log(test::memory_file(disk), "run", transport.clock());
  engine::Journal journal(log);
  context.journal = &journal;
  transport.on("PATCH", test::kSets + "/kafka").handle([&](const kube::Request& request) {
    const std::string durable = disk.content.substr(0, disk.synced);
    EXPECT_THAT(durable, HasSubstr(R"("replicas":3)"))
        << "nothing remembered before " << request.body;
    return test::reply(200, test::stateful_set("kafka"));
  });
  ASSERT_EQ(apply(object_patch(), arguments).kind, Outcome::Kind::Done);
  const Json remembered(json{{"kind", "statefulsets.apps"},
                             {"namespace", "confluent"},
                             {"name", "kafka"},
                             {"uid", "s1"},
                             {"json", false},
                             {"patch", {{"spec", {{"replicas", 3}}}}}});
  ASSERT_EQ(object_patch().undo(context, client, remembered).kind, Outcome::Kind::Done);
  EXPECT_THAT(transport.calls().back().request.body, HasSubstr(R"("replicas":3)"));
}

TEST_F(ObjectPatch, ASecretIsRefused) {
  const Outcome outcome =
      apply(object_patch(), {{"kind", "secret"}, {"name", "s"}, {"patch", runbook::ValueMap{}}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_TRUE(recorder.mutations.empty());
}

}  // namespace

}  // namespace cfkops::actions
