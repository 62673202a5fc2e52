#include "snapshot_topics.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/jolokia.hpp"
#include "cfkops/kafka/state.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>

namespace cfkops::rehearse {
namespace {

using kafka::TopicPartition;
using Pods = std::vector<std::string>;

constexpr Duration kTimeout = std::chrono::seconds(20);
constexpr std::array<std::string_view, 3> kMeters = {
    "kafka.server:type=BrokerTopicMetrics,name=MessagesInPerSec,topic=*",
    "kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec,topic=*",
    "kafka.log:type=Log,name=Size,topic=*,partition=*"};
constexpr std::array<const char*, 3> kAttributes = {"OneMinuteRate", "OneMinuteRate", "Value"};
constexpr std::array<const char*, 3> kWhat = {
    "the records per second", "the bytes per second", "the sizes of the logs"};

/// What all brokers say together of one meter. It is known only where each of them has answered.
struct Meter {
  std::map<std::string, double> by_topic = {};         ///< summed up
  std::map<TopicPartition, double> by_partition = {};  ///< the largest replica
  bool known = true;
};

std::optional<int> number_of(const std::map<std::string, std::string>& keys) {
  const auto found = keys.find("partition");
  if (found == keys.end()) {
    return std::nullopt;
  }
  int number = 0;
  const std::string& text = found->second;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() ? std::optional(number) : std::nullopt;
}

void add(Meter& meter, const Json& beans, const std::string& attribute) {
  for (const auto& [bean, attributes] : beans.members()) {
    const auto keys = kafka::key_properties(bean);
    const auto topic = keys.find("topic");
    const auto value = attributes.number_at("/" + attribute);
    if (topic == keys.end() || !value || !std::isfinite(*value) || *value < 0) {
      continue;
    }
    meter.by_topic[topic->second] += *value;
    if (const auto number = number_of(keys)) {
      double& size = meter.by_partition[{topic->second, *number}];
      size = std::max(size, *value);
    }
  }
}

/// One of the meters, of all brokers.
Meter read_meter(kube::Reader& reader,
                 const std::string& ns,
                 const Pods& pods,
                 std::size_t which,
                 std::string& why) {
  std::vector<kube::ReadRequest> requests;
  requests.reserve(pods.size());
  for (const std::string& pod : pods) {
    requests.push_back(kafka::jolokia_read(ns, pod, kMeters.at(which), {kAttributes.at(which)}));
  }
  const auto answers = reader.batch(requests, kTimeout);
  Meter meter;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto beans =
        answers[i] ? kafka::jolokia_value(*answers[i]) : Result<Json>(answers[i].error());
    if (beans) {
      add(meter, *beans, kAttributes.at(which));
      continue;
    }
    const bool none = answers[i] && beans.error().code == ErrorCode::NotFound;  // no such bean yet
    if (!none) {
      meter.known = false;
      why = "broker " + pods[i] + " does not tell: " + beans.error().message;
    }
  }
  return meter;
}

/// What is gathered of one topic.
struct Topic {
  int partitions = 0;
  int replicas = 0;  ///< the most that a leader tells; 0: none does
  std::optional<int> min_isr = {};
};

std::map<std::string, Topic> gather(const kafka::PartitionTable& table) {
  std::map<std::string, Topic> topics;
  for (const auto& [pod, partitions] : table.by_pod) {
    for (const auto& [partition, reading] : partitions) {
      Topic& topic = topics[partition.topic];
      topic.partitions = std::max(topic.partitions, partition.partition + 1);
      const kafka::PartitionReading* leader = table.leader_of(partition);
      if (leader == nullptr) {
        continue;
      }
      topic.replicas = std::max(topic.replicas, leader->replicas);
      if (leader->at_min_isr) {
        topic.min_isr = leader->in_sync;
      }
    }
  }
  return topics;
}

class TopicTaker {
 public:
  TopicTaker(const std::array<Meter, 3>& meters, const std::string& where)
      : meters_(meters),
        where_(where) {}

  nlohmann::json take(const std::string& name, const Topic& topic) {
    nlohmann::json spec = {{"name", name}, {"partitions", topic.partitions}};
    put(spec, "replicas", topic.replicas > 0 ? std::optional(topic.replicas) : std::nullopt);
    put(spec, "minIsr", topic.min_isr);
    put(spec, "recordsPerSecond", rate_of(0, name));
    put(spec, "recordBytes", record_bytes(name));
    put(spec, "stored", stored(name, topic.partitions));
    return spec;
  }

  /// One sentence for each key that some topic lacks.
  void tell(std::vector<std::string>& missing) const {
    for (const auto& [key, topics] : lacking_) {
      missing.push_back(where_ + ": '" + key + "' is not known of " +
                        (topics.size() == 1 ? "topic " : "topics ") + base::enumerate(topics) +
                        reason_for(key));
    }
  }

 private:
  template <class T>
  void put(nlohmann::json& spec, const char* key, const std::optional<T>& value) {
    if (value) {
      spec[key] = *value;
    } else {
      lacking_[key].push_back(spec.value("name", ""));
    }
  }

  static std::string reason_for(const std::string& key) {
    if (key == "minIsr") {
      return ": its partitions are not exactly at it, and no metric tells it; a rehearsal takes 2, "
             "write it into the file where it is another";
    }
    return "; a rehearsal takes the default, write it into the file where you know it";
  }

  [[nodiscard]] std::optional<double> rate_of(std::size_t which, const std::string& name) const {
    const Meter& meter = meters_.at(which);
    const auto found = meter.by_topic.find(name);
    if (!meter.known || found == meter.by_topic.end()) {
      return std::nullopt;
    }
    return std::round(found->second * 1000) / 1000;
  }

  [[nodiscard]] std::optional<std::int64_t> record_bytes(const std::string& name) const {
    const auto records = rate_of(0, name);
    const auto bytes = rate_of(1, name);
    if (!records || !bytes || *records <= 0 || *bytes <= 0) {
      return std::nullopt;
    }
    return std::clamp<std::int64_t>(std::llround(*bytes / *records), 1, std::int64_t{1} << 30);
  }

  /// In each partition: their mean, so that the sum is right. Known where all of them are.
  [[nodiscard]] std::optional<std::int64_t> stored(const std::string& name, int partitions) const {
    double sum = 0;
    for (int i = 0; i < partitions; ++i) {
      const auto found = meters_[2].by_partition.find({name, i});
      if (found == meters_[2].by_partition.end()) {
        return std::nullopt;
      }
      sum += found->second;
    }
    return partitions == 0 ? std::nullopt
                           : std::optional(std::int64_t{std::llround(sum / partitions)});
  }

  const std::array<Meter, 3>& meters_;
  const std::string& where_;
  std::map<std::string, std::vector<std::string>> lacking_;
};

}  // namespace

nlohmann::json take_topics(kube::Reader& reader,
                           const std::string& ns,
                           const Pods& pods,
                           const std::string& where,
                           std::vector<std::string>& missing) {
  const auto table = kafka::read_partitions(reader, ns, pods, kafka::Detail::Sync, kTimeout);
  for (const auto& [pod, why] : table.silent) {
    missing.push_back(where + ": broker " + pod + " does not tell its partitions (" + why +
                      "); topics that only it hosts are missing");
  }
  std::array<Meter, 3> meters;
  for (std::size_t i = 0; i < meters.size(); ++i) {
    std::string why;
    meters.at(i) = read_meter(reader, ns, pods, i, why);
    if (!why.empty()) {
      missing.push_back(where + ": " + kWhat.at(i) + " are not known: " + why);
    }
  }
  TopicTaker taker(meters, where);
  nlohmann::json topics = nlohmann::json::array();
  for (const auto& [name, topic] : gather(table)) {
    topics.push_back(taker.take(name, topic));
  }
  taker.tell(missing);
  return topics;
}

}  // namespace cfkops::rehearse
