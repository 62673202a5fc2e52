#include "cfkops/base/text.hpp"
#include "cfkops/kafka/jolokia.hpp"
#include "cfkops/kafka/state.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <span>
#include <utility>

namespace cfkops::kafka {

namespace {

using Answer = Result<std::string>;
using Partitions = std::map<TopicPartition, PartitionReading>;
using Pods = std::vector<std::string>;

// Only the counts that the gates need: of a broker's dozen beans per partition these are five.
constexpr std::string_view kReplicas =
    "kafka.cluster:type=Partition,name=*Replica*,topic=*,partition=*";
constexpr std::string_view kMinIsr =
    "kafka.cluster:type=Partition,name=*MinIsr,topic=*,partition=*";
constexpr std::string_view kLogEnd = "kafka.log:type=Log,name=LogEndOffset,topic=*,partition=*";

/// One bean of a pattern read: which gauge of which partition, and its value.
struct Sample {
  std::string name;
  TopicPartition partition;
  std::int64_t value = 0;
};

std::optional<Sample> sample(const std::string& bean, const nlohmann::json& attributes) {
  if (!attributes.is_object()) {
    return std::nullopt;
  }
  const auto found = attributes.find("Value");
  const auto value = found == attributes.end() ? std::nullopt : Json::to_int(*found);
  if (!value) {
    return std::nullopt;
  }
  auto name = key_property(bean, "name");
  auto topic = key_property(bean, "topic");
  const auto digits = key_property(bean, "partition");
  if (!name || !topic || !digits) {
    return std::nullopt;
  }
  int partition = 0;
  const auto parsed = std::from_chars(digits->data(), digits->data() + digits->size(), partition);
  if (parsed.ec != std::errc()) {
    return std::nullopt;
  }
  return Sample{*std::move(name), {*std::move(topic), partition}, *value};
}

/// Calls `take` with the sample of each bean of a pattern's answer that has one, in their names'
/// order.
template <class Take>
void each_sample(const Json& beans, const Take& take) {
  if (!beans.is_object()) {
    return;
  }
  for (const auto& [bean, attributes] : beans.raw().get_ref<const nlohmann::json::object_t&>()) {
    if (const std::optional<Sample> found = sample(bean, attributes)) {
      take(*found);
    }
  }
}

void put(PartitionReading& reading, const Sample& seen) {
  if (seen.name == "InSyncReplicasCount") {
    reading.in_sync = static_cast<int>(seen.value);
  } else if (seen.name == "ReplicasCount") {
    reading.replicas = static_cast<int>(seen.value);
  } else if (seen.name == "UnderReplicated") {
    reading.under_replicated = seen.value != 0;
  } else if (seen.name == "UnderMinIsr") {
    reading.under_min_isr = seen.value != 0;
  } else if (seen.name == "AtMinIsr") {
    reading.at_min_isr = seen.value != 0;
  }
}

/// How many of the five gauges were seen of each partition: a half-read partition must not pass.
using Seen = std::map<TopicPartition, int>;
constexpr int kGaugesPerPartition = 5;

bool wanted(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames = {
      "InSyncReplicasCount", "ReplicasCount", "UnderReplicated", "UnderMinIsr", "AtMinIsr"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// Adds one pattern answer. No bean at all (404) is an empty answer; `judge_empty` asks what it
/// means.
Status add_gauges(const Answer& answer, Partitions& partitions, Seen& seen) {
  if (!answer) {
    return answer.error();
  }
  const Result<Json> value = jolokia_value(*answer);
  if (!value) {
    return value.error().code == ErrorCode::NotFound ? Status() : Status(value.error());
  }
  each_sample(*value, [&](const Sample& found) {
    if (wanted(found.name)) {
      put(partitions[found.partition], found);
      ++seen[found.partition];
    }
  });
  return {};
}

void add_offsets(const Answer& answer, Partitions& partitions) {
  if (!answer) {
    return;
  }
  const Result<Json> value = jolokia_value(*answer);
  if (!value) {
    return;
  }
  each_sample(*value, [&partitions](const Sample& found) {
    const auto reading = partitions.find(found.partition);
    if (reading != partitions.end()) {
      reading->second.log_end_offset = found.value;
    }
  });
}

Result<Partitions> read_broker(std::span<const Answer> answers) {
  Partitions partitions;
  Seen seen;
  CFKOPS_TRY(add_gauges(answers[0], partitions, seen));
  CFKOPS_TRY(add_gauges(answers[1], partitions, seen));
  for (const auto& [partition, count] : seen) {
    if (count < kGaugesPerPartition) {
      return make_error(ErrorCode::Protocol,
                        "partition " + partition.text() + " changed while it was read");
    }
  }
  if (answers.size() > 2) {
    add_offsets(answers[2], partitions);
  }
  return partitions;
}

PartitionTable read_once(kube::Reader& reader,
                         const std::string& ns,
                         const Pods& broker_pods,
                         Detail detail,
                         Duration timeout) {
  const std::size_t reads = detail == Detail::Offsets ? 3 : 2;
  std::vector<kube::ReadRequest> requests;
  requests.reserve(broker_pods.size() * reads);
  for (const std::string& pod : broker_pods) {
    requests.push_back(jolokia_read(ns, pod, kReplicas, {"Value"}));
    requests.push_back(jolokia_read(ns, pod, kMinIsr, {"Value"}));
    if (detail == Detail::Offsets) {
      requests.push_back(jolokia_read(ns, pod, kLogEnd, {"Value"}));
    }
  }
  const std::vector<Answer> answers = reader.batch(requests, timeout);

  PartitionTable table;
  for (std::size_t i = 0; i < broker_pods.size(); ++i) {
    auto read = read_broker(std::span(answers).subspan(i * reads, reads));
    if (read) {
      table.by_pod.emplace(broker_pods[i], *std::move(read));
    } else {
      table.silent.emplace(broker_pods[i], read.error().message);
    }
  }
  return table;
}

void silence(PartitionTable& table, const std::string& pod, std::string why) {
  table.by_pod.erase(pod);
  table.silent.insert_or_assign(pod, std::move(why));
}

/// A broker without a bean of a partition hosts none only if it runs and says so: one that is about
/// to load its partitions, or whose beans are hidden, has none either.
void judge_empty(kube::Reader& reader,
                 const std::string& ns,
                 Duration timeout,
                 PartitionTable& table) {
  Pods empty;
  for (const auto& [pod, partitions] : table.by_pod) {
    if (partitions.empty()) {
      empty.push_back(pod);
    }
  }
  if (empty.empty()) {
    return;
  }
  for (const BrokerGauges& broker : read_gauges(reader, ns, empty, {}, timeout).brokers) {
    if (broker.state != kRunning || broker.partitions != 0) {
      silence(table, broker.pod, "it tells of no partition, but not that it runs and hosts none");
    }
  }
}

/// All in sync, and none to spare. The counts and the minimum come in two answers: when the last
/// replica comes back in between, it looks like this too.
bool cannot_be_rolled(const PartitionReading& reading) {
  return reading.replicas > 1 && reading.at_min_isr && !reading.under_replicated;
}

std::set<TopicPartition> not_to_be_rolled(const PartitionTable& table) {
  std::set<TopicPartition> found;
  for (const auto& [pod, partitions] : table.by_pod) {
    for (const auto& [partition, reading] : partitions) {
      if (cannot_be_rolled(reading)) {
        found.insert(partition);
      }
    }
  }
  return found;
}

/// What only the second of two readings says to be without a spare is not known.
void silence_new(const std::set<TopicPartition>& before, PartitionTable& table) {
  std::map<std::string, TopicPartition> changed;
  for (const auto& [pod, partitions] : table.by_pod) {
    for (const auto& [partition, reading] : partitions) {
      if (cannot_be_rolled(reading) && !before.contains(partition)) {
        changed.emplace(pod, partition);
      }
    }
  }
  for (const auto& [pod, partition] : changed) {
    silence(table, pod, "partition " + partition.text() + " changed while it was read");
  }
}

}  // namespace

PartitionTable read_partitions(kube::Reader& reader,
                               const std::string& ns,
                               const std::vector<std::string>& broker_pods,
                               Detail detail,
                               Duration timeout) {
  PartitionTable table = read_once(reader, ns, broker_pods, detail, timeout);
  if (const std::set<TopicPartition> before = not_to_be_rolled(table); !before.empty()) {
    table = read_once(reader, ns, broker_pods, detail, timeout);
    silence_new(before, table);
  }
  judge_empty(reader, ns, timeout, table);
  return table;
}

const PartitionReading* PartitionTable::leader_of(const TopicPartition& partition,
                                                  std::string* pod) const {
  const PartitionReading* leader = nullptr;
  const std::string* leader_pod = nullptr;
  for (const auto& [name, partitions] : by_pod) {
    const auto found = partitions.find(partition);
    if (found == partitions.end() || !found->second.leads()) {
      continue;
    }
    if (leader != nullptr) {
      return nullptr;  // two say so: one of them is out of date, and we cannot tell which
    }
    leader = &found->second;
    leader_pod = &name;
  }
  if (pod != nullptr && leader_pod != nullptr) {
    *pod = *leader_pod;
  }
  return leader;
}

}  // namespace cfkops::kafka
