#include "cfkops/base/text.hpp"
#include "cfkops/kafka/jolokia.hpp"
#include "cfkops/kafka/state.hpp"

#include <fmt/core.h>

#include <array>
#include <span>
#include <utility>

namespace cfkops::kafka {

namespace {

using Answer = Result<std::string>;

// One pattern for BrokerState, the roles and all gauges of ReplicaManager: the cheapest read
// that takes them in one moment ("er" ends both types; the few other beans of that shape are
// ignored).
constexpr std::string_view kServer = "kafka.server:type=*er,name=*";
constexpr std::string_view kRuntime = "java.lang:type=Runtime";
constexpr std::string_view kLogs = "kafka.log:type=LogManager,name=*";
constexpr std::size_t kBrokerReads = 3;

constexpr std::string_view kController = "kafka.controller:type=KafkaController,name=*";
constexpr std::string_view kRaft = "kafka.server:type=raft-metrics";
constexpr std::string_view kApp = "kafka.server:type=app-info,id=*";
constexpr std::size_t kControllerReads = 3;

/// A whole number, or nothing: null and NaN are "unknown", never zero.
std::optional<std::int64_t> whole(const Json& value) {
  if (!value.is_number()) {
    return std::nullopt;
  }
  const auto number = value.number_at("");
  return number ? std::optional(static_cast<std::int64_t>(*number)) : std::nullopt;
}

std::string why_silent(const Error& error) {
  if (error.code == ErrorCode::NotFound && error.http_status == 0) {
    return std::string(kNoGauges);
  }
  return error.message;
}

Result<Json> value_of(const Answer& answer) {
  if (!answer) {
    return answer.error();
  }
  return jolokia_value(*answer);
}

/// The "Value" attributes of a pattern read, by "type/name".
std::map<std::string, Json> by_name(const Json& value) {
  std::map<std::string, Json> found;
  for (const auto& [bean, attributes] : value.members()) {
    const auto keys = key_properties(bean);
    const auto type = keys.find("type");
    const auto name = keys.find("name");
    if (type != keys.end() && name != keys.end() && keys.size() == 2) {
      found.emplace(type->second + "/" + name->second, attributes.get("/Value"));
    }
  }
  return found;
}

std::optional<std::int64_t> find(const std::map<std::string, Json>& values,
                                 const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? std::nullopt : whole(found->second);
}

BrokerGauges read_broker(const std::string& pod, std::span<const Answer> answers) {
  BrokerGauges broker{.pod = pod};
  const Result<Json> server = value_of(answers[0]);
  if (!server) {
    broker.silence = why_silent(server.error());
    return broker;
  }
  const auto values = by_name(*server);
  if (const auto state = find(values, "KafkaServer/BrokerState")) {
    broker.state = static_cast<int>(*state);
  }
  if (values.contains("KafkaServer/ClusterId")) {  // a process has one such gauge for each role
    broker.controller = values.contains("ControllerServer/ClusterId");
  }
  broker.under_replicated = find(values, "ReplicaManager/UnderReplicatedPartitions");
  broker.under_min_isr = find(values, "ReplicaManager/UnderMinIsrPartitionCount");
  broker.offline_replicas = find(values, "ReplicaManager/OfflineReplicaCount");
  broker.leaders = find(values, "ReplicaManager/LeaderCount");
  broker.partitions = find(values, "ReplicaManager/PartitionCount");
  if (const Result<Json> start = value_of(answers[1])) {
    broker.start_time_ms = whole(*start);
  }
  if (const Result<Json> logs = value_of(answers[2])) {
    broker.offline_log_dirs = find(by_name(*logs), "LogManager/OfflineLogDirectoryCount");
  }
  return broker;
}

std::optional<std::int64_t> node_id(const Json& beans) {
  for (const auto& [bean, attributes] : beans.members()) {
    const auto keys = key_properties(bean);
    const auto id = keys.find("id");
    if (id == keys.end()) {
      continue;
    }
    if (const auto parsed = Json::parse(id->second)) {
      return whole(*parsed);
    }
  }
  return std::nullopt;
}

ControllerGauges read_controller(const std::string& pod, std::span<const Answer> answers) {
  ControllerGauges controller{.pod = pod};
  const Result<Json> gauges = value_of(answers[0]);
  const Result<Json> raft = value_of(answers[1]);
  if (!gauges || !raft) {
    controller.silence = why_silent(!gauges ? gauges.error() : raft.error());
    return controller;
  }
  const auto values = by_name(*gauges);
  if (const auto active = find(values, "KafkaController/ActiveControllerCount")) {
    controller.active = *active > 0;
  }
  controller.offline_partitions = find(values, "KafkaController/OfflinePartitionsCount");
  controller.fenced_brokers = find(values, "KafkaController/FencedBrokerCount");
  controller.active_brokers = find(values, "KafkaController/ActiveBrokerCount");
  controller.raft_state = raft->string_or("/current-state", "");
  controller.leader_id = whole(raft->get("/current-leader"));
  controller.epoch = whole(raft->get("/current-epoch"));
  controller.log_end_offset = whole(raft->get("/log-end-offset"));
  controller.voters = whole(raft->get("/number-of-voters"));
  if (const Result<Json> app = value_of(answers[2])) {
    controller.node_id = node_id(*app);
  }
  return controller;
}

}  // namespace

ClusterGauges read_gauges(kube::Reader& reader,
                          const std::string& ns,
                          const std::vector<std::string>& broker_pods,
                          const std::vector<std::string>& controller_pods,
                          Duration timeout) {
  std::vector<kube::ReadRequest> requests;
  requests.reserve(broker_pods.size() * kBrokerReads + controller_pods.size() * kControllerReads);
  for (const std::string& pod : broker_pods) {
    requests.push_back(jolokia_read(ns, pod, kServer, {"Value"}));
    requests.push_back(jolokia_read(ns, pod, kRuntime, {"StartTime"}));
    requests.push_back(jolokia_read(ns, pod, kLogs, {"Value"}));
  }
  for (const std::string& pod : controller_pods) {
    requests.push_back(jolokia_read(ns, pod, kController, {"Value"}));
    requests.push_back(jolokia_read(ns, pod, kRaft));
    requests.push_back(jolokia_read(ns, pod, kApp));
  }
  const std::vector<Answer> answers = reader.batch(requests, timeout);

  ClusterGauges gauges;
  std::span<const Answer> rest(answers);
  for (const std::string& pod : broker_pods) {
    gauges.brokers.push_back(read_broker(pod, rest.first(kBrokerReads)));
    rest = rest.subspan(kBrokerReads);
  }
  for (const std::string& pod : controller_pods) {
    gauges.controllers.push_back(read_controller(pod, rest.first(kControllerReads)));
    rest = rest.subspan(kControllerReads);
  }
  return gauges;
}

std::optional<std::int64_t> logs_to_recover(kube::Reader& reader,
                                            const std::string& ns,
                                            const std::string& pod,
                                            Duration timeout) {
  const std::vector<kube::ReadRequest> requests = {
      jolokia_read(ns, pod, "kafka.log:type=LogManager,name=remainingLogsToRecover,*", {"Value"})};
  const Result<Json> value = value_of(reader.batch(requests, timeout).front());
  if (!value) {
    return std::nullopt;
  }
  std::int64_t logs = 0;
  for (const auto& [bean, attributes] : value->members()) {
    logs += whole(attributes.get("/Value")).value_or(0);
  }
  return logs;
}

}  // namespace cfkops::kafka
