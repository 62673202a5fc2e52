#include "kafka_cluster.hpp"

#include "subject.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace cfkops::actions {

namespace {

Result<kube::Object> read_set(kube::Reader& reader,
                              const std::string& ns,
                              const std::string& name) {
  return reader.get(kube::resources::stateful_sets(), ns, name);
}

/// It runs, and says that it is no controller. One that merely lacks a controller's gauges may be a
/// voter without them.
bool is_broker_only(const kafka::ClusterGauges& gauges, const std::string& pod) {
  return std::any_of(gauges.brokers.begin(), gauges.brokers.end(), [&](const auto& broker) {
    return broker.pod == pod && broker.state == kafka::kRunning &&
           !broker.controller.value_or(true);
  });
}

}  // namespace

std::vector<runbook::PermissionSpec> kafka_permissions(const std::string& only) {
  std::vector<runbook::PermissionSpec> permissions = {
      {"list", "statefulsets.apps"}, {"get", "statefulsets.apps"}, {"get", "pods/proxy"}};
  for (runbook::PermissionSpec& permission : permissions) {
    permission.only = only;
  }
  permissions.push_back({.verb = "list", .resource = kafka::kafkas().full_name(), .only = "Kafka"});
  return permissions;
}

Result<kafka::Target> find_target(kube::Reader& reader, const runbook::ValueMap& ref) {
  const std::string kind = text_of(ref, "kind");
  const std::string ns = text_of(ref, "namespace");
  const std::string name = text_of(ref, "name");
  const std::string uid = text_of(ref, "uid");
  CFKOPS_ASSIGN(const std::vector<kafka::Target> targets, kafka::find_targets(reader, ns));
  for (const kafka::Target& target : targets) {
    const bool same = target.kind == kind && target.name == name;
    // A StatefulSet that an operator has taken over since is still the same set.
    const bool same_set =
        kind == "StatefulSet" && (target.broker_set == name || target.controller_set == name);
    if (!same && !same_set) {
      continue;
    }
    if (same && !uid.empty() && target.uid != uid) {
      return make_error(
          ErrorCode::Refused,
          fmt::format(
              "{} {}/{} is another object now (uid {}, not {})", kind, ns, name, target.uid, uid),
          "start the run again");
    }
    return target;
  }
  return make_error(ErrorCode::NotFound, fmt::format("there is no Kafka {} {}/{}", kind, ns, name));
}

Result<KafkaCluster> read_cluster(kube::Reader& reader, kafka::Target target) {
  KafkaCluster cluster{.target = std::move(target)};
  const kafka::Target& found = cluster.target;
  CFKOPS_ASSIGN(const kube::Object brokers, read_set(reader, found.ns, found.broker_set));
  cluster.broker_pods = kafka::pod_names(brokers);
  cluster.broker_revision = brokers.json().string_or("/status/updateRevision", "");
  if (!found.controller_set.empty()) {
    CFKOPS_ASSIGN(const kube::Object controllers, read_set(reader, found.ns, found.controller_set));
    cluster.controller_pods = kafka::pod_names(controllers);
    cluster.controller_revision = controllers.json().string_or("/status/updateRevision", "");
  }
  return cluster;
}

Result<KafkaCluster> read_cluster(kube::Reader& reader, const runbook::ValueMap& ref) {
  CFKOPS_ASSIGN(kafka::Target target, find_target(reader, ref));
  return read_cluster(reader, std::move(target));
}

kafka::ClusterGauges read_gauges(kube::Reader& reader, const KafkaCluster& cluster) {
  const bool combined = cluster.controller_pods.empty();
  kafka::ClusterGauges gauges =
      kafka::read_gauges(reader,
                         cluster.target.ns,
                         cluster.broker_pods,
                         combined ? cluster.broker_pods : cluster.controller_pods,
                         kPollTimeout);
  if (combined) {
    std::erase_if(gauges.controllers, [&](const kafka::ControllerGauges& controller) {
      return controller.silence == kafka::kNoGauges && is_broker_only(gauges, controller.pod);
    });
  }
  return gauges;
}

kafka::GateVerdict replication_is_full(const KafkaCluster& cluster,
                                       const kafka::ClusterGauges& gauges) {
  const std::size_t controllers =
      cluster.controller_pods.empty() ? gauges.controllers.size() : cluster.controller_pods.size();
  return kafka::replication_is_full(gauges, cluster.broker_pods.size(), controllers);
}

kafka::GateVerdict not_known(std::string reason) {
  return {.answer = kafka::GateVerdict::Answer::Unknown, .reasons = {std::move(reason)}};
}

kafka::GateVerdict controllers_are_known(const KafkaCluster& cluster) {
  if (!cluster.target.controllers_uncertain) {
    return {.answer = kafka::GateVerdict::Answer::Yes};
  }
  return not_known("the controllers are not known: " + cluster.target.controller_doubt);
}

std::string active_controller(const kafka::ClusterGauges& gauges) {
  std::string active;
  for (const kafka::ControllerGauges& controller : gauges.controllers) {
    if (controller.active.value_or(false)) {
      if (!active.empty()) {
        return "";
      }
      active = controller.pod;
    }
  }
  return active;
}

const kafka::ControllerGauges* find_controller(const kafka::ClusterGauges& gauges,
                                               const std::string& pod) {
  for (const kafka::ControllerGauges& controller : gauges.controllers) {
    if (controller.pod == pod) {
      return &controller;
    }
  }
  return nullptr;
}

bool may_heal(const Error& error) {
  switch (error.code) {
    case ErrorCode::Unreachable:
    case ErrorCode::ConnectionLost:
    case ErrorCode::Timeout:
    case ErrorCode::ServerError:
    case ErrorCode::TooManyRequests:
    case ErrorCode::Conflict:
    case ErrorCode::Gone:
    case ErrorCode::Protocol:
    case ErrorCode::Unknown:
      return true;
    default:
      return false;
  }
}

engine::Outcome outcome_of(const Error& error) {
  return may_heal(error) ? engine::Outcome::unknown(error.text()) : engine::Outcome::from(error);
}

}  // namespace cfkops::actions
