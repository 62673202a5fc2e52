#include "timeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace cfkops::sandbox {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class TimelineTest : public testing::Test {
 protected:
  std::function<void()> note(const std::string& word) {
    return [this, word] { happened.push_back(word); };
  }

  Timeline timeline{WallTime(hours(100))};
  const MonoTime begin = timeline.now();
  std::vector<std::string> happened;
};

TEST_F(TimelineTest, RunsInTheOrderOfTimeAndThenOfAsking) {
  timeline.after(seconds(2), note("late"));
  timeline.after(seconds(1), note("first"));
  timeline.after(seconds(1), note("second"));
  timeline.advance_to(begin + seconds(1));
  EXPECT_THAT(happened, ElementsAre("first", "second"));
  timeline.advance_to(begin + seconds(9));
  EXPECT_THAT(happened, ElementsAre("first", "second", "late"));
  EXPECT_EQ(timeline.now(), begin + seconds(9));
  EXPECT_EQ(timeline.wall(), WallTime(hours(100)) + seconds(9));
}

TEST_F(TimelineTest, AtOnceMeansAtTheNextAdvance) {
  timeline.after({}, note("now"));
  EXPECT_THAT(happened, IsEmpty());
  timeline.advance_to(begin);
  EXPECT_THAT(happened, ElementsAre("now"));
}

TEST_F(TimelineTest, WhatIsCancelledDoesNotHappen) {
  const Timeline::TimerId timer = timeline.after(seconds(1), note("no"));
  timeline.cancel(timer);
  timeline.cancel(timer);
  EXPECT_EQ(timeline.next(), MonoTime::max());
  EXPECT_FALSE(timeline.step(begin + seconds(3)));
  EXPECT_THAT(happened, IsEmpty());
}

TEST_F(TimelineTest, WhatHappensMayAskForMoreAndSeesItsOwnTime) {
  timeline.after(seconds(1), [this] {
    EXPECT_EQ(timeline.now(), begin + seconds(1));
    timeline.after(seconds(1), note("more"));
  });
  EXPECT_TRUE(timeline.step(begin + seconds(9)));
  EXPECT_EQ(timeline.next(), begin + seconds(2));
  EXPECT_TRUE(timeline.step(begin + seconds(9)));
  EXPECT_THAT(happened, ElementsAre("more"));
}

TEST_F(TimelineTest, NeverGoesBackAndNeverOverflows) {
  timeline.after(Duration::max(), note("never"));
  timeline.advance_to(begin + seconds(5));
  timeline.advance_to(begin);
  EXPECT_EQ(timeline.now(), begin + seconds(5));
  EXPECT_EQ(timeline.next(), MonoTime::max());
}

TEST_F(TimelineTest, ReckonsWithAnySeconds) {
  EXPECT_EQ(bounded_seconds(-30), seconds(-30));
  EXPECT_EQ(bounded_seconds(std::numeric_limits<std::int64_t>::max()), hours(100 * 365 * 24));
}

TEST_F(TimelineTest, TheCalendarMayJump) {
  timeline.shift_wall(hours(-1));
  EXPECT_EQ(timeline.wall(), WallTime(hours(99)));
  EXPECT_EQ(timeline.now(), begin);
}

}  // namespace
}  // namespace cfkops::sandbox
