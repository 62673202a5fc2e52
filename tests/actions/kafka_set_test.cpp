#include "kafka_set.hpp"

#include "objects.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using nlohmann::json;
using Answer = kafka::GateVerdict::Answer;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

/// A StatefulSet of three, rolled out, but for what the merge patch says.
kube::Object set_with(const std::string& patch) {
  json set = test::stateful_set("kafka");
  set.merge_patch(json::parse(patch));
  return kube::Object(Json(set));
}

kube::Object resource_with(const std::string& patch) {
  json kafka = {{"kind", "Kafka"},
                {"metadata", {{"name", "kafka"}, {"generation", 3}}},
                {"status", {{"phase", "RUNNING"}, {"observedGeneration", 3}}}};
  kafka.merge_patch(json::parse(patch));
  return kube::Object(Json(kafka));
}

TEST(KafkaSet, IsAtRestWhenItIsRolledOut) {
  EXPECT_TRUE(set_is_at_rest(set_with("{}")).yes());
}

TEST(KafkaSet, IsNotAtRestWhileItsControllerReplacesPods) {
  const auto verdict =
      set_is_at_rest(set_with(R"({"status":{"updatedReplicas":1,"currentRevision":"r1"}})"));
  EXPECT_EQ(verdict.answer, Answer::No);
  EXPECT_THAT(verdict.reasons,
              ElementsAre("StatefulSet kafka is being rolled out by its controller: 1 of 3 pods "
                          "are updated"));
}

TEST(KafkaSet, IsNotAtRestUntilTheLastUpdatedPodIsReady) {
  const auto verdict = set_is_at_rest(set_with(R"({"status":{"currentRevision":"r1"}})"));
  EXPECT_EQ(verdict.answer, Answer::No);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("not all updated pods are Ready yet")));
}

TEST(KafkaSet, IsNotAtRestBeforeItsControllerHasSeenTheChange) {
  const auto verdict = set_is_at_rest(
      set_with(R"({"metadata":{"generation":3},"spec":{"updateStrategy":{"type":"OnDelete"}}})"));
  EXPECT_EQ(verdict.answer, Answer::No);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("its controller has not seen it yet")));
}

TEST(KafkaSet, OnDeleteLeavesOldPodsAlone) {
  EXPECT_TRUE(set_is_at_rest(set_with(R"({"spec":{"updateStrategy":{"type":"OnDelete"}},
                                          "status":{"updatedReplicas":1,"currentRevision":"r1"}})"))
                  .yes());
}

TEST(KafkaSet, APartitionHoldsTheRollBack) {
  const std::string held =
      R"({"spec":{"updateStrategy":{"rollingUpdate":{"partition":3}}},
          "status":{"updatedReplicas":0,"currentRevision":"r1"}})";
  EXPECT_TRUE(set_is_at_rest(set_with(held)).yes());
  const auto half =
      set_is_at_rest(set_with(R"({"spec":{"updateStrategy":{"rollingUpdate":{"partition":1}}},
                                  "status":{"updatedReplicas":1,"currentRevision":"r1"}})"));
  EXPECT_EQ(half.answer, Answer::No);
  EXPECT_THAT(half.reasons, ElementsAre(HasSubstr("1 of 2 pods are updated")));
}

TEST(KafkaSet, APartitionCountsOrdinalsFromTheFirst) {
  EXPECT_TRUE(set_is_at_rest(set_with(R"({"spec":{"ordinals":{"start":5},
                                                  "updateStrategy":{"rollingUpdate":{"partition":7}}},
                                          "status":{"updatedReplicas":1,"currentRevision":"r1"}})"))
                  .yes());
}

TEST(KafkaSet, WithoutARevisionItIsUnknown) {
  EXPECT_EQ(set_is_at_rest(set_with(R"({"status":{"updateRevision":null}})")).answer,
            Answer::Unknown);
}

TEST(KafkaSet, TellsTheRevisionOfAReplacement) {
  const std::string changed = R"("status":{"currentRevision":"r1","updateRevision":"r2"})";
  EXPECT_EQ(replacement_revision(set_with("{" + changed + "}"), "kafka-0"), "r2");
  const kube::Object held =
      set_with(R"({"spec":{"updateStrategy":{"rollingUpdate":{"partition":2}}},)" + changed + "}");
  EXPECT_EQ(replacement_revision(held, "kafka-1"), "r1");
  EXPECT_EQ(replacement_revision(held, "kafka-2"), "r2");
  const kube::Object on_delete =
      set_with(R"({"spec":{"updateStrategy":{"type":"OnDelete"}},)" + changed + "}");
  EXPECT_EQ(replacement_revision(on_delete, "kafka-1"), "r2");
}

TEST(KafkaResource, IsAtRestWhenItRuns) {
  EXPECT_TRUE(resource_is_at_rest(resource_with("{}")).yes());
  EXPECT_TRUE(resource_is_at_rest(resource_with(R"({"status":null})")).yes());
}

TEST(KafkaResource, IsNotAtRestForEachOfTheseReasons) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"status":{"phase":"PROVISIONING"}})", "Kafka kafka is PROVISIONING"},
      {R"({"metadata":{"generation":4}})", "its operator has not seen it yet"},
      {R"({"status":{"conditions":[{"type":"platform.confluent.io/rolling","status":"True"}]}})",
       "is being rolled out by its operator"},
      {R"({"metadata":{"annotations":{"platform.confluent.io/maintenance-mode":"kafka-1"}}})",
       "maintenance-mode: kafka-1"},
      {R"({"metadata":{"annotations":{"platform.confluent.io/roll-precheck":"disable"}}})",
       "roll-precheck=disable"},
  };
  for (const auto& [patch, reason] : cases) {
    SCOPED_TRACE(patch);
    const auto verdict = resource_is_at_rest(resource_with(patch));
    EXPECT_EQ(verdict.answer, Answer::No);
    EXPECT_THAT(verdict.reasons, Contains(HasSubstr(reason)));
  }
}

TEST(KafkaResource, BlockedReconciliationRollsNothing) {
  EXPECT_TRUE(resource_is_at_rest(resource_with(
                                      R"({"metadata":{"generation":4,
                          "annotations":{"platform.confluent.io/block-reconcile":"true"}}})"))
                  .yes());
}

}  // namespace
}  // namespace cfkops::actions
