#include "roll_bench.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace cfkops::actions {
namespace {

using namespace std::chrono_literals;
using test::HasError;
using test::RollBench;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

Result<engine::StepPlan> plan(RollBench& bench, const runbook::ValueMap& more = {}) {
  return bench.ActionBench::plan(kafka_roll(), RollBench::quickly(more));
}

TEST(KafkaRollPlan, TellsOrderVerdictsAndGatesWithoutTouchingAnything) {
  RollBench bench;
  const auto told = plan(bench, {{"roles", "all"}});
  ASSERT_THAT(told, test::IsOk());
  ASSERT_THAT(told->changes, SizeIs(6));
  EXPECT_EQ(told->changes[0].object, "pod confluent/kraftcontroller-1");
  EXPECT_EQ(told->changes[5].object, "pod confluent/kafka-2");
  EXPECT_EQ(told->changes[5].uid, "kafka-2-uid-1");
  for (const engine::PlannedChange& change : told->changes) {
    EXPECT_EQ(change.verb, "evict");
    EXPECT_THAT(change.verdict, HasSubstr("accepted"));
    EXPECT_FALSE(change.refused);
  }
  EXPECT_THAT(told->notes, Contains(HasSubstr("3. controller kraftcontroller-0: the active")));
  EXPECT_THAT(told->notes, Contains(HasSubstr("4. broker kafka-0: leads 2 partitions")));
  EXPECT_THAT(told->notes, Contains(HasSubstr("replication full: now")));
  EXPECT_THAT(told->notes, Contains(HasSubstr("quorum whole: now")));
  EXPECT_THAT(told->notes, Contains("controllers known: now (StatefulSet kraftcontroller)"));
  EXPECT_THAT(told->notes, Contains("all partitions told of: now (3 brokers)"));
  EXPECT_THAT(told->disruption,
              Contains("while kafka-1 restarts: 6 partitions with 2 of 3 replicas in sync"));
  EXPECT_THAT(told->undo, HasSubstr("none"));
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
  EXPECT_THAT(bench.recorder.mutations, IsEmpty());
}

TEST(KafkaRollPlan, TellsWhatItDoesNotKnow) {
  RollBench bench;
  bench.server.hide_partition("kafka-1", 0);
  for (const char* pod : {"kraftcontroller-0", "kraftcontroller-1", "kraftcontroller-2"}) {
    bench.model().process(pod).silent = true;
  }
  const auto told = plan(bench);
  ASSERT_THAT(told, test::IsOk());
  EXPECT_THAT(told->notes, Contains(HasSubstr("controllers known: not known: ")));
  EXPECT_THAT(told->notes,
              Contains("all partitions told of: not known: kafka-1 hosts 6 partitions, but told of "
                       "5"));
}

TEST(KafkaRollPlan, EstimatesFromTheLastStarts) {
  RollBench bench;
  const auto told = plan(bench, {{"settle", Duration(30s)}});
  ASSERT_THAT(told, test::IsOk());
  EXPECT_EQ(told->estimate, Duration(3 * (9s + 30s)));
}

TEST(KafkaRollPlan, AsksForWhatItNeeds) {
  RollBench bench;
  const auto told = plan(bench);
  std::vector<std::string> questions;
  for (const kube::AccessQuestion& question : told->permissions) {
    questions.push_back(question.verb + " " + question.resource.plural + "/" +
                        question.subresource);
  }
  EXPECT_THAT(questions, Contains("create pods/eviction"));
  EXPECT_THAT(questions, Contains("get pods/proxy"));
  EXPECT_THAT(questions, Contains("get pods/log"));
  EXPECT_THAT(questions, Not(Contains(HasSubstr("kafkas"))));
}

TEST(KafkaRollPlan, ABudgetThatRefusesWhileAllIsWellRefusesForGood) {
  RollBench bench;
  bench.server.hold_budget_until(1h);
  const auto told = plan(bench);
  EXPECT_TRUE(told->changes[0].refused);
  EXPECT_THAT(told->changes[0].verdict, HasSubstr("refused: "));
}

TEST(KafkaRollPlan, ABudgetThatRefusesWhileAPodIsDownIsWaitedFor) {
  RollBench bench;
  bench.model().process("kafka-2").ready = false;
  bench.model().process("kafka-2").phase = test::KafkaProcess::Phase::Starting;
  const auto told = plan(bench);
  EXPECT_FALSE(told->changes[0].refused);
  EXPECT_THAT(told->changes[0].verdict, HasSubstr("refused now"));
  EXPECT_THAT(told->notes, Contains(HasSubstr("all pods Ready: not now: pod kafka-2")));
}

TEST(KafkaRollPlan, NamesTheTopicsThatNeedAWaiver) {
  RollBench bench;
  for (auto& partition : bench.model().partitions()) {
    partition.min_isr = 3;
  }
  const auto told = plan(bench);
  EXPECT_TRUE(told->changes[0].refused);
  EXPECT_THAT(told->changes[0].verdict, HasSubstr("orders-0 needs all 3 replicas in sync"));
  EXPECT_THAT(told->changes[0].verdict, HasSubstr("permitted by waiver_topics=orders"));
  const auto waived = plan(bench, {{"waiver_topics", runbook::ValueList{"orders"}}});
  EXPECT_FALSE(waived->changes[0].refused);
  EXPECT_THAT(waived->disruption, Contains(HasSubstr("6 partitions refusing acks=all")));
}

TEST(KafkaRollPlan, AStuckPodOfTheCurrentRevisionRefuses) {
  RollBench bench;
  bench.model().process("kafka-1").stuck = "CrashLoopBackOff";
  bench.model().process("kafka-1").ready = false;
  const auto told = plan(bench);
  EXPECT_TRUE(told->changes[0].refused);
  EXPECT_THAT(told->changes[0].verdict, HasSubstr("stuck at the current revision"));
}

TEST(KafkaRollPlan, IsAnErrorWhereItCannotTell) {
  RollBench bench;
  bench.server.forbid("/pods");
  EXPECT_THAT(plan(bench), HasError(ErrorCode::Forbidden));
}

}  // namespace
}  // namespace cfkops::actions
