#pragma once

#include "cfkops/kafka/gates.hpp"
#include "cfkops/kafka/state.hpp"

#include <string>

namespace cfkops::kafka::test {

/// A broker as it is on a good day.
inline BrokerGauges running_broker(const std::string& pod) {
  return {.pod = pod,
          .state = kRunning,
          .under_replicated = 0,
          .under_min_isr = 0,
          .offline_replicas = 0,
          .leaders = 10,
          .partitions = 30,
          .offline_log_dirs = 0,
          .start_time_ms = 1'000};
}

/// Controller `node` of a quorum of three whose leader is node 0.
inline ControllerGauges healthy_controller(int node) {
  return {.pod = "controller-" + std::to_string(node),
          .active = node == 0,
          .offline_partitions = 0,
          .fenced_brokers = 0,
          .active_brokers = 3,
          .raft_state = node == 0 ? "leader" : "follower",
          .leader_id = 0,
          .node_id = node,
          .epoch = 7,
          .log_end_offset = 5'000 - node,
          .voters = 3};
}

inline ClusterGauges healthy_cluster() {
  ClusterGauges gauges;
  for (int i = 0; i < 3; ++i) {
    gauges.brokers.push_back(running_broker("kafka-" + std::to_string(i)));
    gauges.controllers.push_back(healthy_controller(i));
  }
  return gauges;
}

/// A partition as its leader sees it; `least` is its effective min.insync.replicas.
inline PartitionReading leading(int in_sync, int replicas, int least) {
  return {.in_sync = in_sync,
          .replicas = replicas,
          .under_replicated = in_sync < replicas,
          .under_min_isr = in_sync < least,
          .at_min_isr = in_sync == least};
}

/// The same partition as every other broker sees it.
inline PartitionReading following() {
  return {};
}

/// Three brokers, one partition "orders-0" led by kafka-0.
inline PartitionTable one_partition(const PartitionReading& leader) {
  PartitionTable table;
  table.by_pod["kafka-0"][{"orders", 0}] = leader;
  table.by_pod["kafka-1"][{"orders", 0}] = following();
  table.by_pod["kafka-2"][{"orders", 0}] = following();
  return table;
}

}  // namespace cfkops::kafka::test
