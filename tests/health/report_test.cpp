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
  return assess(snapshot, Profile::Full);
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

TEST(HealthReport, ABaselineMustBeAReport) {
  EXPECT_THAT(read_baseline("{}"), test::HasError(ErrorCode::InvalidInput, "no report"));
}

}  // namespace
}  // namespace cfkops::health
