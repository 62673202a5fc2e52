#include "reading_fixture.hpp"
#include "support/matchers.hpp"

#include "cfkops/kafka/state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace cfkops::kafka {
namespace {

using namespace std::chrono_literals;
using test::Bench;
using test::missing;
using test::success;
using testing::HasSubstr;

constexpr const char* kServer = "kafka.server%3Atype%3D%2Aer%2Cname%3D%2A/Value";
constexpr const char* kRuntime = "java.lang%3Atype%3DRuntime/StartTime";
constexpr const char* kLogs = "kafka.log%3Atype%3DLogManager%2Cname%3D%2A/Value";
constexpr const char* kController = "kafka.controller%3Atype%3DKafkaController%2Cname%3D%2A/Value";
constexpr const char* kRaft = "kafka.server%3Atype%3Draft-metrics";
constexpr const char* kApp = "kafka.server%3Atype%3Dapp-info%2Cid%3D%2A";

// As a broker answers, but for some of the beans that nobody asked for.
constexpr const char* kServerBeans = R"({
  "kafka.server:name=CurrentControllerId,type=MetadataLoader":{"Value":1},
  "kafka.server:name=UnderReplicatedPartitions,type=ReplicaManager":{"Value":2},
  "kafka.server:name=BrokerState,type=KafkaServer":{"Value":3},
  "kafka.server:name=PartitionCount,type=ReplicaManager":{"Value":33},
  "kafka.server:name=ClusterId,type=ControllerServer":{"Value":"MkU3OEVBNTcwNTJENDM2Qg"},
  "kafka.server:name=AvgIdleRatio,type=MetadataLoader":{"Value":0.997816131713588},
  "kafka.server:name=ReassigningPartitions,type=ReplicaManager":{"Value":0},
  "kafka.server:name=LeaderCount,type=ReplicaManager":{"Value":11},
  "kafka.server:name=UnderMinIsrPartitionCount,type=ReplicaManager":{"Value":0},
  "kafka.server:name=AtMinIsrPartitionCount,type=ReplicaManager":{"Value":1},
  "kafka.server:name=OfflineReplicaCount,type=ReplicaManager":{"Value":0}})";

constexpr const char* kControllerBeans = R"({
  "kafka.controller:name=OfflinePartitionsCount,type=KafkaController":{"Value":0},
  "kafka.controller:name=LastAppliedRecordLagMs,type=KafkaController":{"Value":265},
  "kafka.controller:name=FencedBrokerCount,type=KafkaController":{"Value":1},
  "kafka.controller:name=ActiveControllerCount,type=KafkaController":{"Value":1},
  "kafka.controller:name=GlobalPartitionCount,type=KafkaController":{"Value":33},
  "kafka.controller:name=PreferredReplicaImbalanceCount,type=KafkaController":{"Value":4},
  "kafka.controller:name=MetadataErrorCount,type=KafkaController":{"Value":0},
  "kafka.controller:name=ActiveBrokerCount,type=KafkaController":{"Value":2}})";

constexpr const char* kRaftMetrics = R"({"append-records-rate":2.54,"commit-latency-avg":0.0,
  "number-unknown-voter-connections":0,"election-latency-max":null,"election-latency-avg":null,
  "poll-idle-ratio-avg":0.979,"current-state":"leader","number-of-observers":3,"current-vote":9990,
  "number-of-voters":3,"high-watermark":80,"log-end-epoch":4,"current-leader":9990,
  "log-end-offset":81,"current-epoch":4})";

ClusterGauges read(Bench& bench,
                   const std::vector<std::string>& brokers,
                   const std::vector<std::string>& controllers) {
  return read_gauges(bench.reader, "confluent", brokers, controllers, 5s);
}

TEST(ReadGauges, OfABroker) {
  Bench bench;
  bench.bean("kafka-0", kServer).reply(200, success(kServerBeans));
  bench.bean("kafka-0", kRuntime).reply(200, success("1795419874978"));
  bench.bean("kafka-0", kLogs)
      .reply(200,
             success(R"({"kafka.log:name=CordonedLogDirectoryCount,type=LogManager":{"Value":0},
                         "kafka.log:name=OfflineLogDirectoryCount,type=LogManager":{"Value":0}})"));
  const BrokerGauges broker = read(bench, {"kafka-0"}, {}).brokers.at(0);
  EXPECT_TRUE(broker.answered());
  EXPECT_EQ(broker.state, kRunning);
  EXPECT_EQ(broker.under_replicated, 2);
  EXPECT_EQ(broker.under_min_isr, 0);
  EXPECT_EQ(broker.offline_replicas, 0);
  EXPECT_EQ(broker.at_min_isr, 1);
  EXPECT_EQ(broker.reassigning, 0);
  EXPECT_EQ(broker.leaders, 11);
  EXPECT_EQ(broker.partitions, 33);
  EXPECT_EQ(broker.offline_log_dirs, 0);
  EXPECT_EQ(broker.start_time_ms, 1795419874978);
  EXPECT_EQ(bench.transport.calls().size(), 3U);
}

TEST(ReadGauges, WhatIsNotSaidStaysUnknown) {
  Bench bench;
  bench.bean("kafka-0", kServer)
      .reply(200, success(R"({"kafka.server:name=BrokerState,type=KafkaServer":{"Value":1},
                         "kafka.server:name=LeaderCount,type=ReplicaManager":{"Value":null},
                         "kafka.server:name=PartitionCount,type=ReplicaManager":{"Value":"NaN"}})"));
  bench.bean("kafka-0", kRuntime).reply(200, missing());
  bench.bean("kafka-0", kLogs).reply(200, missing());
  const BrokerGauges broker = read(bench, {"kafka-0"}, {}).brokers.at(0);
  EXPECT_EQ(broker.state, 1);
  EXPECT_EQ(broker.leaders, std::nullopt);
  EXPECT_EQ(broker.partitions, std::nullopt);
  EXPECT_EQ(broker.under_replicated, std::nullopt);
  EXPECT_EQ(broker.start_time_ms, std::nullopt);
  EXPECT_EQ(broker.offline_log_dirs, std::nullopt);
}

TEST(ReadGauges, ABrokerSaysWhetherItIsAControllerToo) {
  const std::string broker = R"("kafka.server:name=ClusterId,type=KafkaServer":{"Value":"id"})";
  const std::string both =
      broker + R"(,"kafka.server:name=ClusterId,type=ControllerServer":{"Value":"id"})";
  Bench bench;
  bench.bean("kafka-0", "").reply(200, missing());
  bench.bean("kafka-0", kServer)
      .reply(200, success("{" + broker + "}"))
      .reply(200, success("{" + both + "}"))
      .reply(200, success("{}"));
  EXPECT_EQ(read(bench, {"kafka-0"}, {}).brokers.at(0).controller, false);
  EXPECT_EQ(read(bench, {"kafka-0"}, {}).brokers.at(0).controller, true);
  EXPECT_EQ(read(bench, {"kafka-0"}, {}).brokers.at(0).controller, std::nullopt);
}

TEST(ReadGauges, OfAController) {
  Bench bench;
  bench.bean("kraftcontroller-0", kController).reply(200, success(kControllerBeans));
  bench.bean("kraftcontroller-0", kRaft).reply(200, success(kRaftMetrics));
  bench.bean("kraftcontroller-0", kApp).reply(200, success(R"({"kafka.server:id=9990,type=app-info":
                         {"StartTimeMs":1795419877709,"Version":"4.3.0","CommitId":"a9ce"}})"));
  const ControllerGauges controller = read(bench, {}, {"kraftcontroller-0"}).controllers.at(0);
  EXPECT_TRUE(controller.answered()) << controller.silence;
  EXPECT_EQ(controller.active, true);
  EXPECT_EQ(controller.offline_partitions, 0);
  EXPECT_EQ(controller.fenced_brokers, 1);
  EXPECT_EQ(controller.active_brokers, 2);
  EXPECT_EQ(controller.partitions, 33);
  EXPECT_EQ(controller.not_preferred, 4);
  EXPECT_EQ(controller.metadata_errors, 0);
  EXPECT_EQ(controller.last_applied_lag_ms, 265);
  EXPECT_EQ(controller.raft_state, "leader");
  EXPECT_EQ(controller.leader_id, 9990);
  EXPECT_EQ(controller.node_id, 9990);
  EXPECT_EQ(controller.epoch, 4);
  EXPECT_EQ(controller.log_end_offset, 81);
  EXPECT_EQ(controller.voters, 3);
}

TEST(ReadGauges, ABrokerThatIsNoControllerSaysSoByItsSilence) {
  Bench bench;
  bench.bean("kafka-0", kController).reply(200, missing());
  bench.bean("kafka-0", kRaft).reply(200, success(R"({"current-state":"observer"})"));
  bench.bean("kafka-0", kApp).reply(200, missing());
  EXPECT_EQ(read(bench, {}, {"kafka-0"}).controllers.at(0).silence, kNoGauges);
}

TEST(ReadGauges, SilenceHasItsReason) {
  Bench bench;
  bench.bean("kafka-0", "")
      .refuse(503, "ServiceUnavailable", "error trying to reach service: connection refused");
  bench.bean("kafka-1", "").hang();
  const ClusterGauges gauges = read(bench, {"kafka-0", "kafka-1"}, {});
  EXPECT_FALSE(gauges.brokers.at(0).answered());
  EXPECT_THAT(gauges.brokers.at(0).silence, HasSubstr("connection refused"));
  EXPECT_FALSE(gauges.brokers.at(1).answered());
  EXPECT_EQ(bench.transport.clock().passed(), Duration(5s));
}

TEST(ReadGauges, AllPodsAreAskedAtOnce) {
  Bench bench;
  for (const char* pod : {"kafka-0", "kafka-1", "kafka-2"}) {
    bench.bean(pod, "").reply(200, success("{}")).after(1s);
  }
  EXPECT_EQ(read(bench, {"kafka-0", "kafka-1", "kafka-2"}, {}).brokers.size(), 3U);
  EXPECT_EQ(bench.transport.clock().passed(), Duration(1s));
}

TEST(LogsToRecover, AreAddedUpOverTheDirectories) {
  Bench bench;
  bench.bean("kafka-0", "kafka.log%3Atype%3DLogManager%2Cname%3DremainingLogsToRecover")
      .reply(
          200,
          success(
              R"({"kafka.log:dir=\"/data/0\",name=remainingLogsToRecover,type=LogManager":{"Value":7},
                         "kafka.log:dir=\"/data/1\",name=remainingLogsToRecover,type=LogManager":{"Value":5}})"))
      .reply(200, missing());
  EXPECT_EQ(logs_to_recover(bench.reader, "confluent", "kafka-0", 5s), 12);
  EXPECT_EQ(logs_to_recover(bench.reader, "confluent", "kafka-0", 5s), std::nullopt);
}

}  // namespace
}  // namespace cfkops::kafka
