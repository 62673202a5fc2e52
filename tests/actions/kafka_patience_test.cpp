#include "kafka_patience.hpp"

#include "support/virtual_clock.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace cfkops::actions {
namespace {

using namespace std::chrono_literals;

const Error kForbidden = make_error(ErrorCode::Forbidden, "forbidden");

struct KafkaPatience : testing::Test {
  test::VirtualClock clock;
  Patience patience{clock};
};

TEST_F(KafkaPatience, ADenialBeforeAnySuccessStands) {
  EXPECT_FALSE(patience.may_heal(kForbidden));
}

TEST_F(KafkaPatience, ADenialAfterASuccessMayHealForAMinute) {
  patience.answered();
  EXPECT_TRUE(patience.may_heal(kForbidden));
  clock.advance(59s);
  EXPECT_TRUE(patience.may_heal(make_error(ErrorCode::Unauthorized, "who are you")));
  clock.advance(1s);
  EXPECT_FALSE(patience.may_heal(kForbidden));
}

TEST_F(KafkaPatience, ASuccessBeginsTheMinuteAnew) {
  patience.answered();
  EXPECT_TRUE(patience.may_heal(kForbidden));
  clock.advance(2min);
  patience.answered();
  EXPECT_TRUE(patience.may_heal(kForbidden));
}

TEST_F(KafkaPatience, OtherErrorsAreJudgedByTheirKind) {
  EXPECT_TRUE(patience.may_heal(make_error(ErrorCode::Unreachable, "away")));
  EXPECT_FALSE(patience.may_heal(make_error(ErrorCode::InvalidInput, "nonsense")));
}

TEST(NextLook, AtFewIsSoonAndNoLaterThanThreeSeconds) {
  EXPECT_EQ(until_next_look(0s, 250ms, 1), 250ms);
  EXPECT_EQ(until_next_look(2s, 250ms, 1), 250ms);
  EXPECT_EQ(until_next_look(10s, 250ms, 6), 1s);
  EXPECT_EQ(until_next_look(10min, 250ms, 6), 3s);
}

TEST(NextLook, AtManyIsRarer) {
  EXPECT_EQ(until_next_look(0s, 250ms, 32), 1s);
  EXPECT_EQ(until_next_look(0s, 500ms, 65), 2s);
  EXPECT_EQ(until_next_look(45s, 500ms, 65), 4500ms);
  EXPECT_EQ(until_next_look(10min, 250ms, 65), 24s);
}

}  // namespace
}  // namespace cfkops::actions
