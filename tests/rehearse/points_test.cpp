#include "points.hpp"

#include <gtest/gtest.h>

#include <set>

namespace cfkops::rehearse {
namespace {

/// Reads before the steps, three evictions with reads between them, reads after.
Trace three_evictions() {
  Trace trace;
  const auto read = [&trace](const std::string& step) {
    trace.requests.push_back({.method = "GET",
                              .target = {"pods/proxy", "ns", "kafka-1:7777"},
                              .mutation = false,
                              .step = step});
  };
  for (int i = 0; i < 5; ++i) {
    read("");
  }
  for (int i = 0; i < 3; ++i) {
    const std::string pod = "kafka-" + std::to_string(i);
    trace.requests.push_back({.method = "POST",
                              .target = {"pods/eviction", "ns", pod},
                              .mutation = true,
                              .step = "roll"});
    trace.writes.insert(trace.writes.end(), 2, "roll");
    read("roll");
  }
  read("validation");
  return trace;
}

TEST(ChoosePointsTest, EveryKindInEveryStepWhereThereIsRoom) {
  std::set<std::pair<std::string, sandbox::FaultKind>> cells;
  for (const FaultPoint& point : choose_points(three_evictions(), 1000)) {
    cells.emplace(point.step, point.fault.kind);
  }
  const std::size_t kinds = sandbox::all_fault_kinds().size();
  // The log was written in one step alone.
  EXPECT_EQ(cells.size(), 3 * kinds - 2);
}

TEST(ChoosePointsTest, NoMoreThanAskedForAndAsDifferentAsCanBe) {
  std::set<sandbox::FaultKind> kinds;
  std::set<std::string> steps;
  const auto points = choose_points(three_evictions(), 20);
  for (const FaultPoint& point : points) {
    kinds.insert(point.fault.kind);
    steps.insert(point.step);
  }
  EXPECT_EQ(points.size(), 20U);
  EXPECT_EQ(kinds.size(), sandbox::all_fault_kinds().size());
  EXPECT_EQ(steps.size(), 3U);
}

TEST(ChoosePointsTest, NamesTheRequestAndItsPod) {
  for (const FaultPoint& point : choose_points(three_evictions(), 1000)) {
    if (point.fault.kind == sandbox::FaultKind::AnswerLost && point.place == 8) {
      ASSERT_TRUE(point.fault.on);
      EXPECT_EQ(point.fault.on->name, "kafka-1");
      EXPECT_EQ(point.fault.nth, 1U);
    }
    if (point.fault.kind == sandbox::FaultKind::DiskFull && point.step == "roll") {
      ASSERT_TRUE(point.fault.on);
      EXPECT_EQ(point.fault.on->method, "POST");  // where a broker goes
    }
  }
}

/// The points of that kind at reads before the steps.
std::vector<FaultPoint> at_reads(const Trace& trace, sandbox::FaultKind kind) {
  std::vector<FaultPoint> points;
  for (const FaultPoint& point : choose_points(trace, 1000)) {
    if (point.fault.kind == kind && point.step.empty()) {
      points.push_back(point);
    }
  }
  return points;
}

TEST(ChoosePointsTest, WhatLiesInWaitForAPodPartsFromThePlainRunWhereThatIsMade) {
  Trace trace = three_evictions();
  trace.made = {{.pod = "ns/kafka-0", .requests = 7}, {.pod = "ns/kafka-1", .requests = 9}};
  const auto points = at_reads(trace, sandbox::FaultKind::ImagePullFails);
  ASSERT_FALSE(points.empty());
  for (const FaultPoint& point : points) {
    EXPECT_LE(point.place, 5U);
    EXPECT_EQ(point.parting, 9U);
    ASSERT_TRUE(point.waiting);
    EXPECT_EQ(point.waiting->ns, "ns");
    EXPECT_EQ(point.waiting->target, "kafka-1");
    EXPECT_EQ(point.fault.on->resource, "pods/proxy") << "as it is told";
  }
}

TEST(ChoosePointsTest, APodThatIsNotMadeAgainIsWaitedForToTheEnd) {
  const Trace trace = three_evictions();
  for (const FaultPoint& point : at_reads(trace, sandbox::FaultKind::PodNeverReady)) {
    EXPECT_EQ(point.parting, trace.requests.size());
  }
}

TEST(ChoosePointsTest, WhatHappensAtOncePartsThere) {
  for (const FaultPoint& point : at_reads(three_evictions(), sandbox::FaultKind::DiskFull)) {
    EXPECT_EQ(point.parting, point.place);
    EXPECT_FALSE(point.waiting);
  }
}

}  // namespace
}  // namespace cfkops::rehearse
