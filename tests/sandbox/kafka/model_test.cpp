#include "kafka/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace cfkops::sandbox {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Three brokers and three controllers with thirty partitions that little is sent to.
KafkaSpec small_cluster() {
  KafkaSpec spec;
  spec.topics = {{.name = "orders", .partitions = 30, .records_per_second = 200}};
  return spec;
}

/// The one that was measured: a megabyte a second, and catching up is throttled.
KafkaSpec throttled_cluster() {
  KafkaSpec spec = small_cluster();
  spec.topics.front().record_bytes = 5000;
  spec.catch_up_bytes_per_second = 1.5e6;
  spec.heartbeat = seconds(1);
  spec.session = seconds(6);
  return spec;
}

/// A model with a kubelet's part in it.
class Bench {
 public:
  explicit Bench(KafkaSpec spec, std::uint64_t seed = 1)
      : random(seed),
        model(std::move(spec), timeline, random, [this](const std::string& pod) {
          changed.push_back(pod);
        }) {
    model.settle();
  }

  void pass(Duration time) { timeline.advance_to(timeline.now() + time); }

  /// Whether it came about within two minutes.
  bool await(const std::function<bool()>& what) {
    const MonoTime until = timeline.now() + minutes(2);
    while (!what() && timeline.now() < until) {
      pass(milliseconds(50));
    }
    return what();
  }

  /// A pod is stopped, and its successor started.
  void restart(const std::string& pod) {
    pass(model.stop(pod));
    model.end(pod);
    pass(model.spec().start_container);
    model.start(pod);
  }

  void kill(const std::string& pod) {
    model.end(pod);
    timeline.after(model.spec().start_container, [this, pod] { model.start(pod); });
  }

  /// One broker after the other, the next as soon as `fine` lets it.
  void roll(const std::function<bool(const std::string&)>& fine) {
    for (int number = model.spec().brokers - 1; number >= 0; --number) {
      const std::string pod = "kafka-" + std::to_string(number);
      restart(pod);
      EXPECT_TRUE(await([&] { return model.is_ready(pod) && fine(pod); })) << pod;
    }
    EXPECT_TRUE(await([this] { return whole(); }));
  }

  [[nodiscard]] bool whole() const {
    const auto& all = model.partitions();
    return std::all_of(all.begin(), all.end(), [](const KafkaPartition& each) {
      return each.in_sync.size() == each.replicas.size();
    });
  }

  [[nodiscard]] int led_by(int node) const {
    const auto& all = model.partitions();
    return static_cast<int>(std::count_if(
        all.begin(), all.end(), [&](const KafkaPartition& each) { return each.leader == node; }));
  }

  Timeline timeline{WallTime(std::chrono::hours(24 * 365 * 56))};
  Random random;
  std::vector<std::string> changed;
  KafkaModel model;
};

/// What a plain rolling restart looks at.
bool pod_is_enough(const std::string& /*pod*/) {
  return true;
}

TEST(KafkaModelTest, SettlesWithLeadersSpreadAndNothingMissing) {
  Bench bench(small_cluster());
  bench.pass(seconds(10));
  for (int node = 0; node < 3; ++node) {
    EXPECT_EQ(bench.led_by(node), 10);
  }
  EXPECT_TRUE(bench.whole());
  EXPECT_TRUE(bench.model.active_controller());
  const KafkaPartition& first = bench.model.partitions().front();
  EXPECT_NEAR(static_cast<double>(bench.model.log_end(first, first.leader)), 200.0 / 30 * 10, 1);
  const KafkaReport report = bench.model.report();
  EXPECT_EQ(report.longest_partition_gap, Duration::zero());
  EXPECT_EQ(report.brokers_running, 3);
}

TEST(KafkaModelTest, AHealthyRollNeverGoesUnderMinIsr) {
  Bench bench(small_cluster());
  bench.roll([&](const std::string&) { return bench.whole(); });
  const KafkaReport report = bench.model.report();
  EXPECT_EQ(report.most_under_min_isr, 0);
  EXPECT_EQ(report.longest_gap, Duration::zero());
  EXPECT_GT(report.longest_partition_gap, milliseconds(900));
  EXPECT_LT(report.longest_partition_gap, seconds(3));
  EXPECT_EQ(report.most_brokers_down, 1);
  EXPECT_EQ(report.restarts, 3U);
}

// The real one: all partitions without acks for 5.2 s in one run, 21 of 30 under min ISR for 6 s
// in another.
TEST(KafkaModelTest, APlainRollStallsWhileCatchingUpTakesTime) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Bench bench(throttled_cluster(), seed);
    bench.roll(pod_is_enough);
    const KafkaReport report = bench.model.report();
    EXPECT_GE(report.most_under_min_isr, 20) << seed;
    EXPECT_GT(report.under_min_isr_time, seconds(2)) << seed;
    EXPECT_LT(report.under_min_isr_time, seconds(36)) << seed;
    EXPECT_GT(report.longest_gap, milliseconds(1700)) << seed;
    EXPECT_LT(report.longest_gap, seconds(16)) << seed;
  }
}

TEST(KafkaModelTest, WaitingForInSyncSetsKeepsThatRollFromHarm) {
  Bench bench(throttled_cluster());
  bench.roll([&](const std::string&) { return bench.whole(); });
  const KafkaReport report = bench.model.report();
  EXPECT_EQ(report.most_under_min_isr, 0);
  EXPECT_LT(report.longest_gap, seconds(2));
}

}  // namespace
}  // namespace cfkops::sandbox
