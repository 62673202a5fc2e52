#include "roll_bench.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace cfkops::actions {
namespace {

using namespace std::chrono_literals;
using engine::Outcome;
using test::KafkaHabits;
using test::KafkaProcess;
using test::RollBench;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::int64_t number(const runbook::ValueMap& outputs, const std::string& name) {
  const auto* value = outputs.at(name).as<std::int64_t>();
  return value == nullptr ? -1 : *value;
}

/// What must hold after whatever happened.
void expect_safe(RollBench& bench) {
  EXPECT_LE(bench.model().most_down(), 1);
  EXPECT_LE(bench.model().most_controllers_down(), 1);
  EXPECT_EQ(bench.model().most_under_min(), 0);
  for (const auto& evicted : bench.server.evicted()) {
    EXPECT_TRUE(evicted.was_full) << evicted.pod << " was evicted while not all was in sync";
  }
}

TEST(KafkaRoll, RestartsEachBrokerOnceWhileAllStaysInSync) {
  RollBench bench;
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-0", "kafka-1", "kafka-2"));
  EXPECT_EQ(number(outcome.outputs, "planned"), 3);
  EXPECT_EQ(number(outcome.outputs, "restarted"), 3);
  const runbook::ValueList* pods = outcome.outputs.at("pods").list();
  ASSERT_THAT(*pods, SizeIs(3));
  EXPECT_EQ((*pods)[0].member("old_uid")->text(), "kafka-0-uid-1");
  EXPECT_EQ((*pods)[0].member("new_uid")->text(), "kafka-0-uid-2");
  EXPECT_TRUE(bench.model().all_in_sync());
  expect_safe(bench);
}

TEST(KafkaRoll, LosesLittleTimeBesideWhatTheBrokersNeed) {
  RollBench bench;
  const Duration needed =
      3 * (bench.model().habits().shut_down + bench.model().habits().create +
           bench.model().habits().start_container + bench.model().habits().start_process +
           bench.model().habits().become_ready);
  bench.roll();
  EXPECT_LT(bench.transport.clock().passed(), needed + 3 * 1500ms);
}

TEST(KafkaRoll, EveryEvictionNamesTheUid) {
  RollBench bench;
  bench.roll();
  std::vector<kube::Mutation> evictions = bench.recorder.mutations;
  std::erase_if(evictions, [](const kube::Mutation& one) { return one.verb != "evict"; });
  ASSERT_THAT(evictions, SizeIs(3));
  EXPECT_EQ(evictions[1].uid, "kafka-1-uid-1");
}

TEST(KafkaRoll, TakesTheBrokerWithTheFewestLeadersFirst) {
  RollBench bench;
  for (auto& partition : bench.model().partitions()) {
    partition.leader = partition.number < 4 ? "kafka-0" : "kafka-1";
  }
  bench.roll();
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-2", "kafka-1", "kafka-0"));
  expect_safe(bench);
}

TEST(KafkaRoll, ControllersGoFirstAndTheActiveOneLast) {
  RollBench bench;
  bench.model().set_active_controller("kraftcontroller-1");
  const Outcome outcome = bench.roll({{"roles", "all"}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.server.evicted_pods(),
              ElementsAre("kraftcontroller-0",
                          "kraftcontroller-2",
                          "kraftcontroller-1",
                          "kafka-0",
                          "kafka-1",
                          "kafka-2"));
  expect_safe(bench);
}

TEST(KafkaRoll, ReadsAnewWhoIsTheActiveController) {
  RollBench bench;
  bench.transport.at(3s, [&] { bench.model().set_active_controller("kraftcontroller-2"); });
  const Outcome outcome = bench.roll({{"roles", "controllers"}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.server.evicted_pods(),
              ElementsAre("kraftcontroller-1", "kraftcontroller-0", "kraftcontroller-2"));
  expect_safe(bench);
}

TEST(KafkaRoll, WaitsForASlowBrokerToCatchUpAndSaysHowFarItIs) {
  RollBench bench(KafkaHabits{.traffic = 2000, .catch_up_rate = 2500});
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_TRUE(bench.observer.waited_for("6 of 6 partitions are not in sync yet"));
  EXPECT_TRUE(bench.observer.waited_for("records behind its leader on"));
  expect_safe(bench);
  bool estimated = false;
  for (const engine::WaitState& wait : bench.observer.waits) {
    estimated = estimated || wait.estimate.has_value();
  }
  EXPECT_TRUE(estimated);
}

TEST(KafkaRoll, HoldsStillForTheSettlingTime) {
  RollBench quick;
  quick.roll();
  RollBench bench;
  const Outcome outcome = bench.roll({{"settle", Duration(20s)}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Done);
  EXPECT_GE(bench.transport.clock().passed(), quick.transport.clock().passed() + 59s);
  EXPECT_TRUE(bench.observer.waited_for("settling"));
}

TEST(KafkaRoll, StopsAtABrokerThatNeverComesBack) {
  RollBench bench;
  bench.model().process("kafka-1").crashes = true;
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(outcome.why, HasSubstr("pod kafka-1 does not come back"));
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-0", "kafka-1"));
  EXPECT_THAT(outcome.left, Contains(HasSubstr("broker kafka-1 is down")));
  EXPECT_THAT(outcome.left, Contains(HasSubstr("1 of 3 restarted; not touched: kafka-2")));
  EXPECT_THAT(bench.observer.progress, Contains("kafka-1 | ERROR no space left on device"));
  EXPECT_EQ(number(outcome.outputs, "restarted"), 1);
  expect_safe(bench);
}

TEST(KafkaRoll, StopsAtABrokerThatNeverCatchesUp) {
  RollBench bench;
  bench.model().process("kafka-0").never_in_sync = true;
  const Outcome outcome = bench.roll({{"ready_timeout", Duration(2min)}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(outcome.why, HasSubstr("nothing moved for 2m"));
  EXPECT_THAT(outcome.why, HasSubstr("6 of 6 partitions are not in sync"));
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-0"));
  expect_safe(bench);
}

TEST(KafkaRoll, AnImageThatCannotBePulledStopsAtOnce) {
  RollBench bench;
  bench.transport.at(4s, [&] { bench.model().process("kafka-0").stuck = "ImagePullBackOff"; });
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(outcome.why, HasSubstr("ImagePullBackOff"));
  EXPECT_LT(bench.transport.clock().passed(), Duration(10s));
}

TEST(KafkaRoll, WaitsForTheBudgetInItsOwnWords) {
  RollBench bench;
  bench.server.hold_budget_until(30s);
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_TRUE(bench.observer.waited_for("The disruption budget kafka needs 2 healthy pods"));
  EXPECT_GE(bench.server.evicted().front().at, Duration(30s));
  expect_safe(bench);
}

TEST(KafkaRoll, WaitsNoHourBecauseTheBudgetAsksForOne) {
  RollBench bench;
  bench.server.ask_for_patience(3600);
  bench.server.hold_budget_until(40s);
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_LT(bench.server.evicted().front().at, Duration(70s));
}

TEST(KafkaRoll, NeverWaitsForTheBudgetPastItsTime) {
  RollBench bench;
  bench.server.ask_for_patience(3600);
  bench.server.hold_budget_until(24h);
  bench.context.deadline = bench.transport.clock().now() + 10s;
  EXPECT_EQ(bench.roll().kind, Outcome::Kind::Refused);
  EXPECT_LT(bench.transport.clock().passed(), Duration(12s));
}

TEST(KafkaRoll, GivesUpWhenTheBudgetNeverAllows) {
  RollBench bench;
  bench.server.hold_budget_until(24h);
  bench.context.deadline = bench.transport.clock().now() + 2min;
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("The disruption budget kafka needs"));
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
  EXPECT_THAT(outcome.left, Contains(HasSubstr("0 of 3 restarted")));
}

TEST(KafkaRoll, TwoBudgetsAreRefusedAtOnce) {
  RollBench bench;
  bench.server.double_the_budget();
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("more than one PodDisruptionBudget"));
}

TEST(KafkaRoll, GoesOnWhenTheServerIsBack) {
  RollBench bench;
  bench.transport.at(4s, [&] { bench.transport.set_down(true); });
  bench.transport.at(24s, [&] { bench.transport.set_down(false); });
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-0", "kafka-1", "kafka-2"));
  EXPECT_TRUE(bench.observer.waited_for("the API server cannot be asked"));
  expect_safe(bench);
}

TEST(KafkaRoll, TimeWithoutTheServerIsNoStandstill) {
  RollBench bench;
  bench.transport.at(4s, [&] { bench.transport.set_down(true); });
  bench.transport.at(20min, [&] { bench.transport.set_down(false); });
  const Outcome outcome = bench.roll({{"ready_timeout", Duration(1min)}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
}

TEST(KafkaRoll, ADenialFromAServerThatHasJustStartedIsWaitedOut) {
  for (const Duration when : {4s, 8s, 12s}) {  // while one is away, and at the gate
    SCOPED_TRACE(when / 1s);
    RollBench bench;
    bench.transport.at(when, [&] { bench.server.forbid("/"); });
    bench.transport.at(when + 30s, [&] { bench.server.allow_all(); });
    const Outcome outcome = bench.roll();
    EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
    expect_safe(bench);
  }
}

TEST(KafkaRoll, ADenialThatLastsEndsIt) {
  RollBench bench;
  bench.transport.at(4s, [&] { bench.server.forbid("/"); });
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_EQ(outcome.error->code, ErrorCode::Forbidden);
  EXPECT_LT(bench.transport.clock().passed(), Duration(70s));
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-0"));
}

TEST(KafkaRoll, NoSecondBrokerWhileOneIsUnknown) {
  RollBench bench;
  bench.transport.at(3s, [&] { bench.model().process("kafka-2").silent = true; });
  bench.transport.at(60s, [&] { bench.model().process("kafka-2").silent = false; });
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_GE(bench.server.evicted()[1].at, Duration(60s));
  EXPECT_TRUE(bench.observer.waited_for("kafka-2 does not answer"));
  expect_safe(bench);
}

TEST(KafkaRoll, UnknownAtTheDeadlineIsNotRefusal) {
  RollBench bench;
  bench.model().process("kafka-2").silent = true;
  bench.context.deadline = bench.transport.clock().now() + 1min;
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Unknown);
  EXPECT_THAT(outcome.why, HasSubstr("kafka-2 does not answer"));
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
}

TEST(KafkaRoll, ABrokerThatTellsOfFewerPartitionsThanItHostsBlocksAll) {
  RollBench bench;
  bench.server.hide_partition("kafka-1", 0);
  bench.context.deadline = bench.transport.clock().now() + 1min;
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Unknown);
  EXPECT_THAT(outcome.why, HasSubstr("kafka-1 hosts 6 partitions, but told of 5"));
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
}

TEST(KafkaRoll, WaitsAtTheGateUntilAllIsInSync) {
  RollBench bench;
  bench.model().partitions()[3].in_sync.erase("kafka-2");
  bench.model().process("kafka-2").never_in_sync = true;
  bench.transport.at(10s, [&] { bench.model().process("kafka-2").never_in_sync = false; });
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_GE(bench.server.evicted().front().at, Duration(10s));
  EXPECT_TRUE(bench.observer.waited_for("orders-3: 2 of 3 in sync"));
  expect_safe(bench);
}

/// orders-0 has one replica only, on that broker.
void give_one_replica(RollBench& bench, const std::string& pod) {
  auto& partition = bench.model().partitions()[0];
  partition.replicas = {pod};
  partition.in_sync = {pod};
  partition.leader = pod;
  partition.min_isr = 1;
}

TEST(KafkaRoll, APartitionWithOneReplicaNeedsItsWaiver) {
  RollBench bench;
  give_one_replica(bench, "kafka-0");
  for (auto& partition : bench.model().partitions()) {
    partition.leader = partition.number == 0  ? "kafka-0"
                       : partition.number < 3 ? "kafka-2"
                                              : "kafka-1";
  }
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_EQ(outcome.override_parameter, "waiver_topics=orders");
  EXPECT_THAT(outcome.why, HasSubstr("orders-0 has one replica only"));
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
}

TEST(KafkaRoll, ARefusalAfterTheFirstEvictionIsAFailure) {
  RollBench bench;
  give_one_replica(bench, "kafka-1");
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_EQ(outcome.error->code, ErrorCode::Refused);
  EXPECT_EQ(outcome.override_parameter, "waiver_topics=orders");
  EXPECT_THAT(outcome.why, HasSubstr("orders-0 has one replica only"));
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-0", "kafka-2"));
  EXPECT_THAT(outcome.left, Contains("2 of 3 restarted; not touched: kafka-1"));
}

TEST(KafkaRoll, AWaivedTopicLetsItPass) {
  RollBench bench;
  give_one_replica(bench, "kafka-1");
  const Outcome outcome = bench.roll({{"waiver_topics", runbook::ValueList{"orders"}}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
}

TEST(KafkaRoll, APodStuckAtTheCurrentRevisionEndsItBeforeTheFirstEviction) {
  RollBench bench;
  bench.model().process("kafka-2").stuck = "CrashLoopBackOff";
  bench.model().process("kafka-2").ready = false;
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("pod kafka-2 is stuck at the current revision"));
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
}

TEST(KafkaRoll, APodStuckAtAnOldRevisionGoesFirst) {
  RollBench bench;
  KafkaProcess& stuck = bench.model().process("kafka-2");
  stuck.stuck = "ImagePullBackOff";
  stuck.ready = false;
  stuck.revision = "rev-0";
  for (auto& partition : bench.model().partitions()) {
    partition.in_sync.erase("kafka-2");
    partition.leader = "kafka-0";
  }
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-2", "kafka-1", "kafka-0"));
  EXPECT_EQ(bench.model().most_down(), 1);
}

TEST(KafkaRoll, SaysThatTheOldSessionHasNotEnded) {
  RollBench bench(KafkaHabits{.start_process = 9s});
  bench.model().process("kafka-0").duplicate_session = true;
  bench.roll();
  EXPECT_TRUE(bench.observer.waited_for("DUPLICATE_BROKER_REGISTRATION"));
}

TEST(KafkaRoll, DoesWithoutLogsWhereTheyAreForbidden) {
  RollBench bench;
  bench.server.forbid("/log");
  bench.model().process("kafka-1").crashes = true;
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(outcome.why, HasSubstr("kafka-1"));
}

TEST(KafkaRoll, MayNotEvictMeansFailedAndNothingTouched) {
  RollBench bench;
  bench.server.forbid("/eviction");
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_EQ(outcome.error->code, ErrorCode::Forbidden);
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
}

TEST(KafkaRoll, AnotherObjectOfTheSameNameIsRefused) {
  RollBench bench;
  runbook::ValueMap target = RollBench::target();
  target["uid"] = "another";
  const Outcome outcome = bench.roll({{"target", target}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("is another object now"));
}

TEST(KafkaRoll, NothingLeavesWhenItCannotBeRecorded) {
  RollBench bench;
  bench.recorder.broken = true;
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
}

TEST(KafkaRoll, FinishesTheBrokerWhoseEvictionCouldNotBeRecorded) {
  RollBench bench;
  bench.recorder.broken_after = "evict";
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-0"));
  EXPECT_TRUE(bench.model().all_in_sync());
  EXPECT_EQ(number(outcome.outputs, "restarted"), 1);
}

}  // namespace
}  // namespace cfkops::actions
