#include "builders.hpp"

#include "cfkops/kafka/gates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::kafka {
namespace {

using test::following;
using test::healthy_cluster;
using test::leading;
using test::one_partition;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Answer = GateVerdict::Answer;

GateVerdict full(const ClusterGauges& gauges) {
  return replication_is_full(gauges, 3, 3);
}

TEST(ReplicationIsFull, YesOnAGoodDay) {
  const GateVerdict verdict = full(healthy_cluster());
  EXPECT_EQ(verdict.answer, Answer::Yes);
  EXPECT_THAT(verdict.reasons, IsEmpty());
  EXPECT_EQ(verdict.summary,
            "0 of 30 partitions under-replicated, 0 under min.insync.replicas, 3 of 3 brokers "
            "running");
}

TEST(ReplicationIsFull, UnknownWhenABrokerIsSilent) {
  ClusterGauges gauges = healthy_cluster();
  gauges.brokers[1] = {.pod = "kafka-1", .silence = "connection refused"};
  const GateVerdict verdict = full(gauges);
  EXPECT_EQ(verdict.answer, Answer::Unknown);
  EXPECT_THAT(verdict.reasons, ElementsAre("kafka-1 does not answer: connection refused"));
}

TEST(ReplicationIsFull, UnknownWhenAnyGaugeIsMissing) {
  std::optional<std::int64_t> BrokerGauges::*const gauges[] = {&BrokerGauges::under_replicated,
                                                               &BrokerGauges::under_min_isr,
                                                               &BrokerGauges::offline_replicas,
                                                               &BrokerGauges::offline_log_dirs};
  for (const auto gauge : gauges) {
    ClusterGauges cluster = healthy_cluster();
    cluster.brokers[2].*gauge = std::nullopt;
    EXPECT_EQ(full(cluster).answer, Answer::Unknown);
    cluster.brokers[2].*gauge = 1;
    EXPECT_EQ(full(cluster).answer, Answer::No);
  }
}

TEST(ReplicationIsFull, UnknownWhenABrokerDoesNotTellHowManyPartitionsItHosts) {
  ClusterGauges gauges = healthy_cluster();
  gauges.brokers[1].partitions = std::nullopt;
  EXPECT_EQ(full(gauges).answer, Answer::Unknown);
  EXPECT_THAT(full(gauges).reasons,
              ElementsAre("kafka-1 does not tell how many partitions it hosts"));
}

TEST(ReplicationIsFull, NoWhileABrokerIsNotRunning) {
  ClusterGauges gauges = healthy_cluster();
  gauges.brokers[0].state = 2;
  EXPECT_THAT(full(gauges).reasons, ElementsAre("kafka-0 is recovering its logs (BrokerState 2)"));
  EXPECT_EQ(full(gauges).answer, Answer::No);
  gauges.brokers[0].state = std::nullopt;
  EXPECT_EQ(full(gauges).answer, Answer::Unknown);
}

TEST(ReplicationIsFull, NoWhenABrokerIsMissing) {
  ClusterGauges gauges = healthy_cluster();
  gauges.brokers.pop_back();
  EXPECT_THAT(full(gauges).reasons, ElementsAre("2 of 3 brokers exist"));
}

TEST(ReplicationIsFull, UnknownWithoutBrokers) {
  EXPECT_EQ(replication_is_full({}, 0, 0).answer, Answer::Unknown);
}

TEST(ReplicationIsFull, NoWhileABrokerIsFencedThoughItSaysItRuns) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers[0].fenced_brokers = 1;
  gauges.controllers[0].active_brokers = 2;
  EXPECT_EQ(full(gauges).answer, Answer::No);
  EXPECT_THAT(full(gauges).reasons,
              ElementsAre("controller-0 reports 1 fenced brokers",
                          "controller-0 counts 2 of 3 brokers active"));
}

TEST(ReplicationIsFull, OnlyTheActiveControllersWordCounts) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers[1].fenced_brokers = 1;  // a follower may be a moment behind
  EXPECT_EQ(full(gauges).answer, Answer::Yes);
}

TEST(ReplicationIsFull, UnknownWhenThereAreBrokersThatNobodyLooksAt) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers[0].active_brokers = 5;
  EXPECT_EQ(full(gauges).answer, Answer::Unknown);
}

TEST(ReplicationIsFull, ExactlyOneControllerMustBeActive) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers[0].active = false;
  EXPECT_EQ(full(gauges).answer, Answer::No);
  EXPECT_THAT(full(gauges).reasons, ElementsAre("no controller is active"));
  gauges.controllers[0].active = true;
  gauges.controllers[1].active = true;
  EXPECT_THAT(full(gauges).reasons, ElementsAre("2 controllers say that they are active"));
}

TEST(ReplicationIsFull, UnknownWhenAControllerDoesNotSay) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers[2].active = std::nullopt;
  EXPECT_EQ(full(gauges).answer, Answer::Unknown);
  gauges.controllers[2].silence = "no route";
  EXPECT_EQ(full(gauges).answer, Answer::Unknown);
}

TEST(ReplicationIsFull, LeavesControllersOutOnlyWhenNoneAreExpected) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers.clear();
  EXPECT_EQ(replication_is_full(gauges, 3, 0).answer, Answer::Yes);
  EXPECT_EQ(replication_is_full(gauges, 3, 3).answer, Answer::No);
}

TEST(MayStopBroker, YesWhenEveryPartitionKeepsEnoughReplicas) {
  const PartitionTable table = one_partition(leading(3, 3, 2));
  for (const char* pod : {"kafka-0", "kafka-1", "kafka-2"}) {
    const GateVerdict verdict = may_stop_broker(table, pod, {});
    EXPECT_EQ(verdict.answer, Answer::Yes);
    EXPECT_THAT(verdict.reasons, IsEmpty());
  }
}

TEST(MayStopBroker, LandingOnTheMinimumIsAllowed) {
  EXPECT_TRUE(may_stop_broker(one_partition(leading(5, 5, 4)), "kafka-1", {}).yes());
}

TEST(MayStopBroker, JudgesOnlyThePartitionsItHosts) {
  PartitionTable table = one_partition(leading(3, 3, 2));
  table.by_pod["kafka-0"][{"lonely", 0}] = leading(1, 1, 1);
  EXPECT_TRUE(may_stop_broker(table, "kafka-1", {}).yes());
  EXPECT_FALSE(may_stop_broker(table, "kafka-0", {}).yes());
}

TEST(MayStopBroker, Rf1NeedsItsTopicWaived) {
  PartitionTable table;
  table.by_pod["kafka-0"][{"lonely", 3}] = leading(1, 1, 1);
  const GateVerdict verdict = may_stop_broker(table, "kafka-0", {});
  EXPECT_EQ(verdict.answer, Answer::No);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("lonely-3 has one replica only")));
  EXPECT_EQ(verdict.waiver, "waiver_topics");
  EXPECT_TRUE(may_stop_broker(table, "kafka-0", {"lonely"}).yes());
  EXPECT_FALSE(may_stop_broker(table, "kafka-0", {"other"}).yes());
}

TEST(MayStopBroker, UnrollableNeedsItsTopicWaived) {
  const PartitionTable table = one_partition(leading(3, 3, 3));
  const GateVerdict verdict = may_stop_broker(table, "kafka-1", {});
  EXPECT_EQ(verdict.answer, Answer::No);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("orders-0 needs all 3 replicas in sync")));
  EXPECT_EQ(verdict.waiver, "waiver_topics");
  EXPECT_TRUE(may_stop_broker(table, "kafka-1", {"orders"}).yes());
}

TEST(MayStopBroker, SaysWhatToWaiveWithWhatIsWaivedAlready) {
  PartitionTable table = one_partition(leading(3, 3, 3));
  table.by_pod["kafka-0"][{"lonely", 0}] = leading(1, 1, 1);
  table.by_pod["kafka-0"][{"lonely", 1}] = leading(1, 1, 1);
  table.by_pod["kafka-0"][{"fine", 0}] = leading(3, 3, 2);
  EXPECT_EQ(may_stop_broker(table, "kafka-0", {}).permit(), "waiver_topics=lonely,orders");
  EXPECT_EQ(may_stop_broker(table, "kafka-0", {"orders"}).permit(), "waiver_topics=lonely,orders");
  EXPECT_EQ(may_stop_broker(table, "kafka-0", {"lonely", "orders"}).permit(), "");
}

TEST(MayStopBroker, UnderMinNowBlocksWhateverIsWaived) {
  const PartitionTable table = one_partition(leading(1, 3, 2));
  const GateVerdict verdict = may_stop_broker(table, "kafka-2", {"orders"});
  EXPECT_EQ(verdict.answer, Answer::No);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("UNDER_MIN_NOW")));
  EXPECT_EQ(verdict.waiver, "");
}

TEST(MayStopBroker, AWaivedUnrollableTopicStillWaitsForAllItsReplicas) {
  EXPECT_FALSE(may_stop_broker(one_partition(leading(2, 3, 3)), "kafka-0", {"orders"}).yes());
}

TEST(MayStopBroker, WouldOffline) {
  const GateVerdict verdict =
      may_stop_broker(one_partition(leading(1, 3, 1)), "kafka-0", {"orders"});
  EXPECT_EQ(verdict.answer, Answer::No);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("WOULD_OFFLINE")));
}

TEST(MayStopBroker, WouldStopAcksAll) {
  const GateVerdict verdict =
      may_stop_broker(one_partition(leading(2, 3, 2)), "kafka-1", {"orders"});
  EXPECT_EQ(verdict.answer, Answer::No);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("2 of 3 replicas in sync")));
  EXPECT_EQ(verdict.waiver, "");
}

TEST(MayStopBroker, UnknownWhenNobodyWhoAnsweredLeads) {
  PartitionTable table = one_partition(leading(3, 3, 2));
  table.by_pod.erase("kafka-0");
  table.silent["kafka-0"] = "time-out";
  const GateVerdict verdict = may_stop_broker(table, "kafka-1", {"orders"});
  EXPECT_EQ(verdict.answer, Answer::Unknown);
  EXPECT_THAT(verdict.reasons,
              ElementsAre("orders-0: no broker that answered leads it; kafka-0 does not answer: "
                          "time-out"));
}

TEST(MayStopBroker, UnknownWhenTwoSayThatTheyLead) {
  PartitionTable table = one_partition(leading(3, 3, 2));
  table.by_pod["kafka-1"][{"orders", 0}] = leading(3, 3, 2);
  EXPECT_EQ(may_stop_broker(table, "kafka-2", {}).answer, Answer::Unknown);
}

TEST(MayStopBroker, NoWhileAnotherReplicaHasNotComeBackThoughTheMinimumWouldHold) {
  const GateVerdict verdict = may_stop_broker(one_partition(leading(2, 3, 1)), "kafka-0", {});
  EXPECT_EQ(verdict.answer, Answer::No);
  EXPECT_EQ(verdict.waiver, "");
  EXPECT_THAT(verdict.reasons, Contains(HasSubstr("2 of 3 replicas in sync: another has not")));
}

TEST(MayStopBroker, UnknownWhenItWasNotRead) {
  PartitionTable table = one_partition(leading(3, 3, 2));
  EXPECT_EQ(may_stop_broker(table, "kafka-9", {}).answer, Answer::Unknown);
  table.by_pod.erase("kafka-1");
  table.silent["kafka-1"] = "gone";
  EXPECT_THAT(may_stop_broker(table, "kafka-1", {}).reasons, Contains(HasSubstr(": gone")));
}

TEST(MayStopBroker, TellsEveryReasonAndNoWaiverWhenOneCannotBeWaived) {
  PartitionTable table = one_partition(leading(2, 3, 2));
  table.by_pod["kafka-0"][{"lonely", 0}] = leading(1, 1, 1);
  table.by_pod["kafka-0"][{"lost", 0}] = following();
  const GateVerdict verdict = may_stop_broker(table, "kafka-0", {});
  EXPECT_EQ(verdict.answer, Answer::No);
  EXPECT_EQ(verdict.reasons.size(), 3U);
  EXPECT_EQ(verdict.waiver, "");
}

/// All readings of up to five replicas: the answer is Yes exactly where all are in sync and at
/// least one replica, and at least the minimum, remain so without this broker.
TEST(MayStopBroker, AgreesWithTheDefinitionForEveryReading) {
  for (int replicas = 1; replicas <= 5; ++replicas) {
    for (int in_sync = 0; in_sync <= replicas; ++in_sync) {
      for (int least = 1; least <= replicas; ++least) {
        const auto table = one_partition(leading(in_sync, replicas, least));
        const bool safe = in_sync == replicas && in_sync - 1 >= 1 && in_sync - 1 >= least;
        EXPECT_EQ(may_stop_broker(table, "kafka-0", {}).yes(), safe)
            << in_sync << " of " << replicas << ", minimum " << least;
      }
    }
  }
}

}  // namespace
}  // namespace cfkops::kafka
