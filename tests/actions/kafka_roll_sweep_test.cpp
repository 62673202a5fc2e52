// The N-th request of a roll goes wrong, in every way that requests go wrong. Whatever happens: at
// most one broker is down, no partition falls below its minimum, and no eviction leaves while
// anything is missing. CFKOPS_SWEEP=full tries every way at every request; without it every
// seventh request gets one way, in turn, and all that changes something, with its neighbours, gets
// all.
#include "roll_bench.hpp"

#include "cfkops/base/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>

namespace cfkops::actions {
namespace {

using namespace std::chrono_literals;
using engine::Outcome;
using test::Fault;
using test::KafkaHabits;
using test::RollBench;

/// Two brokers' restarts are enough for a mistake between them, and quick ones make few requests.
KafkaHabits quick() {
  return {.partitions = 2,
          .shut_down = 300ms,
          .create = 100ms,
          .start_container = 100ms,
          .start_process = 400ms,
          .become_ready = 200ms};
}

void try_fault(std::size_t call, Fault fault) {
  SCOPED_TRACE("request " + std::to_string(call) + ": " + test::to_string(fault));
  RollBench bench(quick());
  bench.transport.break_call(call, fault);
  bench.context.deadline = bench.transport.clock().now() + 10min;
  const Outcome outcome = bench.roll();
  EXPECT_LE(bench.model().most_down(), 1);
  EXPECT_EQ(bench.model().most_under_min(), 0);
  for (const auto& evicted : bench.server.evicted()) {
    EXPECT_TRUE(evicted.was_full) << evicted.pod;
  }
  if (outcome.kind == Outcome::Kind::Done) {
    EXPECT_EQ(bench.server.evicted().size(), 3U);
    EXPECT_TRUE(bench.model().all_in_sync());
  } else {
    // Only what was asked before anything was touched may end it.
    EXPECT_TRUE(bench.server.evicted().empty()) << outcome.why;
  }
}

TEST(KafkaRollSweep, NoFailingRequestHurts) {
  RollBench clean(quick());
  ASSERT_EQ(clean.roll().kind, Outcome::Kind::Done);
  const auto& calls = clean.transport.calls();
  std::set<std::size_t> delicate;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (calls[i].request.method != "GET") {
      delicate.insert({i, i + 1, i + 2});
    }
  }
  ASSERT_FALSE(delicate.empty());
  const bool full = base::environment("CFKOPS_SWEEP") == "full";
  const auto& faults = test::all_faults();
  for (std::size_t n = 1; n <= calls.size(); ++n) {
    if (full || delicate.contains(n)) {
      for (const Fault fault : faults) {
        try_fault(n, fault);
      }
    } else if (n % 7 == 0) {
      try_fault(n, faults[n / 7 % faults.size()]);
    }
  }
}

TEST(KafkaRollSweep, AnEvictionWhoseAnswerIsLostIsNotRepeatedOnTheNextPod) {
  for (const Fault fault : {Fault::LostAfter, Fault::TimeoutAfter, Fault::GatewayAfter}) {
    RollBench bench(quick());
    RollBench clean(quick());
    clean.roll();
    std::size_t number = 0;
    for (std::size_t i = 0; i < clean.transport.calls().size() && number == 0; ++i) {
      number = clean.transport.calls()[i].text().find("/eviction") == std::string::npos ? 0 : i + 1;
    }
    bench.transport.break_call(number, fault);
    const Outcome outcome = bench.roll();
    EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
    EXPECT_THAT(bench.server.evicted_pods(), testing::ElementsAre("kafka-2", "kafka-0", "kafka-1"));
  }
}

}  // namespace
}  // namespace cfkops::actions
