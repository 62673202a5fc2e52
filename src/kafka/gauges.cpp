#include "object_name.hpp"
#include "plain_answer.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/jolokia.hpp"
#include "cfkops/kafka/state.hpp"

#include <fmt/core.h>

#include <array>
#include <span>
#include <utility>
#include <vector>

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
class Values {
 public:
  static Result<Values> of(const Answer& answer) {
    Values values;
    if (const auto plain = answer ? read_plain(*answer) : std::nullopt) {
      for (const PlainBean& bean : plain->beans) {
        values.add(bean.name, bean.value);
      }
      return values;
    }
    CFKOPS_ASSIGN(const Json value, value_of(answer));
    for (const auto& [bean, attributes] : value.members()) {
      values.add(bean, whole(attributes.get("/Value")));
    }
    return values;
  }

  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }

  [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const {
    const std::optional<std::int64_t>* found = find(name);
    return found == nullptr ? std::nullopt : *found;
  }

 private:
  void add(std::string_view bean, std::optional<std::int64_t> value) {
    std::string type;
    std::string name;
    int properties = 0;
    each_property(bean, [&](std::string_view key, std::string_view text) {
      ++properties;
      if (key == "type" || key == "name") {
        (key == "type" ? type : name) = unquote(text);
      }
      return true;
    });
    if (properties == 2 && !type.empty() && !name.empty()) {
      values_.emplace_back(type + "/" + name, value);
    }
  }

  [[nodiscard]] const std::optional<std::int64_t>* find(std::string_view name) const {
    for (const auto& [known, value] : values_) {
      if (known == name) {
        return &value;
      }
    }
    return nullptr;
  }

  std::vector<std::pair<std::string, std::optional<std::int64_t>>> values_;
};

/// An attribute of one bean, where it is a whole number.
std::optional<std::int64_t> number_of(const Answer& answer) {
  if (const auto plain = answer ? read_plain(*answer) : std::nullopt) {
    return plain->number;
  }
  const Result<Json> value = value_of(answer);
  return value ? whole(*value) : std::nullopt;
}

BrokerGauges read_broker(const std::string& pod, std::span<const Answer> answers) {
  BrokerGauges broker{.pod = pod};
  const Result<Values> server = Values::of(answers[0]);
  if (!server) {
    broker.silence = why_silent(server.error());
    return broker;
  }
  if (const auto state = server->number("KafkaServer/BrokerState")) {
    broker.state = static_cast<int>(*state);
  }
  if (server->contains("KafkaServer/ClusterId")) {  // a process has one such gauge for each role
    broker.controller = server->contains("ControllerServer/ClusterId");
  }
  broker.under_replicated = server->number("ReplicaManager/UnderReplicatedPartitions");
  broker.under_min_isr = server->number("ReplicaManager/UnderMinIsrPartitionCount");
  broker.at_min_isr = server->number("ReplicaManager/AtMinIsrPartitionCount");
  broker.reassigning = server->number("ReplicaManager/ReassigningPartitions");
  broker.offline_replicas = server->number("ReplicaManager/OfflineReplicaCount");
  broker.leaders = server->number("ReplicaManager/LeaderCount");
  broker.partitions = server->number("ReplicaManager/PartitionCount");
  broker.start_time_ms = number_of(answers[1]);
  if (const Result<Values> logs = Values::of(answers[2])) {
    broker.offline_log_dirs = logs->number("LogManager/OfflineLogDirectoryCount");
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
  const Result<Values> gauges = Values::of(answers[0]);
  const Result<Json> raft = value_of(answers[1]);
  if (!gauges || !raft) {
    controller.silence = why_silent(!gauges ? gauges.error() : raft.error());
    return controller;
  }
  if (const auto active = gauges->number("KafkaController/ActiveControllerCount")) {
    controller.active = *active > 0;
  }
  controller.offline_partitions = gauges->number("KafkaController/OfflinePartitionsCount");
  controller.fenced_brokers = gauges->number("KafkaController/FencedBrokerCount");
  controller.active_brokers = gauges->number("KafkaController/ActiveBrokerCount");
  controller.partitions = gauges->number("KafkaController/GlobalPartitionCount");
  controller.not_preferred = gauges->number("KafkaController/PreferredReplicaImbalanceCount");
  controller.metadata_errors = gauges->number("KafkaController/MetadataErrorCount");
  controller.last_applied_lag_ms = gauges->number("KafkaController/LastAppliedRecordLagMs");
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
