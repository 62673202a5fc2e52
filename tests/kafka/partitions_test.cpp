#include "reading_fixture.hpp"

#include "cfkops/kafka/state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <utility>

namespace cfkops::kafka {
namespace {

using namespace std::chrono_literals;
using test::Bench;
using test::missing;
using test::success;
using testing::HasSubstr;

constexpr const char* kReplicas =
    "kafka.cluster%3Atype%3DPartition%2Cname%3D%2AReplica%2A%2Ctopic%3D%2A%2Cpartition%3D%2A/Value";
constexpr const char* kMinIsr =
    "kafka.cluster%3Atype%3DPartition%2Cname%3D%2AMinIsr%2Ctopic%3D%2A%2Cpartition%3D%2A/Value";
constexpr const char* kLogEnd =
    "kafka.log%3Atype%3DLog%2Cname%3DLogEndOffset%2Ctopic%3D%2A%2Cpartition%3D%2A/Value";

std::string gauge(const std::string& name, int value, const std::string& partition = "0") {
  return "\"kafka.cluster:name=" + name + ",partition=" + partition +
         ",topic=my.topic-a_b,type=Partition\":{\"Value\":" + std::to_string(value) + "}";
}

std::string replicas(int in_sync, int all) {
  return success("{" + gauge("InSyncReplicasCount", in_sync) + "," + gauge("ReplicasCount", all) +
                 "," + gauge("UnderReplicated", in_sync < all ? 1 : 0) + "," +
                 gauge("ObserverReplicasCount", 0) + "}");
}

std::string min_isr(int under, int at) {
  return success("{" + gauge("UnderMinIsr", under) + "," + gauge("AtMinIsr", at) + "}");
}

/// Of another partition.
std::string other_counts(int in_sync, int all) {
  return gauge("InSyncReplicasCount", in_sync, "1") + "," + gauge("ReplicasCount", all, "1") + "," +
         gauge("UnderReplicated", in_sync < all ? 1 : 0, "1");
}

std::string other_minimum(int at) {
  return gauge("UnderMinIsr", 0, "1") + "," + gauge("AtMinIsr", at, "1");
}

const TopicPartition kPartition{"my.topic-a_b", 0};

PartitionTable read(Bench& bench,
                    const std::vector<std::string>& pods,
                    Detail detail = Detail::Sync) {
  return read_partitions(bench.reader, "confluent", pods, detail, 5s);
}

TEST(ReadPartitions, TakesTheFiveGaugesOfEach) {
  Bench bench;
  bench.bean("kafka-0", kReplicas).reply(200, replicas(2, 3));
  bench.bean("kafka-0", kMinIsr).reply(200, min_isr(0, 1));
  const PartitionTable table = read(bench, {"kafka-0"});
  const PartitionReading& reading = table.by_pod.at("kafka-0").at(kPartition);
  EXPECT_EQ(reading.in_sync, 2);
  EXPECT_EQ(reading.replicas, 3);
  EXPECT_TRUE(reading.under_replicated);
  EXPECT_FALSE(reading.under_min_isr);
  EXPECT_TRUE(reading.at_min_isr);
  EXPECT_EQ(reading.log_end_offset, std::nullopt);
  EXPECT_TRUE(table.silent.empty());
}

TEST(ReadPartitions, WithTheEndsOfTheLogsWhenAsked) {
  Bench bench;
  bench.bean("kafka-0", kReplicas).reply(200, replicas(3, 3));
  bench.bean("kafka-0", kMinIsr).reply(200, min_isr(0, 0));
  bench.bean("kafka-0", kLogEnd)
      .reply(
          200,
          success(
              R"({"kafka.log:name=LogEndOffset,partition=0,topic=__cluster_metadata,type=Log":{"Value":81},
                         "kafka.log:name=LogEndOffset,partition=0,topic=my.topic-a_b,type=Log":{"Value":1204}})"));
  const PartitionTable table = read(bench, {"kafka-0"}, Detail::Offsets);
  EXPECT_EQ(table.by_pod.at("kafka-0").size(), 1U);
  EXPECT_EQ(table.by_pod.at("kafka-0").at(kPartition).log_end_offset, 1204);
}

std::string server(int state, int hosted) {
  return success(R"({"kafka.server:name=BrokerState,type=KafkaServer":{"Value":)" +
                 std::to_string(state) +
                 R"(},"kafka.server:name=PartitionCount,type=ReplicaManager":{"Value":)" +
                 std::to_string(hosted) + "}}");
}

TEST(ReadPartitions, ABrokerThatRunsAndHostsNoneHasNone) {
  Bench bench;
  bench.bean("kafka-0", "").reply(200, missing());
  bench.bean("kafka-0", "kafka.server").reply(200, server(3, 0));
  const PartitionTable table = read(bench, {"kafka-0"});
  EXPECT_TRUE(table.by_pod.at("kafka-0").empty());
}

TEST(ReadPartitions, WithoutPartitionsABrokerThatStartsOrHostsSomeIsSilent) {
  for (const auto& [state, hosted] : {std::pair(1, 0), std::pair(3, 7)}) {
    Bench bench;
    bench.bean("kafka-0", "").reply(200, missing());
    bench.bean("kafka-0", "kafka.server").reply(200, server(state, hosted));
    const PartitionTable table = read(bench, {"kafka-0"});
    EXPECT_TRUE(table.by_pod.empty());
    EXPECT_THAT(table.silent.at("kafka-0"), HasSubstr("not that it runs and hosts none"));
  }
}

TEST(ReadPartitions, WithoutPartitionsAndGaugesABrokerIsSilent) {
  Bench bench;
  bench.bean("kafka-0", "").reply(200, missing());
  EXPECT_EQ(read(bench, {"kafka-0"}).silent.size(), 1U);
}

TEST(ReadPartitions, AReplicaThatComesBackBetweenTwoAnswersDoesNotMakeItUnrollable) {
  Bench bench;
  bench.bean("kafka-0", kReplicas).reply(200, replicas(3, 3));
  bench.bean("kafka-0", kMinIsr).reply(200, min_isr(0, 1)).reply(200, min_isr(0, 0));
  const PartitionTable table = read(bench, {"kafka-0"});
  EXPECT_FALSE(table.by_pod.at("kafka-0").at(kPartition).at_min_isr);
  EXPECT_EQ(bench.transport.calls().size(), 4U);
}

TEST(ReadPartitions, WhatTwoReadingsSayToBeUnrollableIsSo) {
  Bench bench;
  bench.bean("kafka-0", kReplicas).reply(200, replicas(3, 3));
  bench.bean("kafka-0", kMinIsr).reply(200, min_isr(0, 1));
  const PartitionTable table = read(bench, {"kafka-0"});
  EXPECT_TRUE(table.by_pod.at("kafka-0").at(kPartition).at_min_isr);
  EXPECT_TRUE(table.silent.empty());
  EXPECT_EQ(bench.transport.calls().size(), 4U) << "two patterns, read twice";
}

TEST(ReadPartitions, WhatOnlyTheSecondReadingSaysToBeUnrollableIsNotKnown) {
  Bench bench;
  bench.bean("kafka-0", kReplicas).reply(200, replicas(3, 3));
  bench.bean("kafka-0", kMinIsr).reply(200, min_isr(0, 1)).reply(200, min_isr(0, 0));
  bench.bean("kafka-1", kReplicas).reply(200, success("{" + other_counts(3, 3) + "}"));
  bench.bean("kafka-1", kMinIsr)
      .reply(200, success("{" + other_minimum(0) + "}"))
      .reply(200, success("{" + other_minimum(1) + "}"));
  const PartitionTable table = read(bench, {"kafka-0", "kafka-1"});
  EXPECT_TRUE(table.by_pod.contains("kafka-0"));
  EXPECT_THAT(table.silent.at("kafka-1"), HasSubstr("changed while it was read"));
}

TEST(ReadPartitions, AHalfReadPartitionIsSilenceNotAReading) {
  Bench bench;
  bench.bean("kafka-0", kReplicas).reply(200, replicas(3, 3));
  bench.bean("kafka-0", kMinIsr).reply(200, missing());
  const PartitionTable table = read(bench, {"kafka-0"});
  EXPECT_TRUE(table.by_pod.empty());
  EXPECT_THAT(table.silent.at("kafka-0"), HasSubstr("my.topic-a_b-0 changed while it was read"));
}

TEST(ReadPartitions, ABrokerThatFailsIsSilent) {
  Bench bench;
  bench.bean("kafka-0", "").refuse(503, "ServiceUnavailable", "connection refused");
  bench.bean("kafka-1", kReplicas).reply(200, replicas(3, 3));
  bench.bean("kafka-1", kMinIsr).reply(200, R"({"status":500,"error":"boom"})");
  const PartitionTable table = read(bench, {"kafka-0", "kafka-1"});
  EXPECT_EQ(table.silent.size(), 2U);
}

TEST(PartitionTable, TheLeaderIsTheOneThatHasReplicas) {
  PartitionTable table;
  table.by_pod["kafka-0"][kPartition] = {};
  table.by_pod["kafka-1"][kPartition] = {.in_sync = 3, .replicas = 3};
  std::string pod;
  ASSERT_NE(table.leader_of(kPartition, &pod), nullptr);
  EXPECT_EQ(pod, "kafka-1");
  table.by_pod["kafka-2"][kPartition] = {.in_sync = 2, .replicas = 3};
  EXPECT_EQ(table.leader_of(kPartition), nullptr);
  EXPECT_EQ(table.leader_of({"other", 0}), nullptr);
}

}  // namespace
}  // namespace cfkops::kafka
