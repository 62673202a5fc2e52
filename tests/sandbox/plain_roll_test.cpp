// The forecast that stands behind every rehearsal, held to what the lab measured (docs/lab.md):
// what `kubectl rollout restart` does to brokers that catch up slowly.
#include "cfkops/sandbox/cluster.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace cfkops::sandbox {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// What the patch of `kubectl rollout restart` comes to, and ten minutes after it.
KafkaReport after_plain_roll(const std::string& scenario_name, std::uint64_t seed) {
  auto scenario = find_scenario(scenario_name);
  EXPECT_TRUE(scenario);
  scenario->seed = seed;
  scenario->kafka.front().has_operator = false;
  const auto cluster = Cluster::begin(*scenario, WallTime());
  EXPECT_TRUE(cluster);
  (*cluster)->reset_kafka_reports();
  std::optional<Result<kube::Response>> told;
  kube::Request patch{.method = "PATCH",
                      .target = "/apis/apps/v1/namespaces/confluent/statefulsets/kafka",
                      .headers = {{"Content-Type", "application/strategic-merge-patch+json"}},
                      .body =
                          R"({"spec": {"template": {"metadata": {"annotations": )"
                          R"({"kubectl.kubernetes.io/restartedAt": "2026-01-01T03:00:00Z"}}}}})"};
  (*cluster)->submit(std::move(patch),
                     [&told](Result<kube::Response> outcome) { told.emplace(std::move(outcome)); });
  const MonoTime until = (*cluster)->clock().now() + minutes(10);
  while ((*cluster)->clock().now() < until) {
    (*cluster)->pump(until);
  }
  EXPECT_TRUE(told && *told && (**told).status == 200);
  EXPECT_TRUE((*cluster)->unready_pods().empty());
  return (*cluster)->kafka_reports().front();
}

TEST(PlainRoll, StallsProducersWhereCatchingUpIsSlow) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const KafkaReport report = after_plain_roll("slow-catch-up", seed);
    EXPECT_EQ(report.restarts, 3U);
    EXPECT_GT(report.most_under_min_isr, 0) << "seed " << seed;
    // All partitions were without acks for 5.2 s in the lab.
    EXPECT_GT(report.longest_gap, milliseconds(5200) / 3) << "seed " << seed;
    EXPECT_LT(report.longest_gap, milliseconds(5200) * 3) << "seed " << seed;
  }
}

// It is a matter of luck: the pods' turns differ from seed to seed.
TEST(PlainRoll, MayBeSafeWithLittleData) {
  int safe = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const KafkaReport report = after_plain_roll("healthy", seed);
    EXPECT_EQ(report.restarts, 3U);
    EXPECT_LT(report.longest_gap, seconds(1)) << "seed " << seed;
    safe += report.most_under_min_isr == 0 ? 1 : 0;
  }
  EXPECT_GT(safe, 0);
}

}  // namespace
}  // namespace cfkops::sandbox
