#pragma once

#include "kafka/model.hpp"

#include "cfkops/sandbox/scenario.hpp"

#include <map>
#include <vector>

namespace cfkops::sandbox {

/// The brokers, numbered as their pods are, and the controllers, from 100 on.
[[nodiscard]] std::map<int, KafkaNode> lay_out_nodes(const KafkaSpec& spec);

/// The partitions with their replicas dealt out to the brokers in turn, on different racks as far
/// as there are; in sync on all and without a leader.
[[nodiscard]] std::vector<KafkaPartition> lay_out_partitions(const KafkaSpec& spec);

}  // namespace cfkops::sandbox
