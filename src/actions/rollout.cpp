#include "rollout.hpp"

#include "subject.hpp"

#include "cfkops/kafka/target.hpp"

#include <fmt/core.h>

#include <charconv>
#include <string>
#include <utility>

namespace cfkops::actions {

namespace {

RolloutState waiting(std::string why) {
  return {.complete = false, .why = std::move(why), .problem = {}};
}

RolloutState broken(std::string why, std::string hint) {
  return {.complete = false,
          .why = why,
          .problem = make_error(ErrorCode::Refused, std::move(why), std::move(hint))};
}

std::string count(std::int64_t some, std::int64_t all) {
  return std::to_string(some) + " of " + std::to_string(all);
}

RolloutState stateful_set(const Json& json) {
  const std::int64_t wanted = json.int_or("/spec/replicas", 1);
  const std::int64_t partition = json.int_or("/spec/updateStrategy/rollingUpdate/partition", 0);
  if (json.string_or("/spec/updateStrategy/type", "RollingUpdate") != "RollingUpdate") {
    return broken("its update strategy is OnDelete: nothing is restarted by itself",
                  "delete or evict its pods one by one, or change the strategy");
  }
  if (partition >= wanted && wanted > 0) {
    return broken("its partition is " + std::to_string(partition) + ": no pod is updated",
                  "lower spec.updateStrategy.rollingUpdate.partition");
  }
  const std::int64_t updated = json.int_or("/status/updatedReplicas", 0);
  if (updated < wanted - partition) {
    return waiting(count(updated, wanted - partition) + " pods are updated");
  }
  if (partition == 0 && json.string_or("/status/currentRevision", "") !=
                            json.string_or("/status/updateRevision", "")) {
    return waiting("its current revision is not yet the updated one");
  }
  const std::int64_t ready = json.int_or("/status/readyReplicas", 0);
  if (ready < wanted) {
    return waiting(count(ready, wanted) + " pods are ready");
  }
  return {
      .complete = true, .why = count(ready, wanted) + " pods are updated and ready", .problem = {}};
}

RolloutState deployment(const kube::Object& workload) {
  const Json& json = workload.json();
  if (json.bool_or("/spec/paused", false)) {
    return broken("it is paused", "resume it first");
  }
  for (const Json& condition : json.items("/status/conditions")) {
    if (condition.string_or("/reason", "") == "ProgressDeadlineExceeded") {
      return broken("it exceeded its progress deadline", "look at its pods: kubectl describe");
    }
  }
  const std::int64_t wanted = json.int_or("/spec/replicas", 1);
  const std::int64_t updated = json.int_or("/status/updatedReplicas", 0);
  const std::int64_t all = json.int_or("/status/replicas", 0);
  const std::int64_t available = json.int_or("/status/availableReplicas", 0);
  if (updated < wanted) {
    return waiting(count(updated, wanted) + " pods are updated");
  }
  if (all > updated) {
    return waiting(std::to_string(all - updated) + " old pods are still there");
  }
  if (available < updated) {
    return waiting(count(available, updated) + " pods are available");
  }
  return {.complete = true, .why = count(available, wanted) + " pods are available", .problem = {}};
}

RolloutState daemon_set(const Json& json) {
  if (json.string_or("/spec/updateStrategy/type", "RollingUpdate") != "RollingUpdate") {
    return broken("its update strategy is OnDelete: nothing is restarted by itself",
                  "delete its pods one by one, or change the strategy");
  }
  const std::int64_t wanted = json.int_or("/status/desiredNumberScheduled", 0);
  const std::int64_t updated = json.int_or("/status/updatedNumberScheduled", 0);
  const std::int64_t available = json.int_or("/status/numberAvailable", 0);
  if (updated < wanted || available < wanted) {
    return waiting(count(updated, wanted) + " pods are updated, " + count(available, wanted) +
                   " available");
  }
  return {.complete = true, .why = count(available, wanted) + " pods are available", .problem = {}};
}

enum class Rounding { Down, Up };

/// The count at `pointer`, of `wanted` where it is a percentage.
std::int64_t share(const Json& json,
                   const std::string& pointer,
                   std::int64_t wanted,
                   const char* fallback,
                   Rounding rounding) {
  const Json value = json.get(pointer);
  if (value.is_number()) {
    return value.int_or("", 0);
  }
  const std::string text = json.string_or(pointer, fallback);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  if (!text.ends_with('%')) {
    return number;
  }
  constexpr std::int64_t kWhole = 100;
  return (number * wanted + (rounding == Rounding::Up ? kWhole - 1 : 0)) / kWhole;
}

RolloutRoom deployment_room(const Json& json, std::int64_t wanted) {
  if (json.string_or("/spec/strategy/type", "RollingUpdate") == "Recreate") {
    return {.wanted = wanted, .away = wanted, .more = 0};
  }
  const std::string rule = "/spec/strategy/rollingUpdate";
  const std::int64_t more = share(json, rule + "/maxSurge", wanted, "25%", Rounding::Up);
  const std::int64_t away = share(json, rule + "/maxUnavailable", wanted, "25%", Rounding::Down);
  // Both may come to none by rounding; then one is taken away.
  return {.wanted = wanted, .away = more + away == 0 ? 1 : away, .more = more};
}

}  // namespace

RolloutRoom rollout_room(const kube::Object& workload) {
  const Json& json = workload.json();
  const std::string rule = "/spec/updateStrategy/rollingUpdate";
  if (workload.kind() == "DaemonSet") {
    const std::int64_t wanted = json.int_or("/status/desiredNumberScheduled", 0);
    return {.wanted = wanted,
            .away = share(json, rule + "/maxUnavailable", wanted, "1", Rounding::Up),
            .more = share(json, rule + "/maxSurge", wanted, "0", Rounding::Up)};
  }
  const std::int64_t wanted = json.int_or("/spec/replicas", 1);
  if (workload.kind() == "Deployment") {
    return deployment_room(json, wanted);
  }
  return {.wanted = wanted,
          .away = share(json, rule + "/maxUnavailable", wanted, "1", Rounding::Up),
          .more = 0};
}

RolloutState rollout_state(const kube::Object& workload) {
  const Json& json = workload.json();
  if (json.int_or("/status/observedGeneration", 0) < workload.generation()) {
    return waiting("its controller has not seen the change yet");
  }
  const std::string kind = workload.kind();
  if (kind == "StatefulSet") {
    return stateful_set(json);
  }
  if (kind == "Deployment") {
    return deployment(workload);
  }
  if (kind == "DaemonSet") {
    return daemon_set(json);
  }
  return broken("a " + kind + " has no rollout", "give a statefulset, deployment or daemonset");
}

std::optional<Error> kafka_objection(const kube::Object& workload) {
  const auto role =
      workload.kind() == "StatefulSet" ? kafka::role_of(workload) : std::optional<kafka::Role>();
  const auto owner = kafka::cfk_owner(workload);
  if (!role && !owner) {
    return std::nullopt;
  }
  const bool controllers = role == kafka::Role::Controller;
  std::string who = controllers ? "runs KRaft controllers" : "runs Kafka brokers";
  if (owner) {
    who = fmt::format("is managed by Confluent for Kubernetes, by {} {}", owner->kind, owner->name);
  }
  return make_error(
      ErrorCode::Refused,
      fmt::format(
          "{} {}: a plain rollout restart looks at readiness only and may take two replicas "
          "at once",
          workload.text(),
          who),
      fmt::format("cfkops run broker-restart -n {}{}",
                  workload.ns(),
                  controllers ? " --param roles=controllers"
                              : " --param target=statefulset/" + workload.name()));
}

std::vector<runbook::ArgumentSpec> workload_arguments() {
  std::vector<runbook::ArgumentSpec> arguments = subject_arguments();
  arguments.front().help = "statefulset, deployment or daemonset";
  return arguments;
}

}  // namespace cfkops::actions
