// Pods that are stuck, with Kafka in them down or not, and processes that get nowhere.
#include "roll_bench.hpp"

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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kOnDelete = R"({"spec":{"updateStrategy":{"type":"OnDelete"}}})";

/// Of an outdated revision, with a container beside Kafka that crashes again and again.
void loop_sidecar(RollBench& bench, const std::string& pod) {
  KafkaProcess& process = bench.model().process(pod);
  process.revision = "rev-0";
  process.sidecar_stuck = "CrashLoopBackOff";
  process.ready = false;
}

/// Of an outdated revision, and not running.
void take_down(RollBench& bench, const std::string& pod) {
  KafkaProcess& process = bench.model().process(pod);
  process.revision = "rev-0";
  process.stuck = "ImagePullBackOff";
  process.ready = false;
  for (auto& partition : bench.model().partitions()) {
    partition.in_sync.erase(pod);
    partition.leader = "kafka-0";
  }
}

TEST(KafkaRollStuck, AStuckSidecarIsNoReasonToSkipTheGate) {
  RollBench bench(KafkaHabits{.traffic = 2000, .catch_up_rate = 2500});
  bench.server.patch_set("kafka", kOnDelete);
  loop_sidecar(bench, "kafka-1");
  loop_sidecar(bench, "kafka-2");
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  ASSERT_EQ(bench.server.evicted().size(), 3U);
  for (const auto& evicted : bench.server.evicted()) {
    EXPECT_TRUE(evicted.was_in_sync) << evicted.pod;
  }
  EXPECT_EQ(bench.model().most_under_min(), 0);
}

TEST(KafkaRollStuck, AStuckSidecarWaitsUntilAllIsInSync) {
  RollBench bench;
  bench.server.patch_set("kafka", kOnDelete);
  loop_sidecar(bench, "kafka-1");
  bench.model().process("kafka-2").never_in_sync = true;
  bench.model().partitions()[0].in_sync.erase("kafka-2");
  bench.context.deadline = bench.transport.clock().now() + 1min;
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
}

TEST(KafkaRollStuck, ProcessesThatAreDownGoFirstOneAfterTheOther) {
  RollBench bench;
  take_down(bench, "kafka-1");
  take_down(bench, "kafka-2");
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-1", "kafka-2", "kafka-0"));
  EXPECT_TRUE(bench.server.evicted().back().was_full);
  EXPECT_EQ(bench.model().most_down(), 2);
}

TEST(KafkaRollStuck, TheLastThatWasDownIsInSyncBeforeTheRollGoesOn) {
  RollBench bench(KafkaHabits{.traffic = 2000, .catch_up_rate = 2500});
  take_down(bench, "kafka-2");
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  const runbook::Value& first = outcome.outputs.at("pods").list()->front();
  EXPECT_EQ(first.member("pod")->text(), "kafka-2");
  EXPECT_GT(*first.member("took")->as<Duration>(), Duration(20s));
}

TEST(KafkaRollStuck, AnOldRevisionThatHealsByItselfGoesThroughTheGate) {
  RollBench bench;
  take_down(bench, "kafka-2");
  bench.server.patch_set("kafka", kOnDelete);
  bench.server.hold_budget_until(20s);
  bench.transport.at(10s, [&] {
    bench.model().process("kafka-2").stuck.clear();
    bench.model().process("kafka-2").ready = true;
    bench.model().process("kafka-2").never_in_sync = true;
  });
  bench.transport.at(60s, [&] { bench.model().process("kafka-2").never_in_sync = false; });
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_GE(bench.server.evicted().front().at, Duration(60s));
}

TEST(KafkaRollStuck, WhereTheControllersAreInDoubtOnlyWhatIsDownIsRestarted) {
  RollBench bench;
  for (const char* pod : {"kafka-0", "kafka-1", "kafka-2"}) {
    take_down(bench, pod);
  }
  for (const char* pod : {"kraftcontroller-0", "kraftcontroller-1", "kraftcontroller-2"}) {
    bench.model().process(pod).silent = true;
  }
  bench.server.patch_set("kafka", kOnDelete);
  bench.transport.at(4500ms, [&] {
    bench.model().process("kafka-2").stuck.clear();
    bench.model().process("kafka-2").ready = true;
  });
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Unknown);
  EXPECT_THAT(outcome.why,
              HasSubstr("broker kafka-2 may not be restarted: the controllers are not known: no "
                        "pod of kafka tells its cluster id"));
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-0", "kafka-1"));
  EXPECT_LT(bench.transport.clock().passed(), Duration(3min));
}

TEST(KafkaRollStuck, GoingToAndFroIsNoProgress) {
  RollBench bench;
  bench.model().process("kafka-0").never_in_sync = true;
  for (Duration when = 20s; when < 10min; when += 5s) {
    bench.transport.at(when, [&, in = when / 5s % 2 == 1] {
      auto& in_sync = bench.model().partitions()[0].in_sync;
      if (in) {
        in_sync.insert("kafka-0");
      } else {
        in_sync.erase("kafka-0");
      }
    });
  }
  const Outcome outcome = bench.roll({{"ready_timeout", Duration(30s)}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(outcome.why, HasSubstr("nothing moved for 30s"));
  EXPECT_LT(bench.transport.clock().passed(), Duration(90s));
}

TEST(KafkaRollStuck, ASmallerBacklogIsProgress) {
  // 15 s of traffic while it is away take 30 s to catch up: longer than may pass without any.
  RollBench bench(KafkaHabits{.start_process = 9s, .traffic = 1000, .catch_up_rate = 1500});
  const Outcome outcome = bench.roll({{"ready_timeout", Duration(15s)}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_GT(bench.transport.clock().passed(), Duration(90s));
}

TEST(KafkaRollStuck, WhatFallsOutOfSyncWhileSettlingIsWaitedForAnew) {
  RollBench bench;
  const auto fall_out = [&](bool out) {
    bench.model().process("kafka-2").never_in_sync = out;
    if (out) {
      bench.model().partitions()[0].in_sync.erase("kafka-2");
    }
  };
  bench.transport.at(30s, [&] { fall_out(true); });
  bench.transport.at(40s, [&] { fall_out(false); });
  const Outcome outcome = bench.roll({{"settle", Duration(1min)}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_GE(bench.server.evicted()[1].at, Duration(100s));
}

}  // namespace
}  // namespace cfkops::actions
