// The API server goes away between the look at the gate and the eviction, and the world changes
// before it is back.
#include "roll_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace cfkops::actions {
namespace {

using namespace std::chrono_literals;
using engine::Outcome;
using test::Fault;
using test::RollBench;
using testing::IsEmpty;

/// A client that waits for its server as `cfkops run` does.
Outcome roll_patiently(RollBench& bench) {
  kube::Client client(
      bench.loop, {.retry = {.unreachable_budget = std::chrono::minutes(5)}}, bench.recorder);
  const auto arguments = test::ActionBench::arguments(kafka_roll().spec(), RollBench::quickly());
  return kafka_roll().apply(bench.context, client, arguments);
}

/// The number of the first eviction among the calls of an undisturbed roll.
std::size_t first_eviction(const RollBench& clean) {
  std::size_t number = 1;
  for (const test::Call& call : clean.transport.calls()) {
    if (call.text().find("/eviction") != std::string::npos) {
      return number;
    }
    ++number;
  }
  return 0;
}

/// Away from just before call `number` on for a minute; kafka-2 falls behind meanwhile and catches
/// up a minute after the server is back.
void go_away_at(RollBench& bench, const RollBench& clean, std::size_t number) {
  const Duration away = clean.transport.calls()[number - 1].at - clean.transport.calls()[0].at;
  bench.transport.at(away - 1ms, [&] { bench.transport.set_down(true); });
  bench.transport.at(away + 10s, [&] {
    bench.server.model().run_to(bench.transport.clock().passed());
    bench.model().process("kafka-2").never_in_sync = true;
    bench.model().partitions()[0].in_sync.erase("kafka-2");
  });
  bench.transport.at(away + 60s, [&] { bench.transport.set_down(false); });
  bench.transport.at(away + 120s, [&] { bench.model().process("kafka-2").never_in_sync = false; });
}

void expect_gated_anew(RollBench& bench, const Outcome& outcome) {
  EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  ASSERT_EQ(bench.server.evicted().size(), 3U);
  EXPECT_GE(bench.server.evicted().front().at, Duration(120s));
  for (const auto& evicted : bench.server.evicted()) {
    EXPECT_TRUE(evicted.was_full) << evicted.pod << " was evicted on an old look";
  }
  EXPECT_EQ(bench.model().most_under_min(), 0);
}

TEST(KafkaRollOutage, NoEvictionLeavesOnALookFromBeforeTheOutage) {
  RollBench clean;
  roll_patiently(clean);
  const std::size_t eviction = first_eviction(clean);
  ASSERT_GT(eviction, 3U);
  // The roll's mark goes first, then the pod's GET: the server is away from either of them on, or
  // for the eviction only.
  for (const std::size_t number : {eviction - 2, eviction - 1, eviction}) {
    SCOPED_TRACE("away from call " + std::to_string(number));
    RollBench bench;
    go_away_at(bench, clean, number);
    expect_gated_anew(bench, roll_patiently(bench));
  }
}

TEST(KafkaRollOutage, NoEvictionIsRepeatedOnALookFromBeforeTheOutage) {
  RollBench clean;
  roll_patiently(clean);
  const std::size_t eviction = first_eviction(clean);
  RollBench bench;
  bench.transport.break_call(eviction, Fault::LostBefore);
  go_away_at(bench, clean, eviction + 1);
  expect_gated_anew(bench, roll_patiently(bench));
}

TEST(KafkaRollOutage, ALookThatTookTooLongIsTakenAnew) {
  RollBench bench;
  bench.context.deadline = bench.transport.clock().now() + 2min;
  bench.server.delay_pods(6s);
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Unknown);
  EXPECT_THAT(outcome.why, testing::HasSubstr("too old to act on"));
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
}

}  // namespace
}  // namespace cfkops::actions
