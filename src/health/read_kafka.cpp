#include "facts.hpp"
#include "reading.hpp"

#include "cfkops/kafka/state.hpp"
#include "cfkops/kafka/target.hpp"
#include "cfkops/kube/object.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::health {

namespace {

constexpr Duration kAsk = std::chrono::seconds(5);

std::vector<std::string> pods_of(const Snapshot& snapshot,
                                 const std::string& ns,
                                 const std::string& set) {
  for (const Json& one : snapshot.of(Part::StatefulSets)) {
    const kube::Object object(one);
    if (object.ns() == ns && object.name() == set) {
      return kafka::pod_names(object);
    }
  }
  return {};
}

/// It runs, and says that it is no controller.
bool is_broker_only(const kafka::ClusterGauges& gauges, const std::string& pod) {
  return std::any_of(gauges.brokers.begin(), gauges.brokers.end(), [&](const auto& broker) {
    return broker.pod == pod && broker.state == kafka::kRunning &&
           !broker.controller.value_or(true);
  });
}

/// A partition that the gauges of its leader tell as at its min.insync.replicas.
void add_at_min(const kafka::PartitionReading& reading, TopicState& topic) {
  if (reading.at_min_isr) {
    (reading.under_replicated ? topic.no_margin : topic.no_room) += 1;
  }
}

void read_topics(kube::Reader& reader, const std::vector<std::string>& brokers, KafkaState& state) {
  const kafka::PartitionTable table =
      kafka::read_partitions(reader, state.ns, brokers, kafka::Detail::Sync, kAsk);
  state.topics = topics_of(table);
  for (const auto& [pod, why] : table.silent) {
    state.topics_unknown.push_back(pod_text(state, pod) + ": " + why);
  }
}

Status read_namespace(kube::Reader& reader,
                      const std::string& ns,
                      bool topics,
                      Snapshot& snapshot) {
  CFKOPS_ASSIGN(const std::vector<kafka::Target> targets, kafka::find_targets(reader, ns));
  for (const kafka::Target& target : targets) {
    const std::vector<std::string> brokers = pods_of(snapshot, ns, target.broker_set);
    const std::vector<std::string> controllers = pods_of(snapshot, ns, target.controller_set);
    KafkaState state{.ns = ns, .name = target.name, .brokers = brokers.size()};
    // Without controllers of their own the brokers may be them.
    state.gauges =
        kafka::read_gauges(reader, ns, brokers, controllers.empty() ? brokers : controllers, kAsk);
    if (controllers.empty()) {
      std::erase_if(state.gauges.controllers, [&](const kafka::ControllerGauges& controller) {
        return controller.silence == kafka::kNoGauges &&
               is_broker_only(state.gauges, controller.pod);
      });
    }
    if (topics) {
      read_topics(reader, brokers, state);
    }
    snapshot.kafka.push_back(std::move(state));
  }
  return {};
}

}  // namespace

std::vector<TopicState> topics_of(const kafka::PartitionTable& table) {
  std::map<std::string, TopicState> topics;
  for (const auto& [pod, partitions] : table.by_pod) {
    for (const auto& [partition, reading] : partitions) {
      if (!reading.leads()) {
        continue;
      }
      TopicState& topic = topics[partition.topic];
      topic.name = partition.topic;
      topic.fewest_replicas = topic.partitions == 0
                                  ? reading.replicas
                                  : std::min<std::int64_t>(topic.fewest_replicas, reading.replicas);
      ++topic.partitions;
      add_at_min(reading, topic);
    }
  }
  std::vector<TopicState> all;
  all.reserve(topics.size());
  for (auto& [name, topic] : topics) {
    all.push_back(std::move(topic));
  }
  return all;
}

void read_kafka(kube::Reader& reader,
                const ReadOptions& /*options*/,
                bool topics,
                Snapshot& snapshot) {
  Source& source = snapshot.source(Part::Kafka);
  const Source& sets = snapshot.source(Part::StatefulSets);
  source.state = sets.state;
  source.error = sets.error;
  source.at = snapshot.now;
  std::set<std::string> namespaces;
  for (const Json& one : snapshot.of(Part::StatefulSets)) {
    const kube::Object set(one);
    if (kafka::role_of(set)) {
      namespaces.insert(set.ns());
    }
  }
  for (const std::string& ns : namespaces) {
    if (const Status read = read_namespace(reader, ns, topics, snapshot); !read) {
      source.state = Source::State::Unknown;
      source.error = read.error();
    }
  }
  source.seen = snapshot.kafka.size();
  if (topics) {
    snapshot.source(Part::Topics) = source;
  }
}

}  // namespace cfkops::health
