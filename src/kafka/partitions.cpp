#include "object_name.hpp"
#include "plain_answer.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/jolokia.hpp"
#include "cfkops/kafka/state.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <deque>
#include <set>
#include <span>
#include <tuple>
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

/// The gauges that are wanted of each partition, a bit for each.
using Gauges = unsigned;
constexpr Gauges kInSync = 1U << 0U;
constexpr Gauges kAllReplicas = 1U << 1U;
constexpr Gauges kUnderReplicated = 1U << 2U;
constexpr Gauges kUnderMinIsr = 1U << 3U;
constexpr Gauges kAtMinIsr = 1U << 4U;
constexpr Gauges kLogEndOffset = 1U << 5U;
/// A partition of which only some of these were seen is half read and must not pass.
constexpr Gauges kCounts = kLogEndOffset - 1;

/// 0 for one that is not wanted.
Gauges gauge_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Gauges>, 6> kNames = {
      {{"InSyncReplicasCount", kInSync},
       {"ReplicasCount", kAllReplicas},
       {"UnderReplicated", kUnderReplicated},
       {"UnderMinIsr", kUnderMinIsr},
       {"AtMinIsr", kAtMinIsr},
       {"LogEndOffset", kLogEndOffset}}};
  for (const auto& [known, gauge] : kNames) {
    if (known == name) {
      return gauge;
    }
  }
  return 0;
}

/// One bean of a pattern read: which gauge of which partition, and its value. The topic lies in
/// what was read.
struct Sample {
  std::string_view topic;
  int partition = 0;
  Gauges gauge = 0;
  std::int64_t value = 0;
};

using Samples = std::vector<Sample>;

bool by_partition(const Sample& a, const Sample& b) {
  return std::tie(a.topic, a.partition) < std::tie(b.topic, b.partition);
}

/// What the answers of one broker tell of its partitions.
class BrokerAnswers {
 public:
  /// Adds one pattern answer. No bean at all (404) is an empty answer; `judge_empty` asks what it
  /// means.
  Status add(const Answer& answer) {
    if (!answer) {
      return answer.error();
    }
    if (const std::optional<PlainAnswer> plain = read_plain(*answer)) {
      add_beans(plain->beans);
      return {};
    }
    const Result<Json> value = jolokia_value(*answer);
    if (!value) {
      return value.error().code == ErrorCode::NotFound ? Status() : Status(value.error());
    }
    trees_.push_back(*value);
    add_beans(beans_of(*value));
    return {};
  }

  /// By partition.
  [[nodiscard]] const Samples& samples() const { return samples_; }

 private:
  static std::vector<PlainBean> beans_of(const Json& value) {
    std::vector<PlainBean> beans;
    if (!value.is_object()) {
      return beans;
    }
    for (const auto& [name, attributes] : value.raw().get_ref<const nlohmann::json::object_t&>()) {
      const auto found = attributes.is_object() ? attributes.find("Value") : attributes.end();
      if (found != attributes.end()) {
        beans.push_back({.name = name, .value = Json::to_int(*found)});
      }
    }
    return beans;
  }

  void add_beans(const std::vector<PlainBean>& beans) {
    const auto before = static_cast<std::ptrdiff_t>(samples_.size());
    samples_.reserve(samples_.size() + beans.size());
    for (const PlainBean& bean : beans) {
      if (const auto found = bean.value ? sample(bean.name, *bean.value) : std::nullopt) {
        samples_.push_back(*found);
      }
    }
    const auto begin = samples_.begin() + before;
    if (!std::is_sorted(begin, samples_.end(), by_partition)) {
      std::stable_sort(begin, samples_.end(), by_partition);
    }
    std::inplace_merge(samples_.begin(), begin, samples_.end(), by_partition);
  }

  std::optional<Sample> sample(std::string_view bean, std::int64_t value) {
    std::optional<std::string_view> name;
    std::optional<std::string_view> topic;
    std::optional<std::string_view> digits;
    each_property(bean, [&](std::string_view key, std::string_view text) {
      auto& meant = key == "name" ? name : key == "topic" ? topic : digits;
      if (!meant && (key == "name" || key == "topic" || key == "partition")) {
        meant = text;
      }
      return true;
    });
    if (!name || !topic || !digits) {
      return std::nullopt;
    }
    const Gauges gauge = gauge_named(plain(*name));
    const std::string_view number = plain(*digits);
    int partition = 0;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), partition);
    if (gauge == 0 || parsed.ec != std::errc()) {
      return std::nullopt;
    }
    return Sample{plain(*topic), partition, gauge, value};
  }

  std::string_view plain(std::string_view text) {
    return text.starts_with('"') ? unquoted_.emplace_back(unquote(text)) : text;
  }

  Samples samples_;
  std::vector<Json> trees_;  // what samples may lie in
  std::deque<std::string> unquoted_;
};

void put(PartitionReading& reading, const Sample& seen) {
  switch (seen.gauge) {
    case kInSync:
      reading.in_sync = static_cast<int>(seen.value);
      break;
    case kAllReplicas:
      reading.replicas = static_cast<int>(seen.value);
      break;
    case kUnderReplicated:
      reading.under_replicated = seen.value != 0;
      break;
    case kUnderMinIsr:
      reading.under_min_isr = seen.value != 0;
      break;
    case kAtMinIsr:
      reading.at_min_isr = seen.value != 0;
      break;
    default:
      reading.log_end_offset = seen.value;
      break;
  }
}

Result<Partitions> partitions_of(const Samples& samples) {
  Partitions partitions;
  for (auto sample = samples.begin(); sample != samples.end();) {
    const Sample& first = *sample;
    PartitionReading reading;
    Gauges seen = 0;
    for (; sample != samples.end() && !by_partition(first, *sample); ++sample) {
      put(reading, *sample);
      seen |= sample->gauge;
    }
    const Gauges counts = seen & kCounts;
    if (counts == 0) {
      continue;  // a log alone: that of the metadata, or of a partition that is about to go
    }
    TopicPartition partition{std::string(first.topic), first.partition};
    if (counts != kCounts) {
      return make_error(ErrorCode::Protocol,
                        "partition " + partition.text() + " changed while it was read");
    }
    partitions.emplace_hint(partitions.end(), std::move(partition), reading);
  }
  return partitions;
}

Result<Partitions> read_broker(std::span<const Answer> answers) {
  BrokerAnswers told;
  CFKOPS_TRY(told.add(answers[0]));
  CFKOPS_TRY(told.add(answers[1]));
  if (answers.size() > 2) {
    // Without offsets it is a reading too.
    static_cast<void>(told.add(answers[2]));
  }
  return partitions_of(told.samples());
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
