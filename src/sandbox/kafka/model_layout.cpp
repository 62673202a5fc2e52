#include "kafka/model_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>

namespace cfkops::sandbox {

namespace {

constexpr int kFirstController = 100;

/// Brokers whose number is the same modulo the number of racks share a rack.
int rack_of(const KafkaSpec& spec, int broker) {
  return spec.racks.empty() ? broker : broker % static_cast<int>(spec.racks.size());
}

/// From `first` on, with `shift` left out after it, each rack once before any a second time.
std::vector<int> replicas_from(const KafkaSpec& spec, int first, int shift, std::size_t count) {
  std::vector<int> candidates;
  for (int step = 1; step < spec.brokers; ++step) {
    candidates.push_back((first + 1 + (shift + step - 1) % (spec.brokers - 1)) % spec.brokers);
  }
  std::vector<int> replicas = {first};
  std::set<int> racks = {rack_of(spec, first)};
  while (replicas.size() < count && !candidates.empty()) {
    auto next = std::find_if(candidates.begin(), candidates.end(), [&](int broker) {
      return !racks.contains(rack_of(spec, broker));
    });
    if (next == candidates.end()) {
      racks.clear();
      next = candidates.begin();
    }
    racks.insert(rack_of(spec, *next));
    replicas.push_back(*next);
    candidates.erase(next);
  }
  return replicas;
}

/// `place` counts the partitions of all topics, so that small topics do not meet on one broker.
KafkaPartition lay_out_partition(const KafkaSpec& spec,
                                 const TopicSpec& topic,
                                 int number,
                                 int place) {
  const std::size_t most = static_cast<std::size_t>(std::max(topic.replicas, 1));
  KafkaPartition partition;
  partition.topic = topic.name;
  partition.number = number;
  partition.replicas = replicas_from(spec, place % spec.brokers, place / spec.brokers, most);
  partition.in_sync = {partition.replicas.begin(), partition.replicas.end()};
  partition.min_isr = std::min(topic.min_isr, static_cast<int>(partition.replicas.size()));
  partition.records_per_second = topic.records_per_second / topic.partitions;
  partition.record_bytes = std::max(topic.record_bytes, 1);
  return partition;
}

}  // namespace

std::map<int, KafkaNode> lay_out_nodes(const KafkaSpec& spec) {
  std::map<int, KafkaNode> nodes;
  for (int number = 0; number < spec.brokers; ++number) {
    KafkaNode& node = nodes[number];
    node.id = number;
    node.pod = fmt::format("{}-{}", spec.name, number);
    node.controller = spec.combined;
  }
  const int first = std::max(kFirstController, spec.brokers);
  for (int number = 0; !spec.combined && number < spec.controllers; ++number) {
    KafkaNode& node = nodes[first + number];
    node.id = first + number;
    node.pod = fmt::format("{}-{}", spec.controllers_name, number);
    node.broker = false;
    node.controller = true;
  }
  return nodes;
}

std::vector<KafkaPartition> lay_out_partitions(const KafkaSpec& spec) {
  std::vector<KafkaPartition> partitions;
  if (spec.brokers < 1) {
    return partitions;
  }
  for (const TopicSpec& topic : spec.topics) {
    for (int number = 0; number < topic.partitions; ++number) {
      partitions.push_back(
          lay_out_partition(spec, topic, number, static_cast<int>(partitions.size())));
    }
  }
  return partitions;
}

}  // namespace cfkops::sandbox
