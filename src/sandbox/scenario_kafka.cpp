#include "scenario_kafka.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::int64_t kMostBytes = std::int64_t{1} << 50;  // a pebibyte
constexpr std::size_t kLongestName = 50;  // leaves room for what names of pods and revisions add
constexpr int kMostBrokers = 200;
constexpr int kMostControllers = 15;
constexpr int kMostReplicas = 15;
constexpr Duration kMostTiming = std::chrono::hours(1);
constexpr Duration kLeastHeartbeat = std::chrono::milliseconds(100);

const std::vector<std::string> kKafkaKeys = {"namespace",
                                             "name",
                                             "controllersName",
                                             "version",
                                             "layout",
                                             "operator",
                                             "brokers",
                                             "controllers",
                                             "combined",
                                             "racks",
                                             "topics",
                                             "timing",
                                             "catchUp",
                                             "disk"};
const std::vector<std::string> kTopicKeys = {
    "name", "partitions", "replicas", "minIsr", "recordsPerSecond", "recordBytes", "stored"};
const std::vector<std::string> kTimingKeys = {"startContainer",
                                              "startProcess",
                                              "becomeReady",
                                              "shutDown",
                                              "heartbeat",
                                              "session",
                                              "replicaLagTime"};

bool is_topic_name(std::string_view name) {
  constexpr std::string_view kAll =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return name.size() <= 249 && name != "." && name != ".." &&
         name.find_first_not_of(kAll) == std::string_view::npos;
}

/// "4.3.0": three numbers.
bool is_version(std::string_view text) {
  const std::vector<std::string> parts = base::split(text, '.');
  return parts.size() == 3 && std::ranges::all_of(parts, [](const std::string& part) {
           return !part.empty() && part.size() <= 4 &&
                  part.find_first_not_of("0123456789") == std::string::npos;
         });
}

void read_topic_name(YamlMap& map, TopicSpec& topic) {
  if (!map.text("name", topic.name)) {
    return;
  }
  if (!is_topic_name(topic.name)) {
    map.report("name",
               fmt::format("cannot be '{}': Kafka takes no such name", topic.name),
               "use letters, digits, '.', '_' and '-', at most 249");
  }
  map.rename(fmt::format("topic '{}'", topic.name));
}

TopicSpec read_topic(const YamlNode& node, const KafkaSpec& kafka, std::vector<Error>& errors) {
  TopicSpec topic;
  topic.replicas = std::min(topic.replicas, std::max(kafka.brokers, 1));
  YamlMap map(node, "a topic", errors);
  read_topic_name(map, topic);
  map.expect(kTopicKeys, std::vector<std::string>{"name"});
  map.whole("partitions", topic.partitions, {1, kMostPartitions});
  if (map.whole("replicas", topic.replicas, {1, kMostReplicas}) && topic.replicas > kafka.brokers) {
    map.report("replicas",
               fmt::format("is {}, but there {} only {}",
                           topic.replicas,
                           kafka.brokers == 1 ? "is" : "are",
                           base::counted(kafka.brokers, "broker")),
               fmt::format("write at most {}, or more 'brokers'", kafka.brokers));
  }
  topic.min_isr = std::min(topic.min_isr, topic.replicas);
  map.whole("minIsr", topic.min_isr, {1, kMostReplicas});
  map.number("recordsPerSecond", topic.records_per_second, 0, 1e9);
  map.whole("recordBytes", topic.record_bytes, {1, 1 << 30});
  map.bytes("stored", topic.stored_bytes, {0, kMostBytes});
  return topic;
}

void read_topics(const YamlMap& kafka, KafkaSpec& spec) {
  std::set<std::string> names;
  for (const YamlNode* item : kafka.items("topics")) {
    TopicSpec topic = read_topic(*item, spec, kafka.errors());
    if (!topic.name.empty() && !names.insert(topic.name).second) {
      report(kafka.errors(),
             item->pos,
             fmt::format("{} has two topics '{}'", kafka.what(), topic.name),
             "remove one of them, or name it otherwise");
    }
    spec.topics.push_back(std::move(topic));
  }
}

void read_timing(const YamlMap& kafka, KafkaSpec& spec) {
  const YamlNode* node = kafka.find("timing");
  if (node == nullptr) {
    return;
  }
  YamlMap map(*node, kafka.name_of("timing"), kafka.errors());
  map.expect(kTimingKeys);
  const DurationRange any{Duration::zero(), kMostTiming};
  map.duration("startContainer", spec.start_container, any);
  map.duration("startProcess", spec.start_process, any);
  map.duration("becomeReady", spec.become_ready, any);
  map.duration("shutDown", spec.shut_down, any);
  map.duration("heartbeat", spec.heartbeat, {kLeastHeartbeat, kMostTiming});
  map.duration("session", spec.session, {kLeastHeartbeat, kMostTiming});
  map.duration("replicaLagTime", spec.replica_lag_time, {kLeastHeartbeat, kMostTiming});
  if (spec.session <= spec.heartbeat) {
    map.report(map.has("session") ? "session" : "heartbeat",
               fmt::format("makes sessions ({}) not longer than the time between two heartbeats "
                           "({}): every broker would lose its session",
                           base::format_duration(spec.session),
                           base::format_duration(spec.heartbeat)),
               "write a longer 'session', such as three times 'heartbeat'");
  }
}

void read_catch_up(const YamlMap& kafka, KafkaSpec& spec) {
  const YamlNode* node = kafka.find("catchUp");
  if (node == nullptr) {
    return;
  }
  YamlMap map(*node, kafka.name_of("catchUp"), kafka.errors());
  map.expect(std::vector<std::string>{"bytesPerSecond"});
  std::uint64_t rate = 0;
  if (map.bytes("bytesPerSecond", rate, {1, kMostBytes})) {
    spec.catch_up_bytes_per_second = static_cast<double>(rate);
  }
}

void read_disk(const YamlMap& kafka, KafkaSpec& spec) {
  if (!kafka.bytes("disk", spec.disk_bytes, {1, kMostBytes})) {
    return;
  }
  double stored = 0;
  for (const TopicSpec& topic : spec.topics) {
    stored += static_cast<double>(topic.stored_bytes) * topic.partitions * topic.replicas;
  }
  const double room = static_cast<double>(spec.disk_bytes) * spec.brokers;
  if (stored > room) {
    kafka.report(
        "disk",
        fmt::format("is too small: the topics' 'stored' is {:.0f} bytes with all replicas, "
                    "the disks of {} have {:.0f}",
                    stored,
                    base::counted(spec.brokers, "broker"),
                    room),
        "write a larger 'disk', or less 'stored'");
  }
}

void read_size(const YamlMap& map, KafkaSpec& spec) {
  map.whole("brokers", spec.brokers, {1, kMostBrokers});
  map.flag("combined", spec.combined);
  if (!spec.combined) {
    map.whole("controllers", spec.controllers, {1, kMostControllers});
    return;
  }
  spec.controllers = 0;
  for (const std::string_view key : {"controllers", "controllersName"}) {
    if (map.has(key)) {
      map.report(key,
                 "does not go with 'combined': the brokers are the controllers then",
                 fmt::format("remove it, or write 'combined: false'"));
    }
  }
}

void read_layout(const YamlMap& map, KafkaSpec& spec) {
  static const std::vector<std::string> kLayouts = {"cfk", "plain"};
  std::string layout = "cfk";
  map.word("layout", layout, kLayouts);
  spec.layout = layout == "plain" ? KafkaSpec::Layout::Plain : KafkaSpec::Layout::Cfk;
  if (map.text("version", spec.version) && !is_version(spec.version)) {
    map.report("version",
               fmt::format("cannot be '{}'", spec.version),
               "write Kafka's version with three numbers, such as 4.3.0");
  }
}

/// Confluent's operator knows its own layout only, and no combined mode.
void read_operator(const YamlMap& map, KafkaSpec& spec) {
  const bool is_possible = spec.layout == KafkaSpec::Layout::Cfk && !spec.combined;
  spec.has_operator = is_possible;
  map.flag("operator", spec.has_operator);
  if (spec.has_operator && !is_possible) {
    map.report("operator",
               spec.combined ? "does not go with 'combined': Confluent's operator has no such mode"
                             : "goes with 'layout: cfk' only",
               "remove it, or write 'operator: false'");
    spec.has_operator = false;
  }
}

KafkaSpec read_one(const YamlNode& node, std::vector<Error>& errors) {
  KafkaSpec spec;
  YamlMap map(node, "a kafka", errors);
  map.label("name", spec.name, kLongestName);
  map.rename(fmt::format("kafka '{}'", spec.name));
  map.expect(kKafkaKeys);
  map.label("namespace", spec.ns);
  map.label("controllersName", spec.controllers_name, kLongestName);
  read_layout(map, spec);
  read_size(map, spec);
  read_operator(map, spec);
  map.label_values("racks", spec.racks);
  read_topics(map, spec);
  read_timing(map, spec);
  read_catch_up(map, spec);
  read_disk(map, spec);
  return spec;
}

/// No two StatefulSets may have the same name.
void check_names(const KafkaSpec& spec,
                 const YamlNode& node,
                 std::set<std::string>& taken,
                 std::vector<Error>& errors) {
  std::vector<std::pair<std::string, std::string>> wanted = {{"name", spec.name}};
  if (!spec.combined) {
    wanted.emplace_back("controllersName", spec.controllers_name);
  }
  for (const auto& [key, name] : wanted) {
    if (!taken.insert(spec.ns + "/" + name).second) {
      const YamlNode* given = node.find(key);
      report(errors,
             given == nullptr ? node.pos : given->pos,
             fmt::format("kafka '{}': there is another StatefulSet '{}' in namespace '{}'",
                         spec.name,
                         name,
                         spec.ns),
             fmt::format("write another '{}'", key));
    }
  }
}

}  // namespace

std::vector<KafkaSpec> read_kafka(const YamlNode& list, std::vector<Error>& errors) {
  std::vector<KafkaSpec> specs;
  std::set<std::string> taken;
  std::int64_t partitions = 0;
  for (const YamlNode* item : list_items(list, "'kafka'", errors)) {
    KafkaSpec spec = read_one(*item, errors);
    check_names(spec, *item, taken, errors);
    for (const TopicSpec& topic : spec.topics) {
      partitions += topic.partitions;
    }
    specs.push_back(std::move(spec));
  }
  if (partitions > kMostPartitions) {
    report(errors,
           list.pos,
           fmt::format(
               "the topics have {} partitions together, more than {}", partitions, kMostPartitions),
           "write fewer 'partitions'");
  }
  return specs;
}

}  // namespace cfkops::sandbox
