#include "cfkops/health/report.hpp"

#include "support/matchers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cfkops::health {
namespace {

/// A report of one node that is not Ready and of one check that is not known.
Report sample() {
  Snapshot snapshot;
  snapshot.now = *base::parse_rfc3339("2026-11-27T12:00:00Z");
  for (Source& source : snapshot.sources) {
    source.state = Source::State::Read;
    source.at = snapshot.now;
  }
  snapshot.source(Part::Nodes).seen = 1;
  snapshot.ready_checks = snapshot.live_checks = "[+]ping ok";
  snapshot.flow_control = snapshot.flow_control_after = "PriorityLevelName, RejectedRequests";
  snapshot.version = "v1.34.4";
  snapshot.latencies = {std::chrono::milliseconds(1)};
  snapshot.by_server_clock = true;
  for (const char* name : {"kube-controller-manager", "kube-scheduler"}) {
    snapshot.of(Part::SystemLeases)
        .push_back(*Json::parse(std::string(R"({"metadata": {"name": ")") + name +
                                R"("}, "spec": {"renewTime": "2026-11-27T11:59:59.000000Z"}})"));
  }
  snapshot.of(Part::Nodes)
      .push_back(*Json::parse(
          R"({"metadata": {"name": "a"}, "spec": {}, "status": {"nodeInfo":
              {"kubeletVersion": "v1.34.4"}, "conditions": [{"type": "Ready",
               "status": "False", "message": "kubelet stopped"}]}})"));
  return assess(snapshot, {});
}

TEST(HealthReport, UnknownIsNeverHealthy) {
  Report report = sample();
  for (Answer& answer : report.results) {
    answer.found.clear();
    answer.verdict = answer.verdict == Verdict::Found ? Verdict::Pass : answer.verdict;
  }
  EXPECT_EQ(report.verdict_line(), "not known: 1 check could not be judged");
  EXPECT_EQ(report.worst(), std::nullopt);
}

TEST(HealthReport, TellsTheWorstFirst) {
  const Report report = sample();
  EXPECT_EQ(report.verdict_line(), "not healthy: 1 fail; 1 check could not be judged");
  EXPECT_EQ(report.worst(), Severity::Fail);
}

TEST(HealthReport, ABaselineLeavesOutWhatItHas) {
  const Report before = sample();
  const auto baseline = read_baseline(json_of(before).dump());
  ASSERT_THAT(baseline, test::IsOk());
  Report now = sample();
  leave_out(now, *baseline);
  EXPECT_EQ(now.worst(), std::nullopt);
  EXPECT_GE(now.known_before, 1U);
  EXPECT_EQ(now.gone_since, 0U);
  Report well = sample();
  for (Answer& answer : well.results) {
    answer.found.clear();
  }
  leave_out(well, *baseline);
  EXPECT_EQ(well.gone_since, now.known_before);
}

TEST(HealthReport, ABaselineHidesNothingThatIsWorseOrMore) {
  const auto baseline = read_baseline(json_of(sample()).dump());
  ASSERT_THAT(baseline, test::IsOk());
  Report worse = sample();
  Report more = sample();
  for (std::size_t i = 0; i < worse.results.size(); ++i) {
    if (!worse.results[i].found.empty()) {
      worse.results[i].found.front().severity = Severity::Critical;
      Finding second = more.results[i].found.front();
      second.value = "another";
      more.results[i].found.insert(more.results[i].found.begin(), second);
    }
  }
  leave_out(worse, *baseline);
  EXPECT_EQ(worse.worst(), Severity::Critical);
  leave_out(more, *baseline);
  ASSERT_GE(more.count(Verdict::Found), 1U);
  for (const Answer& answer : more.results) {
    if (answer.verdict == Verdict::Found) {
      ASSERT_EQ(answer.found.size(), 1U);
      EXPECT_EQ(answer.found.front().value, "another");
    }
  }
}

TEST(HealthReport, WhatABaselineHasIsKnownAndNotWell) {
  Report now = sample();
  const auto baseline = read_baseline(json_of(now).dump());
  ASSERT_THAT(baseline, test::IsOk());
  const std::size_t found = now.count(Verdict::Found);
  const std::size_t pass = now.count(Verdict::Pass);
  leave_out(now, *baseline);
  EXPECT_EQ(now.count(Verdict::Known), found);
  EXPECT_EQ(now.count(Verdict::Pass), pass);
}

TEST(HealthReport, WhatCouldNotBeJudgedNowIsNotGone) {
  Report now = sample();
  const auto baseline = read_baseline(json_of(now).dump());
  ASSERT_THAT(baseline, test::IsOk());
  for (Answer& answer : now.results) {
    answer.found.clear();
    answer.verdict = Verdict::Unknown;
  }
  leave_out(now, *baseline);
  EXPECT_EQ(now.gone_since, 0U);
}

TEST(HealthReport, ABaselineMustBeAReport) {
  EXPECT_THAT(read_baseline("no JSON"), test::HasError(ErrorCode::InvalidInput, "no report"));
  EXPECT_THAT(read_baseline("{}"), test::HasError(ErrorCode::InvalidInput, "no report"));
}

}  // namespace
}  // namespace cfkops::health
