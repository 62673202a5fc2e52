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
using testing::IsEmpty;

Json of(const char* text) {
  return Json(json::parse(text));
}

/// `json` after the merge patch.
json merged(json object, const json& patch) {
  object.merge_patch(patch);
  return object;
}

TEST(UndoPatch, OfAMergeGivesEachFieldItsFormerValueAndRemovesNewOnes) {
  const Json before =
      of(R"({"spec":{"replicas":3,"list":[1,2],"deep":{"a":1,"b":2},"gone":{"y":1}}})");
  const Json patch =
      of(R"({"spec":{"replicas":5,"list":[9],"deep":{"a":null,"c":3},"new":{"x":1},"gone":null}})");
  const Json after(merged(before.raw(), patch.raw()));
  ASSERT_NE(after, before);
  const TakeBack back = take_back(changes_of(before, after, PatchType::Merge, patch), after);
  EXPECT_THAT(back.foreign, IsEmpty());
  EXPECT_EQ(merged(after.raw(), back.patch.raw()), before.raw());
}

TEST(UndoPatch, OfAJsonPatchGivesTheFormerState) {
  const Json before = of(R"({"a":{"list":[1,2,3],"x":1},"m":{"k":"v"}})");
  for (
      const char* text :
      {R"([{"op":"remove","path":"/a/list/1"}])",
       R"([{"op":"add","path":"/a/list/-","value":4}])",
       R"([{"op":"add","path":"/a/y","value":4}])",
       R"([{"op":"replace","path":"/a/x","value":4},{"op":"remove","path":"/a/list/0"}])",
       R"([{"op":"move","from":"/a/x","path":"/a/z"}])",
       R"([{"op":"replace","path":"/m","value":{"o/p~q":1}},{"op":"add","path":"/m/o~1p~0q","value":2}])",
       R"([{"op":"test","path":"/a/x","value":1},{"op":"add","path":"/b","value":{}}])"}) {
    SCOPED_TRACE(text);
    const Json patch = of(text);
    const Json after(before.raw().patch(patch.raw()));
    EXPECT_NE(after, before);
    const TakeBack back = take_back(changes_of(before, after, PatchType::Json, patch), after);
    EXPECT_THAT(back.foreign, IsEmpty());
    EXPECT_EQ(merged(after.raw(), back.patch.raw()), before.raw());
  }
}

TEST(UndoPatch, OfAStrategicPatchFollowsItsDirectives) {
  const Json before = of(R"({"spec":{"c":[{"name":"k","image":"1"}],"sel":{"a":"1","b":"2"}}})");
  const Json patch = of(
      R"({"spec":{"c":[{"name":"k","image":"2"}],"$setElementOrder/c":[],"sel":{"$patch":"replace","a":"1"}}})");
  // As a server merges it.
  const Json after = of(R"({"spec":{"c":[{"name":"k","image":"2"}],"sel":{"a":"1"}}})");
  const TakeBack back = take_back(changes_of(before, after, PatchType::Strategic, patch), after);
  EXPECT_EQ(merged(after.raw(), back.patch.raw()), before.raw());
}

TEST(UndoPatch, LeavesWhatOthersHaveAddedBesideIt) {
  const Json before = of(R"({"metadata":{"name":"x"}})");
  const Json patch = of(R"({"metadata":{"annotations":{"ours":"1"}}})");
  const Json after(merged(before.raw(), patch.raw()));
  const Json changes = changes_of(before, after, PatchType::Merge, patch);
  const Json now = of(R"({"metadata":{"name":"x","annotations":{"ours":"1","theirs":"2"}}})");
  const TakeBack back = take_back(changes, now);
  EXPECT_THAT(back.foreign, IsEmpty());
  EXPECT_EQ(back.patch, of(R"({"metadata":{"annotations":{"ours":null}}})"));
  EXPECT_EQ(merged(after.raw(), take_back(changes, after).patch.raw()), before.raw())
      << "alone in it, the map goes too";
}

TEST(UndoPatch, NamesTheFieldsThatAreNoLongerWhatWeWrote) {
  const Json before = of(R"({"spec":{"replicas":3,"list":[1]}})");
  const Json patch = of(R"({"spec":{"replicas":5,"list":[1,2],"new":"x"}})");
  const Json changes =
      changes_of(before, Json(merged(before.raw(), patch.raw())), PatchType::Merge, patch);
  const TakeBack back =
      take_back(changes, of(R"({"spec":{"replicas":7,"list":[1,2,3],"new":"x"}})"));
  EXPECT_THAT(back.foreign,
              ElementsAre("/spec/list was [1], we wrote [1,2], now it is [1,2,3]",
                          "/spec/replicas was 3, we wrote 5, now it is 7"));
  EXPECT_THAT(take_back(changes, of(R"({"spec":{"replicas":5,"list":[1,2]}})")).foreign, IsEmpty())
      << "what is as it was needs nothing";
}

TEST(UndoPatch, HasNothingToDoWhereThePatchHadNoEffect) {
  const Json before = of(R"({"metadata":{"resourceVersion":"1"},"spec":{"replicas":3}})");
  const Json after = of(R"({"metadata":{"resourceVersion":"2"},"spec":{"replicas":3}})");
  const Json patch = of(R"({"metadata":{"resourceVersion":"1"},"spec":{"replicas":3}})");
  const TakeBack back = take_back(changes_of(before, after, PatchType::Merge, patch), after);
  EXPECT_THAT(back.foreign, IsEmpty());
  EXPECT_EQ(back.patch, of("{}"));
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

  static json with_replicas(int replicas) {
    json set = test::stateful_set("kafka");
    set["spec"]["replicas"] = replicas;
    return set;
  }

  /// Of a patch that made three replicas four.
  static Json remembered() {
    const Json patch = of(R"({"spec":{"replicas":4}})");
    const Json changes =
        changes_of(Json(with_replicas(3)), Json(with_replicas(4)), PatchType::Merge, patch);
    return Json(json{{"kind", "statefulsets.apps"},
                     {"namespace", "confluent"},
                     {"name", "kafka"},
                     {"uid", "s1"},
                     {"changes", changes.raw()}});
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
    const bool dry_run = request.target.find("dryRun=All") != std::string::npos;
    EXPECT_EQ(durable.find(R"("was":3,"wrote":4)") == std::string::npos, dry_run)
        << "remembered before it is done: " << request.target;
    return test::reply(200, with_replicas(4));
  });
  ASSERT_EQ(apply(object_patch(), arguments).kind, Outcome::Kind::Done);
  ASSERT_EQ(journal.remembered().size(), 1U);
  transport.on("GET", test::kSets + "/kafka").reply(200, with_replicas(4));
  const Outcome undone = object_patch().undo(context, client, journal.remembered().front().data);
  ASSERT_EQ(undone.kind, Outcome::Kind::Done) << undone.why;
  const std::string& body = transport.calls().back().request.body;
  EXPECT_THAT(body, HasSubstr(R"("replicas":3)"));
  EXPECT_THAT(body, HasSubstr(R"("uid":"s1")"));
  EXPECT_THAT(body, HasSubstr(R"("resourceVersion":"7")"));
}

TEST_F(ObjectPatch, ThePlanOfItsUndoHasObjectFieldAndValues) {
  const engine::PlannedChange change = object_patch().planned_undo(remembered());
  EXPECT_EQ(change.verb, "patch");
  EXPECT_EQ(change.object, "statefulsets.apps confluent/kafka");
  EXPECT_EQ(change.uid, "s1");
  EXPECT_THAT(change.diff, testing::Contains("~ /spec/replicas: 4 -> 3"));
}

TEST_F(ObjectPatch, ThePlanOfItsUndoNamesWhatIsTakenOutAndNothingAboveIt) {
  json after = with_replicas(3);
  after["metadata"]["labels"]["new/label"] = "yes";
  const Json patch = of(R"({"metadata":{"labels":{"new/label":"yes"}}})");
  const Json changes = changes_of(Json(with_replicas(3)), Json(after), PatchType::Merge, patch);
  EXPECT_THAT(lines_of_undo(changes),
              testing::ElementsAre("- /metadata/labels/new~1label: \"yes\""));
}

TEST_F(ObjectPatch, WhatSomebodyElseHasChangedMeanwhileIsNotUndone) {
  transport.on("GET", test::kSets + "/kafka").reply(200, with_replicas(7));
  const Outcome outcome = object_patch().undo(context, client, remembered());
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("statefulset confluent/kafka"));
  EXPECT_THAT(outcome.why, HasSubstr("/spec/replicas was 3, we wrote 4, now it is 7"));
  EXPECT_TRUE(recorder.mutations.empty());
}

TEST_F(ObjectPatch, WhatIsAsItWasNeedsNoUndo) {
  EXPECT_EQ(object_patch().undo(context, client, remembered()).kind, Outcome::Kind::Done);
  EXPECT_TRUE(recorder.mutations.empty());
}

TEST_F(ObjectPatch, AnotherObjectOfThatNameIsNotTouched) {
  json other = with_replicas(4);
  other["metadata"]["uid"] = "s2";
  transport.on("GET", test::kSets + "/kafka").reply(200, other);
  const Outcome outcome = object_patch().undo(context, client, remembered());
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(outcome.why, HasSubstr("it has uid s2"));
  EXPECT_TRUE(recorder.mutations.empty());
}

TEST_F(ObjectPatch, AnObjectThatChangesDuringTheUndoIsLookedAtAgain) {
  transport.on("GET", test::kSets + "/kafka").reply(200, with_replicas(4));
  transport.on("PATCH", test::kSets + "/kafka").refuse(409, "Conflict", "it was modified");
  EXPECT_EQ(object_patch().undo(context, client, remembered()).kind, Outcome::Kind::NotYet);
}

TEST_F(ObjectPatch, ASecretIsRefused) {
  const Outcome outcome =
      apply(object_patch(), {{"kind", "secret"}, {"name", "s"}, {"patch", runbook::ValueMap{}}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_TRUE(recorder.mutations.empty());
}

}  // namespace

}  // namespace cfkops::actions
