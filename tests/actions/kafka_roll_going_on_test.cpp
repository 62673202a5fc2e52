// A roll that an earlier process of the run began: what that one evicted is left out.
#include "roll_bench.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cfkops::actions {
namespace {

using engine::Fate;
using engine::Outcome;
using engine::SentMutation;
using test::RollBench;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

/// The mutations of a roll that ended after its first eviction, whose effect could not be recorded.
std::vector<SentMutation> evicted_before(RollBench& bench, Fate fate) {
  bench.recorder.broken_after = "evict";
  const Outcome outcome = bench.roll();
  EXPECT_NE(outcome.kind, Outcome::Kind::Done);
  std::vector<SentMutation> sent;
  for (const kube::Mutation& mutation : bench.recorder.mutations) {
    SentMutation one;
    one.mutation = mutation;
    one.fate = fate;
    sent.push_back(std::move(one));
  }
  return sent;
}

/// By the next process, which has a client of its own.
Outcome go_on(RollBench& bench, const std::vector<SentMutation>& sent) {
  test::OpenRecorder recorder;
  kube::Client client(bench.loop, {}, recorder);
  bench.context.earlier = &sent;
  Outcome outcome = kafka_roll().apply(
      bench.context, client, RollBench::arguments(kafka_roll().spec(), RollBench::quickly()));
  bench.context.earlier = nullptr;
  bench.model().run_to(bench.transport.clock().passed());
  return outcome;
}

TEST(KafkaRollGoingOn, LeavesOutWhatWasEvictedAndWaitsForItFirst) {
  RollBench bench;
  const auto sent = evicted_before(bench, Fate::Applied);
  ASSERT_EQ(bench.server.evicted().size(), 1U);
  const Outcome outcome = go_on(bench, sent);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.server.evicted_pods(), UnorderedElementsAre("kafka-0", "kafka-1", "kafka-2"));
  EXPECT_LE(bench.model().most_down(), 1);
  EXPECT_EQ(bench.model().most_under_min(), 0);
  EXPECT_TRUE(bench.model().all_in_sync());
}

TEST(KafkaRollGoingOn, WithoutItsOwnMarkEvictsNothingMore) {
  RollBench forgotten;
  auto sent = evicted_before(forgotten, Fate::Applied);
  forgotten.leases.erase(RollBench::kMark);
  Outcome outcome = go_on(forgotten, sent);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why,
              HasSubstr("lease confluent/cfkops.roll.kafka, the mark of this roll, is gone"));
  EXPECT_EQ(forgotten.server.evicted().size(), 1U);

  RollBench taken;
  sent = evicted_before(taken, Fate::Applied);
  auto mark = nlohmann::json::parse(taken.mark());
  mark["run"] = "run-2";
  taken.leases.annotate(RollBench::kMark, "cfkops.dev/roll", mark.dump());
  outcome = go_on(taken, sent);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("now tells of the roll of run run-2"));
  EXPECT_EQ(taken.server.evicted().size(), 1U);

  taken.context.earlier = &sent;
  const auto told = taken.ActionBench::plan(kafka_roll(), RollBench::quickly());
  ASSERT_THAT(told, test::IsOk());
  ASSERT_EQ(told->changes.size(), 1U);
  EXPECT_TRUE(told->changes.front().refused) << "the plan says so as well";
  EXPECT_THAT(told->changes.front().verdict, HasSubstr("run-2"));
}

TEST(KafkaRollGoingOn, ThatEvictedAllHasNothingLeftToDo) {
  RollBench bench;
  ASSERT_EQ(bench.roll().kind, Outcome::Kind::Done);
  std::vector<SentMutation> sent;
  for (const kube::Mutation& mutation : bench.recorder.mutations) {
    SentMutation one;
    one.mutation = mutation;
    one.fate = Fate::Applied;
    sent.push_back(std::move(one));
  }
  const Outcome outcome = go_on(bench, sent);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(bench.server.evicted().size(), 3U);
}

}  // namespace
}  // namespace cfkops::actions
