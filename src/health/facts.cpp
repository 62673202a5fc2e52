#include "facts.hpp"

#include "cfkops/base/quantity.hpp"

#include <fmt/format.h>

#include <cmath>

namespace cfkops::health {

Json condition_of(const Json& object, std::string_view type) {
  for (const Json& condition : object.items("/status/conditions")) {
    if (condition.string_or("/type", "") == type) {
      return condition;
    }
  }
  return {};
}

std::string name_of(std::string_view word, const Json& object) {
  const std::string ns = object.string_or("/metadata/namespace", "");
  return fmt::format(
      "{} {}{}", word, ns.empty() ? "" : ns + "/", object.string_or("/metadata/name", ""));
}

std::optional<Duration> Snapshot::since(const std::string& rfc3339) const {
  const auto time = base::parse_rfc3339(rfc3339);
  return time ? std::optional<Duration>(now - *time) : std::nullopt;
}

std::optional<Duration> Snapshot::since(const std::string& rfc3339, Part part) const {
  const auto time = base::parse_rfc3339(rfc3339);
  const WallTime read = source(part).at == WallTime() ? now : source(part).at;
  return time ? std::optional<Duration>(read - *time) : std::nullopt;
}

bool older_than(const Snapshot& snapshot, const std::string& time, Duration limit) {
  const auto age = snapshot.since(time);
  return age && *age > limit;
}

std::string ago(const Snapshot& snapshot, const std::string& time) {
  const auto age = snapshot.since(time);
  return age ? base::human_duration(*age) + " ago" : "at an unknown time";
}

std::string lasting(const Snapshot& snapshot, const std::string& since) {
  const auto age = snapshot.since(since);
  return "for " + (age ? base::human_duration(*age) : std::string("an unknown time"));
}

std::string percent(double part, double whole) {
  return whole > 0 ? fmt::format("{:.0f} %", std::floor(100 * part / whole)) : "none";
}

std::optional<double> amount_at(const Json& json, const std::string& pointer) {
  const Json found = json.get(pointer);
  const std::string text = found.is_number() ? found.dump() : found.string_or("", "");
  const auto quantity = base::Quantity::parse(text);
  return quantity ? std::optional<double>(static_cast<double>(quantity->nanos)) : std::nullopt;
}

std::string below(std::string_view pointer, std::string_view key) {
  return fmt::format("{}/{}", pointer, base::pointer_token(key));
}

std::optional<Duration> read_age(std::string_view text) {
  // The server writes years as well, which no duration of ours has.
  if (const std::size_t years = text.find('y'); years != std::string_view::npos) {
    return std::chrono::hours(24 * 365);
  }
  const auto age = base::parse_duration(std::string(text));
  return age ? std::optional<Duration>(*age) : std::nullopt;
}

std::map<std::string, Json> nodes_by_name(const Snapshot& snapshot) {
  std::map<std::string, Json> nodes;
  for (const Json& node : snapshot.of(Part::Nodes)) {
    nodes.emplace(node.string_or("/metadata/name", ""), node);
  }
  return nodes;
}

std::string zone_of(const Json& node) {
  return node.string_or(below("/metadata/labels", "topology.kubernetes.io/zone"), "");
}

Sets kafka_sets(const Snapshot& snapshot) {
  Sets sets;
  for (const Pod& pod : snapshot.pods) {
    if (!pod.kafka_role.empty() && pod.owner_kind == "StatefulSet" && !pod.ended()) {
      sets[{pod.ns, pod.owner_name}].push_back(&pod);
    }
  }
  return sets;
}

Judgement begin_kafka(const Snapshot& snapshot) {
  Judgement judgement;
  judgement.nothing_there = snapshot.kafka.empty();
  return judgement;
}

std::string cluster_text(const KafkaState& kafka) {
  return "kafka " + kafka.ns + "/" + kafka.name;
}

std::string pod_text(const KafkaState& kafka, const std::string& pod) {
  return "pod " + kafka.ns + "/" + pod;
}

const kafka::ControllerGauges* active_controller(const KafkaState& kafka) {
  for (const kafka::ControllerGauges& controller : kafka.gauges.controllers) {
    if (controller.active.value_or(false)) {
      return &controller;
    }
  }
  return nullptr;
}

}  // namespace cfkops::health
