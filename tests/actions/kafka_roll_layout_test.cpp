// Clusters of other shapes than three controllers and three brokers of CFK, and clusters that
// somebody else rolls too.
#include "roll_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>

namespace cfkops::actions {
namespace {

using namespace std::chrono_literals;
using engine::Outcome;
using test::KafkaHabits;
using test::RollBench;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kOnDelete = R"({"spec":{"updateStrategy":{"type":"OnDelete"}}})";

void expect_all_full(RollBench& bench) {
  EXPECT_LE(bench.model().most_down(), 1);
  EXPECT_EQ(bench.model().most_under_min(), 0);
  for (const auto& evicted : bench.server.evicted()) {
    EXPECT_TRUE(evicted.was_full) << evicted.pod;
  }
}

/// Neither the plan nor the run starts, and both say why at once.
void expect_refused(KafkaHabits habits, const std::string& roles, const std::string& why) {
  RollBench bench(std::move(habits));
  const auto plan = bench.plan(kafka_roll(), RollBench::quickly({{"roles", roles}}));
  ASSERT_TRUE(plan);
  ASSERT_FALSE(plan->changes.empty());
  EXPECT_TRUE(plan->changes.front().refused);
  EXPECT_THAT(plan->changes.front().verdict, HasSubstr(why));
  const Outcome outcome = bench.roll({{"roles", roles}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr(why));
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
  EXPECT_LT(bench.transport.clock().passed(), Duration(5s));
}

TEST(KafkaRollLayout, APlainStatefulSetIsKnownByItsContainer) {
  RollBench bench(KafkaHabits{.cfk_labels = false});
  const Outcome outcome = bench.roll({{"roles", "all"}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(bench.server.evicted().size(), 6U);
  expect_all_full(bench);
}

TEST(KafkaRollLayout, CombinedModeTakesTheActiveControllerLast) {
  RollBench bench(KafkaHabits{.combined = true});
  const Outcome outcome = bench.roll({{"roles", "all"}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-1", "kafka-2", "kafka-0"));
  expect_all_full(bench);
}

TEST(KafkaRollLayout, CombinedModeHasNoControllersOfTheirOwn) {
  expect_refused(KafkaHabits{.combined = true}, "controllers", "combined mode");
}

TEST(KafkaRollLayout, ControllersThatAreNotKnownAreNotSkipped) {
  for (const char* roles : {"controllers", "all"}) {
    SCOPED_TRACE(roles);
    expect_refused(KafkaHabits{.controllers = 0},
                   roles,
                   "the controllers are not known: no StatefulSet of KRaft controllers");
  }
}

TEST(KafkaRollLayout, ControllersOfAnotherClusterAreLeftAlone) {
  RollBench bench;
  bench.server.move_controllers();
  const Outcome brokers = bench.roll();
  ASSERT_EQ(brokers.kind, Outcome::Kind::Done) << brokers.why;
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-0", "kafka-1", "kafka-2"));
  const Outcome all = bench.roll({{"roles", "all"}});
  EXPECT_EQ(all.kind, Outcome::Kind::Refused);
  EXPECT_THAT(all.why, HasSubstr("(kraftcontroller) are another cluster's"));
}

void silence_controllers(RollBench& bench, bool silent) {
  for (const char* pod : {"kraftcontroller-0", "kraftcontroller-1", "kraftcontroller-2"}) {
    bench.model().process(pod).silent = silent;
  }
}

TEST(KafkaRollLayout, ControllersThatMayBeItsOwnAndDoNotAnswerAreUnknownAfterSeconds) {
  RollBench bench;
  silence_controllers(bench, true);
  const auto plan = bench.plan(kafka_roll(), RollBench::quickly());
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->changes.front().refused);
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Unknown);
  EXPECT_THAT(outcome.why, HasSubstr("whether kafka has its controllers in kraftcontroller"));
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
  EXPECT_LT(bench.transport.clock().passed(), Duration(5s));
}

TEST(KafkaRollLayout, ControllersThatAreSilentForAMomentAreAskedAgain) {
  RollBench bench;
  silence_controllers(bench, true);
  bench.transport.at(1500ms, [&] { silence_controllers(bench, false); });
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  expect_all_full(bench);
}

TEST(KafkaRollLayout, WhatIsWrongForGoodIsRefusedWhateverElseIsInDoubt) {
  RollBench bench;
  silence_controllers(bench, true);
  bench.model().process("kafka-1").stuck = "CrashLoopBackOff";
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("stuck at the current revision"));
}

TEST(KafkaRollLayout, ASilentLoneBrokerInCombinedModeIsUnknownAfterSeconds) {
  RollBench bench(KafkaHabits{.brokers = 1, .combined = true});
  bench.model().process("kafka-0").silent = true;
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Unknown);
  EXPECT_THAT(outcome.why, HasSubstr("no pod of kafka tells its cluster id"));
  EXPECT_LT(bench.transport.clock().passed(), Duration(5s));
}

TEST(KafkaRollLayout, NoBrokersAreNothingToRestart) {
  expect_refused(KafkaHabits{.brokers = 0, .partitions = 0}, "brokers", "nothing to restart");
}

TEST(KafkaRollLayout, AQuorumWithoutASpareIsRefusedAtOnce) {
  expect_refused(KafkaHabits{.controllers = 1}, "all", "kraftcontroller-0 is one of 1 controller:");
  expect_refused(KafkaHabits{.controllers = 2}, "controllers", "is one of 2 controllers");
  expect_refused(KafkaHabits{.brokers = 1, .combined = true}, "brokers", "no majority is left");
}

TEST(KafkaRollLayout, BrokersOfALoneControllerAreRestarted) {
  RollBench bench(KafkaHabits{.controllers = 1});
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  expect_all_full(bench);
}

TEST(KafkaRollLayout, ASingleBrokerNeedsAWaiverForItsTopics) {
  RollBench bench(KafkaHabits{.brokers = 1});
  for (auto& partition : bench.model().partitions()) {
    partition.min_isr = 1;
  }
  const Outcome refused = bench.roll();
  EXPECT_EQ(refused.kind, Outcome::Kind::Refused);
  EXPECT_EQ(refused.override_parameter, "waiver_topics=orders");
  const Outcome outcome = bench.roll({{"waiver_topics", runbook::ValueList{"orders"}}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-0"));
  expect_all_full(bench);
}

TEST(KafkaRollLayout, ASecondRollIsWaitedFor) {
  RollBench bench;
  bench.server.patch_set("kafka", R"({"status":{"updatedReplicas":1,"currentRevision":"rev-0"}})");
  bench.transport.at(30s, [&] { bench.server.patch_set("kafka", "{}"); });
  const auto plan = bench.plan(kafka_roll(), RollBench::quickly());
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->notes,
              testing::Contains(HasSubstr("no other roll: not now: StatefulSet kafka")));
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_GE(bench.server.evicted().front().at, Duration(30s));
  EXPECT_TRUE(bench.observer.waited_for("is being rolled out by its controller: 1 of 3"));
}

TEST(KafkaRollLayout, AnOperatorThatRollsIsWaitedFor) {
  RollBench bench;
  std::string phase = "PROVISIONING";
  bench.transport.on("GET", "/apis/platform.confluent.io/v1beta1/namespaces/confluent/kafkas*")
      .handle([&phase](const kube::Request&) {
        const nlohmann::json kafka = {{"metadata", {{"name", "kafka"}, {"uid", "cr-uid"}}},
                                      {"status", {{"phase", phase}}}};
        return test::reply(200,
                           nlohmann::json{{"kind", "KafkaList"},
                                          {"apiVersion", "platform.confluent.io/v1beta1"},
                                          {"metadata", {{"resourceVersion", "1"}}},
                                          {"items", nlohmann::json::array({kafka})}});
      });
  bench.transport.at(30s, [&] { phase = "RUNNING"; });
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_GE(bench.server.evicted().front().at, Duration(30s));
  EXPECT_TRUE(bench.observer.waited_for("Kafka kafka is PROVISIONING"));
}

TEST(KafkaRollLayout, OldPodsOfAnOnDeleteSetAreWhatARollIsFor) {
  RollBench bench(KafkaHabits{.revision = "rev-2"});
  bench.server.patch_set("kafka", kOnDelete);
  bench.server.patch_set("kraftcontroller", kOnDelete);
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(bench.model().process("kafka-2").revision, "rev-2");
  expect_all_full(bench);
}

TEST(KafkaRollLayout, PodsBelowThePartitionComeBackAsTheyWere) {
  RollBench bench;
  bench.server.patch_set("kafka",
                         R"({"spec":{"updateStrategy":{"rollingUpdate":{"partition":3}}},
                             "status":{"updatedReplicas":0,"currentRevision":"rev-1",
                                       "updateRevision":"rev-2"}})");
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  expect_all_full(bench);
}

TEST(KafkaRollLayout, AReplacementOfAnotherRevisionIsNotBack) {
  RollBench bench;
  bench.server.patch_set("kafka",
                         R"({"spec":{"updateStrategy":{"type":"OnDelete"}},
                             "status":{"updateRevision":"rev-2"}})");
  const Outcome outcome = bench.roll({{"ready_timeout", Duration(1min)}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(outcome.why, HasSubstr("it was made again of revision rev-1, but is to have rev-2"));
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-0"));
}

TEST(KafkaRollLayout, AChangeWhileAPodIsMadeAgainCounts) {
  RollBench bench;
  bench.server.patch_set("kafka", kOnDelete);
  bench.server.patch_set("kraftcontroller", kOnDelete);
  bench.transport.at(1s, [&] { bench.model().habits().revision = "rev-2"; });
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(bench.model().process("kafka-0").revision, "rev-2");
}

}  // namespace
}  // namespace cfkops::actions
