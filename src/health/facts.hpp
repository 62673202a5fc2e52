#pragma once

#include "cfkops/health/finding.hpp"
#include "cfkops/health/snapshot.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::health {

/// The condition of that type, or null.
[[nodiscard]] Json condition_of(const Json& object, std::string_view type);

/// "node worker-1", "deployment shop/web": the word, and where the object is.
[[nodiscard]] std::string name_of(std::string_view word, const Json& object);

/// The moment is known and lies further back than `limit`.
[[nodiscard]] bool older_than(const Snapshot& snapshot, const std::string& time, Duration limit);

/// "3m20s ago", or "at an unknown time".
[[nodiscard]] std::string ago(const Snapshot& snapshot, const std::string& time);

/// "for 3m20s", or "for an unknown time".
[[nodiscard]] std::string lasting(const Snapshot& snapshot, const std::string& since);

/// "92 %" of two numbers.
[[nodiscard]] std::string percent(double part, double whole);

/// The amount at `pointer` in thousand-millionths; nothing where there is none.
[[nodiscard]] std::optional<double> amount_at(const Json& json, const std::string& pointer);

/// "a member of some map": the pointer with the key put behind it.
[[nodiscard]] std::string below(std::string_view pointer, std::string_view key);

/// The age that a server's table shows, "5m12s", "3d4h", "<unknown>"; nothing where it is none.
[[nodiscard]] std::optional<Duration> read_age(std::string_view text);

/// Nodes by name.
[[nodiscard]] std::map<std::string, Json> nodes_by_name(const Snapshot& snapshot);

/// The zone of a node, or "".
[[nodiscard]] std::string zone_of(const Json& node);

/// Pods of Kafka's brokers ("kafka") or controllers ("kraftcontroller") by namespace and owner.
using Sets = std::map<std::pair<std::string, std::string>, std::vector<const Pod*>>;
[[nodiscard]] Sets kafka_sets(const Snapshot& snapshot);

/// What every check of Kafka begins with: whether there is one.
[[nodiscard]] Judgement begin_kafka(const Snapshot& snapshot);

/// "kafka c/kafka"
[[nodiscard]] std::string cluster_text(const KafkaState& kafka);

/// "pod c/kafka-0"
[[nodiscard]] std::string pod_text(const KafkaState& kafka, const std::string& pod);

/// The controller that says that it is the active one, or nullptr.
[[nodiscard]] const kafka::ControllerGauges* active_controller(const KafkaState& kafka);

}  // namespace cfkops::health
