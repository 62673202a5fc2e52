#include "cfkops/kube/loop.hpp"

#include "support/matchers.hpp"
#include "support/scripted_transport.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace cfkops::kube {
namespace {

using std::chrono::seconds;
using test::HasError;
using test::IsOk;
using test::IsOkAnd;

class LoopTest : public testing::Test {
 protected:
  test::ScriptedTransport transport;
  Cancel cancel;
  Loop loop{transport, transport.clock(), cancel};
};

TEST_F(LoopTest, ReturnsAtOnceWhenItIsDoneAlready) {
  EXPECT_THAT(loop.run_until([] { return true; }, MonoTime()), IsOkAnd(true));
  EXPECT_EQ(transport.clock().passed(), Duration::zero());
}

TEST_F(LoopTest, WaitsExactlyUntilTheDeadline) {
  EXPECT_THAT(loop.run_until([] { return false; }, MonoTime(seconds(7))), IsOkAnd(false));
  EXPECT_EQ(transport.clock().passed(), seconds(7));
}

TEST_F(LoopTest, CountsWhatArrivesAtTheDeadline) {
  bool arrived = false;
  transport.at(seconds(7), [&] { arrived = true; });
  EXPECT_THAT(loop.run_until([&] { return arrived; }, MonoTime(seconds(7))), IsOkAnd(true));
}

TEST_F(LoopTest, LooksOnceEvenWhenTheDeadlineHasPassed) {
  bool arrived = false;
  transport.at(Duration::zero(), [&] { arrived = true; });
  transport.clock().advance(seconds(5));
  EXPECT_THAT(loop.run_until([&] { return arrived; }, MonoTime()), IsOkAnd(true));
}

TEST_F(LoopTest, PausesForAsLongAsItWasTold) {
  EXPECT_THAT(loop.pause(std::chrono::milliseconds(1500)), IsOk());
  EXPECT_EQ(transport.clock().passed(), std::chrono::milliseconds(1500));
}

TEST_F(LoopTest, StopsWaitingAtTheFirstRequestToStop) {
  transport.at(seconds(2), [&] { cancel.request(SIGINT); });
  EXPECT_THAT(loop.pause(seconds(10)), HasError(ErrorCode::Cancelled, "interrupted by SIGINT"));
  EXPECT_EQ(transport.clock().passed(), seconds(2));
}

TEST_F(LoopTest, WaitsOnInASafeStretchUntilTheSecondRequest) {
  transport.at(seconds(2), [&] { cancel.request(SIGTERM); });
  transport.at(seconds(4), [&] { cancel.request(SIGTERM); });
  const Loop::SafeStretch stretch(loop);
  EXPECT_THAT(loop.pause(seconds(3)), IsOk());
  EXPECT_FALSE(loop.stop_due());
  EXPECT_THAT(loop.pause(seconds(3)), HasError(ErrorCode::Cancelled, "SIGTERM"));
  EXPECT_EQ(transport.clock().passed(), seconds(4));
}

TEST_F(LoopTest, TellsOnceThatItHoldsARequestToStop) {
  int told = 0;
  loop.on_held_stop([&] { ++told; });
  transport.at(seconds(2), [&] { cancel.request(SIGTERM); });
  const Loop::SafeStretch stretch(loop);
  EXPECT_THAT(loop.pause(seconds(1)), IsOk());
  EXPECT_EQ(told, 0);
  EXPECT_THAT(loop.pause(seconds(3)), IsOk());
  EXPECT_THAT(loop.pause(seconds(3)), IsOk());
  EXPECT_EQ(told, 1);
}

TEST_F(LoopTest, HasNothingToTellWhereTheRequestIsFollowedAtOnce) {
  int told = 0;
  loop.on_held_stop([&] { ++told; });
  cancel.request(SIGTERM);
  EXPECT_THAT(loop.pause(seconds(1)), HasError(ErrorCode::Cancelled, "SIGTERM"));
  const Loop::SafeStretch stretch(loop);  // what is given back afterwards
  EXPECT_THAT(loop.pause(seconds(1)), IsOk());
  EXPECT_EQ(told, 0);
}

TEST_F(LoopTest, RemembersTheRequestUntilTheStretchEnds) {
  {
    const Loop::SafeStretch stretch(loop);
    cancel.request(SIGHUP);
    EXPECT_THAT(loop.pause(seconds(1)), IsOk());
  }
  EXPECT_TRUE(loop.stop_due());
  EXPECT_THAT(loop.pause(seconds(1)), HasError(ErrorCode::Cancelled, "SIGHUP"));
}

Error breach(const std::string& text) {
  Error error = make_error(ErrorCode::Cancelled, text);
  error.reason = "guard";
  return error;
}

TEST_F(LoopTest, StopsAsSoonAsAPeriodicAsksForIt) {
  const Loop::Periodic guard(loop, seconds(3), Loop::When::Idle, [&] {
    loop.request_stop(breach("first"));
    loop.request_stop(breach("second"));
  });
  EXPECT_THAT(loop.pause(seconds(10)), HasError(ErrorCode::Cancelled, "first"));
  EXPECT_EQ(transport.clock().passed(), seconds(3));
}

TEST_F(LoopTest, KeepsAStopOfTheProgramUntilTheStretchEnds) {
  loop.request_stop(breach("breached"));
  {
    const Loop::SafeStretch stretch(loop);
    EXPECT_THAT(loop.pause(seconds(1)), IsOk());
  }
  EXPECT_THAT(loop.pause(seconds(1)), HasError(ErrorCode::Cancelled, "breached"));
  loop.withdraw_stop("lock");
  EXPECT_TRUE(loop.stop_due());
  cancel.request(SIGINT);
  EXPECT_EQ(loop.cancelled().message, "interrupted by SIGINT");
}

TEST_F(LoopTest, GoesOnWhenAStopIsTakenBack) {
  loop.request_stop(breach("breached"));
  loop.withdraw_stop("guard");
  EXPECT_THAT(loop.pause(seconds(1)), IsOk());
}

TEST_F(LoopTest, NumbersItsStretchesButNotThoseOfPeriodics) {
  std::vector<std::uint64_t> seen;
  const Loop::Periodic look(
      loop, seconds(1), Loop::When::Idle, [&] { seen.push_back(loop.stretch()); });
  EXPECT_THAT(loop.pause(seconds(1)), IsOk());
  std::uint64_t first = 0;
  {
    const Loop::SafeStretch outer(loop);
    first = loop.stretch();
    const Loop::SafeStretch inner(loop);
    EXPECT_EQ(loop.stretch(), first);
    EXPECT_THAT(loop.pause(seconds(1)), IsOk());
  }
  EXPECT_EQ(loop.stretch(), 0U);
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{0, first}));
  const Loop::SafeStretch next(loop);
  EXPECT_GT(loop.stretch(), first);
}

}  // namespace
}  // namespace cfkops::kube
