#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/runbook/action_spec.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::actions {

/// How far the rollout of a workload has come.
struct RolloutState {
  bool complete = false;
  std::string why;  ///< what is missing
  Error problem;    ///< what will not heal by waiting; its message is empty where there is none
};

/// By the status of a StatefulSet, Deployment or DaemonSet alone. Stricter than `kubectl rollout
/// status`, which for a StatefulSet compares no revisions and takes a partition that covers
/// everything for success.
[[nodiscard]] RolloutState rollout_state(const kube::Object& workload);

/// How many pods a rollout takes away at once, and how many more than wanted it has meanwhile.
struct RolloutRoom {
  std::int64_t wanted = 0;
  std::int64_t away = 0;
  std::int64_t more = 0;
};

/// By the strategy of a StatefulSet, Deployment or DaemonSet, with percentages rounded as their
/// controllers do. Pure.
[[nodiscard]] RolloutRoom rollout_room(const kube::Object& workload);

/// Why a workload must not be restarted by its own strategy because Kafka runs in it, with the
/// command that does it safely; nothing where none does.
[[nodiscard]] std::optional<Error> kafka_objection(const kube::Object& workload);

/// `kind`, restricted to what can be rolled out, with `name` and `namespace`.
[[nodiscard]] std::vector<runbook::ArgumentSpec> workload_arguments();

}  // namespace cfkops::actions
