#include "kafka/commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>

namespace cfkops::sandbox {

namespace {

using Command = std::vector<std::string>;
using PartitionFilter = std::function<bool(const KafkaPartition&)>;

bool has(const Command& command, std::string_view option) {
  return std::ranges::find(command, option) != command.end();
}

std::string value_of(const Command& command, std::string_view option) {
  const auto found = std::ranges::find(command, option);
  return found == command.end() || found + 1 == command.end() ? "" : *(found + 1);
}

ExecResult failed(std::string why) {
  return {.code = 1, .error = std::move(why) + "\n"};
}

bool is_served(const KafkaModel& model) {
  return std::ranges::any_of(model.nodes(), [](const auto& node) {
    return node.second.broker && node.second.phase == KafkaPhase::Running;
  });
}

/// A made-up id, always the same for a topic: 16 bytes in the alphabet for URLs.
std::string topic_id(const KafkaModel& model, std::string_view topic) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::uint64_t hash = 1469598103934665603ULL;
  const auto mix = [&](std::string_view text) {
    for (const char c : text) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    }
  };
  mix(model.cluster_id());
  mix(topic);
  std::string id;
  constexpr int kCharacters = 21;
  for (int count = 0; count < kCharacters; ++count) {
    mix("+");
    id += kAlphabet.at((hash >> 32U) % kAlphabet.size());
  }
  return id + "AQgw"[hash >> 62U];
}

std::string partition_line(const KafkaPartition& partition) {
  return fmt::format(
      "\tTopic: {}\tPartition: {}\tLeader: {}\tReplicas: {}\tIsr: {}\tElr: \tLastKnownElr: \n",
      partition.topic,
      partition.number,
      partition.leader < 0 ? "none" : std::to_string(partition.leader),
      fmt::join(partition.replicas, ","),
      fmt::join(partition.in_sync, ","));
}

/// What an option of the tool leaves in; none: no such option is there.
std::optional<PartitionFilter> filter_of(const KafkaModel& model, const Command& command) {
  if (has(command, "--under-replicated-partitions")) {
    return [](const KafkaPartition& one) { return one.in_sync.size() < one.replicas.size(); };
  }
  if (has(command, "--under-min-isr-partitions")) {
    return [](const KafkaPartition& one) {
      return static_cast<int>(one.in_sync.size()) < one.min_isr;
    };
  }
  if (has(command, "--at-min-isr-partitions")) {
    return [](const KafkaPartition& one) {
      return static_cast<int>(one.in_sync.size()) == one.min_isr;
    };
  }
  if (has(command, "--unavailable-partitions")) {
    return [&model](const KafkaPartition& one) {
      const auto leader = model.nodes().find(one.leader);
      return leader == model.nodes().end() || leader->second.fenced;
    };
  }
  return std::nullopt;
}

ExecResult describe_topics(const KafkaModel& model, const Command& command) {
  const std::string wanted = value_of(command, "--topic");
  const auto filter = filter_of(model, command);
  std::map<std::string, std::vector<const KafkaPartition*>> topics;
  for (const KafkaPartition& partition : model.partitions()) {
    if (wanted.empty() || partition.topic == wanted) {
      topics[partition.topic].push_back(&partition);
    }
  }
  if (topics.empty() && !wanted.empty()) {
    return failed("Error while executing topic command : Topic '" + wanted +
                  "' does not exist as expected");
  }
  ExecResult result;
  for (const auto& [topic, partitions] : topics) {
    if (!filter) {
      result.out += fmt::format(
          "Topic: {}\tTopicId: {}\tPartitionCount: {}\tReplicationFactor: {}\tConfigs: "
          "min.insync.replicas={}\n",
          topic,
          topic_id(model, topic),
          partitions.size(),
          partitions.front()->replicas.size(),
          partitions.front()->min_isr);
    }
    for (const KafkaPartition* const partition : partitions) {
      if (!filter || (*filter)(*partition)) {
        result.out += partition_line(*partition);
      }
    }
  }
  return result;
}

ExecResult topics_tool(const KafkaModel& model, const Command& command) {
  const bool lists = has(command, "--list");
  if (!lists && !has(command, "--describe")) {
    return failed("the simulated kafka-topics knows --list and --describe only");
  }
  if (value_of(command, "--bootstrap-server").empty()) {
    return failed("--bootstrap-server must be specified");
  }
  if (!is_served(model)) {
    return failed(
        "Error while executing topic command : Timed out waiting for a node assignment. Call: " +
        std::string(lists ? "listTopics" : "describeTopics"));
  }
  if (!lists) {
    return describe_topics(model, command);
  }
  std::set<std::string> topics;
  for (const KafkaPartition& partition : model.partitions()) {
    topics.insert(partition.topic);
  }
  ExecResult result;
  for (const std::string& topic : topics) {
    result.out += topic + "\n";
  }
  return result;
}

/// Voters or observers as JSON.
std::string members(const KafkaModel& model, bool voters) {
  std::vector<std::string> all;
  for (const auto& [id, node] : model.nodes()) {
    const bool is_there = node.controller || node.registered;
    if (node.controller == voters && is_there) {
      all.push_back(fmt::format(R"({{"id": {}, "directoryId": null}})", id));
    }
  }
  return fmt::format("[{}]", fmt::join(all, ", "));
}

ExecResult quorum_tool(const KafkaModel& model, const Command& command) {
  if (!has(command, "describe") || !has(command, "--status")) {
    return failed("the simulated kafka-metadata-quorum knows describe --status only");
  }
  const bool by_controller = !value_of(command, "--bootstrap-controller").empty();
  if (!by_controller && value_of(command, "--bootstrap-server").empty()) {
    return failed(
        "kafka-metadata-quorum: error: one of the arguments --bootstrap-server "
        "--bootstrap-controller is required");
  }
  const auto active = model.active_controller();
  if (!active || (!by_controller && !is_served(model))) {
    return failed(
        "org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node "
        "assignment. Call: describeMetadataQuorum");
  }
  std::int64_t lag = 0;
  for (const auto& [id, node] : model.nodes()) {
    const bool follows = node.controller && id != *active;
    lag = std::max(lag, follows ? model.metadata_end(*active) - model.metadata_end(id) : 0);
  }
  return {.out = fmt::format("ClusterId:              {}\n"
                             "LeaderId:               {}\n"
                             "LeaderEpoch:            {}\n"
                             "HighWatermark:          {}\n"
                             "MaxFollowerLag:         {}\n"
                             "MaxFollowerLagTimeMs:   {}\n"
                             "CurrentVoters:          {}\n"
                             "CurrentObservers:       {}\n",
                             model.cluster_id(),
                             *active,
                             model.epoch(),
                             model.metadata_end(*active),
                             lag,
                             lag == 0 ? 0 : -1,
                             members(model, true),
                             members(model, false))};
}

}  // namespace

std::optional<ExecResult> run_kafka_tool(const KafkaModel& model, const Command& command) {
  std::string tool = command.front();
  tool.erase(0, tool.rfind('/') == std::string::npos ? 0 : tool.rfind('/') + 1);
  if (tool.ends_with(".sh")) {
    tool.erase(tool.size() - 3);
  }
  if (tool == "kafka-topics") {
    return topics_tool(model, command);
  }
  if (tool == "kafka-metadata-quorum") {
    return quorum_tool(model, command);
  }
  if (tool.starts_with("kafka-")) {
    return failed(tool +
                  " is not simulated; there are kafka-topics and kafka-metadata-quorum, and "
                  "Jolokia on port 7777");
  }
  return std::nullopt;
}

}  // namespace cfkops::sandbox
