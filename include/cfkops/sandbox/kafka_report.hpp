#pragma once

#include "cfkops/base/clock.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace cfkops::sandbox {

/// How one partition fared.
struct PartitionStory {
  std::string topic;
  int number = 0;
  Duration without_acks = {};   ///< in sum, of producers with acks=all
  Duration longest_gap = {};    ///< between two acks, or without one until now
  Duration under_min_isr = {};  ///< in sum
  Duration offline = {};        ///< without a leader, in sum
};

/// How one simulated Kafka fared since the start, or since the last `reset`: the forecast of a
/// run's disruption. A producer with acks=all is assumed on every partition, whatever its traffic.
struct KafkaReport {
  std::string ns;
  std::string name;
  int partitions = 0;
  int brokers = 0;
  int brokers_running = 0;
  int under_replicated = 0;          ///< partitions, now
  int under_min_isr = 0;             ///< partitions, now
  int most_under_min_isr = 0;        ///< partitions at once
  int most_brokers_down = 0;         ///< at once
  Duration under_min_isr_time = {};  ///< in which any partition was
  Duration longest_gap = {};         ///< without an ack of any partition
  Duration longest_partition_gap = {};
  std::uint64_t restarts = 0;              ///< of brokers
  std::vector<PartitionStory> worst = {};  ///< those with a gap, the longest first, at most 20
};

/// All but the stories, as records and answers have it; durations in seconds.
[[nodiscard]] nlohmann::json to_json(const KafkaReport& kafka);

}  // namespace cfkops::sandbox
