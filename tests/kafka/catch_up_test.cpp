#include "builders.hpp"

#include "cfkops/kafka/gates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>

namespace cfkops::kafka {
namespace {

using namespace std::chrono_literals;
using test::following;
using test::leading;
using test::one_partition;

const std::set<TopicPartition> kHosted = {{"orders", 0}};

TEST(CatchUp, CompleteWhenAllItsPartitionsAreInSync) {
  const CatchUp state = catch_up(one_partition(leading(3, 3, 2)), "kafka-2", kHosted);
  EXPECT_TRUE(state.complete());
  EXPECT_EQ(state.expected, 1U);
  EXPECT_EQ(state.records, 0);
}

TEST(CatchUp, TellsHowFarItIsBehind) {
  PartitionTable table = one_partition(leading(2, 3, 2));
  table.by_pod["kafka-0"][{"orders", 0}].log_end_offset = 1'500;
  table.by_pod["kafka-2"][{"orders", 0}].log_end_offset = 300;
  const CatchUp state = catch_up(table, "kafka-2", kHosted);
  EXPECT_FALSE(state.complete());
  ASSERT_EQ(state.missing.size(), 1U);
  EXPECT_EQ(state.missing[0].leader, "kafka-0");
  EXPECT_EQ(state.missing[0].records, 1'200);
  EXPECT_EQ(state.records, 1'200);
}

TEST(CatchUp, TheTotalIsUnknownWhenAnOffsetIs) {
  const CatchUp state = catch_up(one_partition(leading(2, 3, 2)), "kafka-2", kHosted);
  EXPECT_TRUE(state.known);
  EXPECT_EQ(state.records, std::nullopt);
  EXPECT_EQ(state.missing[0].records, std::nullopt);
}

TEST(CatchUp, ExpectsWhatItHostedBeforeThoughItDoesNotYetSaySo) {
  PartitionTable table = one_partition(leading(2, 3, 2));
  table.by_pod["kafka-2"].clear();
  EXPECT_FALSE(catch_up(table, "kafka-2", kHosted).complete());
  EXPECT_TRUE(catch_up(table, "kafka-2", {}).complete());
}

TEST(CatchUp, AlsoExpectsWhatItHostsOnlyNow) {
  PartitionTable table = one_partition(leading(3, 3, 2));
  table.by_pod["kafka-0"][{"new", 0}] = leading(2, 3, 2);
  table.by_pod["kafka-2"][{"new", 0}] = following();
  EXPECT_EQ(catch_up(table, "kafka-2", kHosted).missing.size(), 1U);
}

TEST(CatchUp, NotKnownWhileTheLeaderOrTheBrokerIsSilent) {
  PartitionTable table = one_partition(leading(3, 3, 2));
  table.by_pod.erase("kafka-2");
  table.silent["kafka-2"] = "starting";
  EXPECT_FALSE(catch_up(table, "kafka-2", kHosted).known);
  table = one_partition(leading(3, 3, 2));
  table.by_pod.erase("kafka-0");
  table.silent["kafka-0"] = "time-out";
  const CatchUp state = catch_up(table, "kafka-2", kHosted);
  EXPECT_FALSE(state.known);
  EXPECT_FALSE(state.complete());
  EXPECT_EQ(state.missing[0].leader, "");
}

TEST(CatchUp, ForgetsATopicThatWasDeletedMeanwhile) {
  PartitionTable table = one_partition(leading(3, 3, 2));
  EXPECT_TRUE(catch_up(table, "kafka-2", {{"orders", 0}, {"deleted", 0}}).complete());
  table.silent["kafka-3"] = "time-out";  // it could be there
  EXPECT_FALSE(catch_up(table, "kafka-2", {{"orders", 0}, {"deleted", 0}}).complete());
}

TEST(CatchUp, IsInSyncWithWhatItLeads) {
  PartitionTable table;
  table.by_pod["kafka-2"][{"orders", 0}] = leading(2, 3, 2);
  EXPECT_TRUE(catch_up(table, "kafka-2", kHosted).complete());
}

TEST(CatchUp, PutsTheWorstFirst) {
  PartitionTable table;
  for (int i = 0; i < 3; ++i) {
    table.by_pod["kafka-0"][{"orders", i}] = leading(2, 3, 2);
    table.by_pod["kafka-2"][{"orders", i}] = following();
  }
  table.by_pod["kafka-0"][{"orders", 0}].log_end_offset = 10;
  table.by_pod["kafka-2"][{"orders", 0}].log_end_offset = 9;
  table.by_pod["kafka-0"][{"orders", 1}].log_end_offset = 10;
  table.by_pod["kafka-2"][{"orders", 1}].log_end_offset = 2;
  const CatchUp state = catch_up(table, "kafka-2", {});
  EXPECT_EQ(state.missing[0].partition.partition, 2);  // unknown counts as worst
  EXPECT_EQ(state.missing[1].partition.partition, 1);
  EXPECT_EQ(state.missing[2].partition.partition, 0);
}

TEST(CatchUpEstimate, GoesByTheRateOfTheLastMinute) {
  CatchUpEstimate estimate;
  const MonoTime start;
  EXPECT_EQ(estimate.remaining(start), std::nullopt);
  estimate.add(start, 1'000);
  EXPECT_EQ(estimate.remaining(start), std::nullopt);
  estimate.add(start + 2s, 800);
  EXPECT_EQ(estimate.remaining(start + 2s), Duration(8s));
  estimate.add(start + 70s, 600);  // the first two are forgotten
  EXPECT_EQ(estimate.remaining(start + 70s), std::nullopt);
  estimate.add(start + 71s, 0);
  EXPECT_EQ(estimate.remaining(start + 71s), Duration(0));
}

TEST(CatchUpEstimate, CountsFromNowAndForgetsOldMeasurements) {
  CatchUpEstimate estimate;
  const MonoTime start;
  estimate.add(start, 1'000);
  estimate.add(start + 2s, 800);
  EXPECT_EQ(estimate.remaining(start + 5s), Duration(5s));
  EXPECT_EQ(estimate.remaining(start + 11s), Duration(0));
  EXPECT_EQ(estimate.remaining(start + 13s), std::nullopt);
}

TEST(CatchUpEstimate, MoreThanADayIsNoEstimate) {
  CatchUpEstimate estimate;
  const MonoTime start;
  estimate.add(start, std::numeric_limits<std::int64_t>::max());
  estimate.add(start + 50s, std::numeric_limits<std::int64_t>::max() - 1);
  EXPECT_EQ(estimate.remaining(start + 50s), std::nullopt);
  CatchUpEstimate slow;
  slow.add(start, 90'001);
  slow.add(start + 1s, 90'000);
  EXPECT_EQ(slow.remaining(start + 1s), std::nullopt);
}

TEST(CatchUpEstimate, KnowsNothingWhileItDoesNotFall) {
  CatchUpEstimate estimate;
  const MonoTime start;
  estimate.add(start, 500);
  estimate.add(start + 2s, 600);
  EXPECT_EQ(estimate.remaining(start + 2s), std::nullopt);
}

TEST(CatchUpEstimate, ProgressIsLessThanEverBefore) {
  CatchUpEstimate estimate;
  const MonoTime start;
  EXPECT_EQ(estimate.last_progress(), std::nullopt);
  estimate.add(start, 500);
  estimate.add(start + 2s, 400);
  estimate.add(start + 4s, 700);
  estimate.add(start + 100s, 500);
  EXPECT_EQ(estimate.last_progress(), start + 2s);
  estimate.add(start + 102s, 399);
  EXPECT_EQ(estimate.last_progress(), start + 102s);
}

}  // namespace
}  // namespace cfkops::kafka
