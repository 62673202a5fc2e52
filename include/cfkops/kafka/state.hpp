#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kafka/target.hpp"
#include "cfkops/kube/reader.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kafka {

struct TopicPartition {
  std::string topic = {};
  int partition = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees null pointers in what `<` makes of it
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;

  [[nodiscard]] std::string text() const { return topic + "-" + std::to_string(partition); }
};

/// BrokerState (org.apache.kafka.metadata.BrokerState): 0 not running, 1 starting, 2 recovery, 3
/// running, 6 pending controlled shutdown, 7 shutting down, 127 unknown.
constexpr int kRunning = 3;

/// The `silence` of a process that answers, but has none of the gauges asked for.
constexpr std::string_view kNoGauges = "it has no such gauges";

/// The cheap gauges of one broker. Nothing means: it did not say.
struct BrokerGauges {
  std::string pod = {};
  std::optional<int> state = {};
  std::optional<std::int64_t> under_replicated = {};  ///< of the partitions it leads
  std::optional<std::int64_t> under_min_isr = {};     ///< ditto
  std::optional<std::int64_t> at_min_isr = {};        ///< ditto, whether or not replicas lack
  std::optional<std::int64_t> reassigning = {};       ///< ditto, that are being moved
  std::optional<std::int64_t> offline_replicas = {};
  std::optional<std::int64_t> leaders = {};
  std::optional<std::int64_t> partitions = {};  ///< hosted
  std::optional<std::int64_t> offline_log_dirs = {};
  std::optional<std::int64_t> start_time_ms = {};  ///< of the JVM
  std::optional<bool> controller = {};             ///< it is a controller as well (combined mode)
  std::string silence = {};                        ///< why it did not answer, or ""

  [[nodiscard]] bool answered() const { return silence.empty(); }
};

/// The gauges of one controller.
struct ControllerGauges {
  std::string pod = {};
  std::optional<bool> active = {};
  std::optional<std::int64_t> offline_partitions = {};  ///< the active one's word counts
  std::optional<std::int64_t> fenced_brokers = {};
  std::optional<std::int64_t> active_brokers = {};
  std::optional<std::int64_t> partitions = {};           ///< of the cluster
  std::optional<std::int64_t> not_preferred = {};        ///< of these, with another leader
  std::optional<std::int64_t> metadata_errors = {};      ///< since its start
  std::optional<std::int64_t> last_applied_lag_ms = {};  ///< since the last record that it applied
  std::string raft_state = {};                           ///< leader follower candidate …
  std::optional<std::int64_t> leader_id = {};            ///< -1: it knows none
  std::optional<std::int64_t> node_id = {};
  std::optional<std::int64_t> epoch = {};
  std::optional<std::int64_t> log_end_offset = {};
  std::optional<std::int64_t> voters = {};  ///< of the quorum; Kafka 3.9 and later say
  std::string silence = {};

  [[nodiscard]] bool answered() const { return silence.empty(); }
};

/// One reading of all processes, as near to one moment as a batch of requests gets.
struct ClusterGauges {
  std::vector<BrokerGauges> brokers = {};
  std::vector<ControllerGauges> controllers = {};
};

/// Reads the gauges of all pods at once through Jolokia by the pod proxy. Never an error: silence
/// is in the reading.
[[nodiscard]] ClusterGauges read_gauges(kube::Reader& reader,
                                        const std::string& ns,
                                        const std::vector<std::string>& broker_pods,
                                        const std::vector<std::string>& controller_pods,
                                        Duration timeout);

/// How many logs a broker in recovery (BrokerState 2) has still to read; nothing where it does not
/// say.
[[nodiscard]] std::optional<std::int64_t> logs_to_recover(kube::Reader& reader,
                                                          const std::string& ns,
                                                          const std::string& pod,
                                                          Duration timeout);

/// What one broker says of one partition that it hosts. The counts are 0 on every broker but the
/// leader.
struct PartitionReading {
  int in_sync = 0;
  int replicas = 0;
  bool under_replicated = false;
  bool under_min_isr = false;
  bool at_min_isr = false;
  std::optional<std::int64_t> log_end_offset = {};  ///< with `Detail::Offsets`

  [[nodiscard]] bool leads() const { return replicas > 0; }
};

/// The partitions of all brokers that answered, by pod.
struct PartitionTable {
  std::map<std::string, std::map<TopicPartition, PartitionReading>> by_pod = {};
  std::map<std::string, std::string> silent = {};  ///< pod: why

  /// The reading of the partition's leader, or nullptr where no broker that answered leads it (or
  /// two say that they do).
  [[nodiscard]] const PartitionReading* leader_of(const TopicPartition& partition,
                                                  std::string* pod = nullptr) const;
};

enum class Detail { Sync, Offsets };

/// Reads the Partition beans (and, with Offsets, every log's end) of the brokers. Costs two pattern
/// reads per broker, three with Offsets (one: 175 KB, 70 ms at 2,000 partitions): for gates.
/// Where a partition looks as if it could not be rolled, all is read again and the second reading
/// counts; a broker is silent in it where only the second says so of a partition. A broker without
/// any is silent unless it also says that it runs and hosts none.
[[nodiscard]] PartitionTable read_partitions(kube::Reader& reader,
                                             const std::string& ns,
                                             const std::vector<std::string>& broker_pods,
                                             Detail detail,
                                             Duration timeout);

}  // namespace cfkops::kafka
