#include "controllers/deployment_status.hpp"

#include "controllers/pods.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>

namespace cfkops::sandbox {

namespace {

const Value* condition_in(const Value& status, std::string_view type) {
  for (const Value& condition : list_at(status, {"conditions"})) {
    if (text_at(condition, {"type"}) == type) {
      return &condition;
    }
  }
  return nullptr;
}

bool is_progressing(const Value& before, const Value& after) {
  const auto grows = [&](std::string_view name) {
    return number_at(after, {name}) > number_at(before, {name});
  };
  const auto old_pods = [](const Value& status) {
    return number_at(status, {"replicas"}) - number_at(status, {"updatedReplicas"});
  };
  return grows("updatedReplicas") || old_pods(after) < old_pods(before) || grows("readyReplicas") ||
         grows("availableReplicas");
}

bool timed_out(const Value& deployment, const Value& status, Registry& registry) {
  const Value* condition = condition_in(status, "Progressing");
  if (condition == nullptr) {
    return false;
  }
  const std::string reason = text_at(*condition, {"reason"});
  if (reason == "NewReplicaSetAvailable" || reason == "ProgressDeadlineExceeded") {
    return reason == "ProgressDeadlineExceeded";
  }
  const auto since = base::parse_rfc3339(text_at(*condition, {"lastUpdateTime"}));
  const auto deadline =
      std::chrono::seconds(number_at(deployment, {"spec", "progressDeadlineSeconds"}));
  return since && *since + deadline < registry.timeline().wall();
}

}  // namespace

void drop_deployment_condition(Value& status, std::string_view type) {
  Value kept = Value::array();
  for (const Value& condition : list_at(status, {"conditions"})) {
    if (text_at(condition, {"type"}) != type) {
      kept.push_back(condition);
    }
  }
  erase_at(status, {"conditions"});
  if (!kept.empty()) {
    status["conditions"] = std::move(kept);
  }
}

void set_deployment_condition(Value& status,
                              std::string_view type,
                              std::string_view holds,
                              std::string_view reason,
                              const std::string& message,
                              const std::string& now) {
  const Value* before = condition_in(status, type);
  std::string turned = now;
  if (before != nullptr && text_at(*before, {"status"}) == holds) {
    if (text_at(*before, {"reason"}) == reason) {
      return;
    }
    turned = text_at(*before, {"lastTransitionTime"});
  }
  drop_deployment_condition(status, type);
  Value& conditions = make_at(status, {"conditions"});
  if (!conditions.is_array()) {
    conditions = Value::array();
  }
  conditions.push_back({{"type", type},
                        {"status", holds},
                        {"reason", reason},
                        {"message", message},
                        {"lastUpdateTime", now},
                        {"lastTransitionTime", turned}});
}

Value deployment_status(const Value& deployment,
                        const DeploymentSets& sets,
                        const std::string& now) {
  const std::vector<Shared>& all = sets.all();
  const std::int64_t available = sum_of(all, {"status", "availableReplicas"});
  const std::int64_t wanted = number_at(deployment, {"spec", "replicas"});
  Value status = {{"observedGeneration", number_at(deployment, {"metadata", "generation"})}};
  const auto put = [&status](const char* name, std::int64_t number) {
    if (number > 0) {
      status[name] = number;
    }
  };
  put("replicas", sum_of(all, {"status", "replicas"}));
  put("updatedReplicas", sum_of({sets.newest()}, {"status", "replicas"}));
  put("readyReplicas", sum_of(all, {"status", "readyReplicas"}));
  put("availableReplicas", available);
  put("unavailableReplicas", sum_of(all, {"spec", "replicas"}) - available);
  for (const char* name : {"collisionCount", "conditions"}) {
    if (const Value* there = find(deployment, {"status", name})) {
      status[name] = *there;
    }
  }
  if (available >= wanted - max_unavailable(deployment)) {
    set_deployment_condition(status,
                             "Available",
                             "True",
                             "MinimumReplicasAvailable",
                             "Deployment has minimum availability.",
                             now);
  } else {
    set_deployment_condition(status,
                             "Available",
                             "False",
                             "MinimumReplicasUnavailable",
                             "Deployment does not have minimum availability.",
                             now);
  }
  return status;
}

bool is_complete(const Value& deployment, const Value& status) {
  const std::int64_t wanted = number_at(deployment, {"spec", "replicas"});
  return number_at(status, {"updatedReplicas"}) == wanted &&
         number_at(status, {"replicas"}) == wanted &&
         number_at(status, {"availableReplicas"}) == wanted &&
         number_at(status, {"observedGeneration"}) >=
             number_at(deployment, {"metadata", "generation"});
}

Value rollout_status(const Value& deployment, const DeploymentSets& sets, Registry& registry) {
  const std::string now = registry.timestamp();
  Value status = deployment_status(deployment, sets, now);
  const Value* before = condition_in(object_at(deployment, {"status"}), "Progressing");
  const bool was_complete =
      number_at(status, {"replicas"}) == number_at(status, {"updatedReplicas"}) &&
      before != nullptr && text_at(*before, {"reason"}) == "NewReplicaSetAvailable";
  if (find(deployment, {"spec", "progressDeadlineSeconds"}) == nullptr || was_complete) {
    return status;
  }
  const Shared newest = sets.newest();
  const std::string subject = newest == nullptr
                                  ? fmt::format("Deployment \"{}\"", name_of(deployment))
                                  : fmt::format("ReplicaSet \"{}\"", name_of(*newest));
  if (is_complete(deployment, status)) {
    set_deployment_condition(status,
                             "Progressing",
                             "True",
                             "NewReplicaSetAvailable",
                             subject + " has successfully progressed.",
                             now);
  } else if (is_progressing(object_at(deployment, {"status"}), status)) {
    const bool held = before != nullptr && text_at(*before, {"status"}) == "True";
    const std::string turned = held ? text_at(*before, {"lastTransitionTime"}) : now;
    // The time of the last step is to be told, so that the deadline begins anew.
    drop_deployment_condition(status, "Progressing");
    set_deployment_condition(
        status, "Progressing", "True", "ReplicaSetUpdated", subject + " is progressing.", now);
    status["conditions"].back()["lastTransitionTime"] = turned;
  } else if (timed_out(deployment, status, registry)) {
    set_deployment_condition(status,
                             "Progressing",
                             "False",
                             "ProgressDeadlineExceeded",
                             subject + " has timed out progressing.",
                             now);
  }
  return status;
}

}  // namespace cfkops::sandbox
