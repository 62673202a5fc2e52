// Requests to stop, all along a roll.
#include "roll_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>

namespace cfkops::actions {
namespace {

using namespace std::chrono_literals;
using engine::Outcome;
using test::RollBench;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(KafkaRollStop, OneRequestEndsTheRollBetweenTwoBrokers) {
  for (Duration when = 1300ms; when < 24s; when += 1300ms) {
    SCOPED_TRACE(when / 1ms);
    RollBench bench;
    bench.transport.at(when, [&] { bench.cancel.request(SIGINT); });
    const Outcome outcome = bench.roll();
    EXPECT_TRUE(bench.model().all_running());
    EXPECT_TRUE(bench.model().all_in_sync());
    EXPECT_LE(bench.model().most_down(), 1);
    if (outcome.kind == Outcome::Kind::Done) {
      EXPECT_EQ(bench.server.evicted().size(), 3U);
      continue;
    }
    EXPECT_EQ(outcome.kind, Outcome::Kind::Stopped) << outcome.why;
    ASSERT_TRUE(outcome.error.has_value());
    EXPECT_EQ(outcome.error->code, ErrorCode::Cancelled);
    const auto restarted = static_cast<std::int64_t>(bench.server.evicted().size());
    ASSERT_TRUE(outcome.outputs.contains("restarted"));
    EXPECT_EQ(*outcome.outputs.at("restarted").as<std::int64_t>(), restarted);
    EXPECT_THAT(outcome.left,
                Contains(HasSubstr(std::to_string(restarted) + " of 3 restarted; not touched: ")));
  }
}

TEST(KafkaRollStop, TwoRequestsEndItAtOnceAndSayWhatIsLeft) {
  for (Duration when = 0ms; when < 24s; when += 1300ms) {
    SCOPED_TRACE(when / 1ms);
    RollBench bench;
    bench.transport.at(when, [&] {
      bench.cancel.request(SIGINT);
      bench.cancel.request(SIGINT);
    });
    const Outcome outcome = bench.roll();
    EXPECT_LE(bench.transport.clock().passed(), std::max<Duration>(when + 6s, 25s));
    EXPECT_LE(bench.model().most_down(), 1);
    if (outcome.kind == Outcome::Kind::Done) {
      continue;
    }
    EXPECT_EQ(outcome.kind, Outcome::Kind::Stopped) << outcome.why;
    if (bench.model().brokers_down() > 0) {
      EXPECT_THAT(outcome.left, Contains(HasSubstr("was evicted and has not been seen back")));
    }
  }
}

TEST(KafkaRollStop, AtTheGateNothingIsTouched) {
  RollBench bench;
  bench.model().process("kafka-2").silent = true;
  bench.transport.at(10s, [&] { bench.cancel.request(SIGTERM); });
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Stopped);
  EXPECT_LT(bench.transport.clock().passed(), Duration(11s));
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
  EXPECT_THAT(outcome.left, Contains(HasSubstr("0 of 3 restarted; not touched: kafka-0, kafka-1")));
}

TEST(KafkaRollStop, WhileTheBudgetRefusesNothingIsTouched) {
  RollBench bench;
  bench.server.hold_budget_until(24h);
  bench.transport.at(10s, [&] { bench.cancel.request(SIGTERM); });
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Stopped);
  EXPECT_LT(bench.transport.clock().passed(), Duration(11s));
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
}

}  // namespace
}  // namespace cfkops::actions
