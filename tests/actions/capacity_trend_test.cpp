#include "capacity_trend.hpp"

#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace cfkops::actions {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr base::Int128 kOne = 1'000'000'000;
constexpr WallTime kThen = WallTime(std::chrono::hours(24 * 20454));

CapacitySample sample(int days, base::Int128 cpu) {
  return {.taken = kThen + std::chrono::hours(24 * days),
          .requests = {{"cpu", cpu * kOne}, {"memory", 8 * kOne}, {"pods", 3 * kOne}}};
}

QuotaAmounts allocatable() {
  return {{"cpu", 40 * kOne}, {"memory", 16 * kOne}, {"pods", 110 * kOne}};
}

Result<CapacitySample> read(const std::string& text) {
  base::OverlayFiles files(base::machine_files());
  EXPECT_THAT(files.write("earlier.json", text), test::IsOk());
  return read_sample(files, "earlier.json");
}

TEST(CapacityTrend, CountsTheDaysUntilAllIsAskedFor) {
  const CapacityTrend trend = trend_of(sample(0, 10), sample(10, 20), allocatable());
  EXPECT_EQ(trend.word, "growing");
  EXPECT_EQ(trend.days, 20);
  EXPECT_THAT(trend.lines,
              ElementsAre("cpu: 1 more a day; all of it is asked for in 20 days",
                          HasSubstr("memory: no more is asked for"),
                          HasSubstr("pods: no more is asked for")));
}

TEST(CapacityTrend, IsSteadyWhereNothingGrows) {
  const CapacityTrend trend = trend_of(sample(0, 10), sample(10, 9), allocatable());
  EXPECT_EQ(trend.word, "steady");
  EXPECT_EQ(trend.days, 0);
}

TEST(CapacityTrend, LeavesNoDaysWhereAllIsAskedForAlready) {
  const CapacityTrend trend = trend_of(sample(0, 10), sample(10, 41), allocatable());
  EXPECT_EQ(trend.word, "growing");
  EXPECT_EQ(trend.days, 0);
}

TEST(CapacityTrend, TellsNothingFromTwoReportsOfOneTime) {
  const CapacityTrend trend = trend_of(sample(10, 10), sample(10, 20), allocatable());
  EXPECT_EQ(trend.word, "unknown");
  EXPECT_THAT(trend.lines, ElementsAre(HasSubstr("not an hour older")));
  EXPECT_EQ(trend_of(sample(20, 10), sample(10, 20), allocatable()).word, "unknown");
}

TEST(CapacityTrend, ReadsWhatARunPrinted) {
  const auto found = read(
      R"({"type": "run_started"}
{"type": "step_finished", "outputs": {"taken": "2026-01-01T00:00:00Z", "allocatable": {"cpu": "4"}, "requests": {"cpu": "1500m"}}}
{"type": "run_finished", "steps": []}
)");
  ASSERT_THAT(found, test::IsOk());
  EXPECT_EQ(found->taken, kThen);
  EXPECT_EQ(found->requests.at("cpu"), kOne * 3 / 2);
}

TEST(CapacityTrend, ReadsAlsoWhatPodsOfNodesThatCountNowhereAskedFor) {
  const auto found = read(
      R"({"outputs": {"taken": "2026-01-01T00:00:00Z", "allocatable": {}, "requests": {"cpu": "2"}, "left_out": {"cpu": "1", "pods": "3"}}})");
  ASSERT_THAT(found, test::IsOk());
  EXPECT_EQ(found->requests.at("cpu"), 3 * kOne);
  EXPECT_EQ(found->requests.at("pods"), 3 * kOne);
}

TEST(CapacityTrend, ReadsTheNewestOfTheLogOfARun) {
  const auto found = read(
      R"({"data": {"outputs": {"taken": {"$time": "1"}, "allocatable": {}, "requests": {"cpu": {"$quantity": "1"}}}}}
{"data": {"outputs": {"taken": {"$time": "1767225600000000000"}, "allocatable": {}, "requests": {"cpu": {"$quantity": "2"}}}}}
{"data": {"outputs": {"allocatable": {}, "taken": {"$time": "17672)");
  ASSERT_THAT(found, test::IsOk());
  EXPECT_EQ(found->taken, kThen);
  EXPECT_EQ(found->requests.at("cpu"), 2 * kOne);
}

TEST(CapacityTrend, WantsAReport) {
  EXPECT_THAT(read("{\"outputs\": {\"allocatable\": {}}}\n"),
              test::HasError(ErrorCode::InvalidInput, "has no report of capacity.show"));
  EXPECT_THAT(read_sample(base::machine_files(), "/nowhere/report.json"),
              test::HasError(ErrorCode::NotFound, "report.json"));
}

}  // namespace
}  // namespace cfkops::actions
