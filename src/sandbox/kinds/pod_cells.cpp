#include "kinds/pod.hpp"
#include "kinds/tabular.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr const char* kNodeWords =
    "NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for "
    "scheduling by the scheduler defined in schedulerName. Once this field is set, the kubelet for "
    "this node becomes responsible for the lifecycle of this pod. This field should not be used to "
    "express a desire for the pod to be scheduled on a specific node. "
    "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename";

constexpr const char* kNominatedWords =
    "nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be "
    "scheduled right away as preemption victims receive their graceful termination periods. This "
    "field does not guarantee that the pod will be scheduled on this node. Scheduler may decide to "
    "place the pod elsewhere if other nodes become available sooner. Scheduler may also decide to "
    "give the resources on this node to a higher priority pod that is created after preemption. As "
    "a result, this field may be different than PodSpec.nodeName when the pod is scheduled.";

constexpr const char* kGateWords =
    "If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when "
    "all its containers are ready AND all conditions specified in the readiness gates have status "
    "equal to \"True\" More info: "
    "https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates";

/// What the columns Ready, Status and Restarts tell.
struct Summary {
  std::int64_t total = 0;
  std::int64_t ready = 0;
  std::int64_t restarts = 0;
  std::string reason = {};
  Value last_restart = nullptr;  ///< the latest container status that has ended before
};

const Value* condition(const Value& pod, std::string_view type) {
  const Value& all = list_at(pod, {"status", "conditions"});
  const auto found =
      std::ranges::find_if(all, [&](const Value& one) { return text_at(one, {"type"}) == type; });
  return found == all.end() ? nullptr : &*found;
}

bool holds(const Value& pod, std::string_view type) {
  const Value* one = condition(pod, type);
  return one != nullptr && text_at(*one, {"status"}) == "True";
}

bool restarts_always(const Value& pod, const std::string& name) {
  return std::ranges::any_of(list_at(pod, {"spec", "initContainers"}), [&](const Value& one) {
    return text_at(one, {"name"}) == name && text_at(one, {"restartPolicy"}) == "Always";
  });
}

void count_restarts(const Value& status, Summary& summary) {
  summary.restarts += number_at(status, {"restartCount"});
  const std::string ended = text_at(status, {"lastState", "terminated", "finishedAt"});
  if (text_at(summary.last_restart, {"lastState", "terminated", "finishedAt"}) < ended) {
    summary.last_restart = status;
  }
}

std::string end_reason(const Value& ended) {
  std::string reason = text_at(ended, {"reason"});
  if (!reason.empty()) {
    return reason;
  }
  const std::int64_t signal = number_at(ended, {"signal"});
  return signal != 0 ? fmt::format("Signal:{}", signal)
                     : fmt::format("ExitCode:{}", number_at(ended, {"exitCode"}));
}

/// What an init container that is not through keeps the pod in, "" for one that is.
std::string init_reason(const Value& pod, const Value& status, std::size_t index) {
  const Value* ended = find(status, {"state", "terminated"});
  if (ended != nullptr && number_at(*ended, {"exitCode"}) == 0) {
    return {};
  }
  if (restarts_always(pod, text_at(status, {"name"})) && flag_at(status, {"started"})) {
    return {};
  }
  if (ended != nullptr) {
    return "Init:" + end_reason(*ended);
  }
  const std::string waiting = text_at(status, {"state", "waiting", "reason"});
  if (!waiting.empty() && waiting != "PodInitializing") {
    return "Init:" + waiting;
  }
  return fmt::format("Init:{}/{}", index, list_at(pod, {"spec", "initContainers"}).size());
}

/// Whether the pod still initializes. `sidecars` counts those that go on beside the pod.
bool look_at_init(const Value& pod, Summary& summary, Summary& sidecars) {
  const Value& statuses = list_at(pod, {"status", "initContainerStatuses"});
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const Value& status = statuses.at(i);
    count_restarts(status, summary);
    const bool sidecar = restarts_always(pod, text_at(status, {"name"}));
    if (sidecar) {
      count_restarts(status, sidecars);
    }
    const std::string reason = init_reason(pod, status, i);
    if (!reason.empty()) {
      summary.reason = reason;
      return true;
    }
    const bool ended = find(status, {"state", "terminated"}) != nullptr;
    if (sidecar && !ended && flag_at(status, {"ready"})) {
      ++summary.ready;
    }
  }
  return false;
}

void look_at_containers(const Value& pod, Summary& summary) {
  bool running = false;
  const Value& statuses = list_at(pod, {"status", "containerStatuses"});
  for (std::size_t i = statuses.size(); i-- > 0;) {
    const Value& status = statuses.at(i);
    count_restarts(status, summary);
    const std::string waiting = text_at(status, {"state", "waiting", "reason"});
    if (!waiting.empty()) {
      summary.reason = waiting;
    } else if (const Value* ended = find(status, {"state", "terminated"})) {
      summary.reason = end_reason(*ended);
    } else if (flag_at(status, {"ready"}) && find(status, {"state", "running"}) != nullptr) {
      running = true;
      ++summary.ready;
    }
  }
  if (summary.reason == "Completed" && running) {
    summary.reason = holds(pod, "Ready") ? "Running" : "NotReady";
  }
}

Summary summarize(const Value& pod) {
  Summary summary;
  const std::string phase = text_at(pod, {"status", "phase"});
  const std::string reason = text_at(pod, {"status", "reason"});
  summary.reason = reason.empty() ? phase : reason;
  const Value* scheduled = condition(pod, "PodScheduled");
  if (scheduled != nullptr && text_at(*scheduled, {"reason"}) == "SchedulingGated") {
    summary.reason = "SchedulingGated";
  }
  summary.total = static_cast<std::int64_t>(list_at(pod, {"spec", "containers"}).size());
  for (const Value& one : list_at(pod, {"spec", "initContainers"})) {
    summary.total += text_at(one, {"restartPolicy"}) == "Always" ? 1 : 0;
  }
  Summary sidecars;
  const bool initializing = look_at_init(pod, summary, sidecars);
  if (!initializing || holds(pod, "Initialized")) {
    summary.restarts = sidecars.restarts;
    summary.last_restart = std::move(sidecars.last_restart);
    look_at_containers(pod, summary);
  }
  if (find(pod, {"metadata", "deletionTimestamp"}) != nullptr) {
    if (reason == "NodeLost") {
      summary.reason = "Unknown";
    } else if (phase != "Failed" && phase != "Succeeded") {
      summary.reason = "Terminating";
    }
  }
  return summary;
}

std::string restarts_text(const Summary& summary, WallTime now) {
  if (summary.restarts == 0 || summary.last_restart.is_null()) {
    return fmt::format("{}", summary.restarts);
  }
  return fmt::format(
      "{} ({} ago)",
      summary.restarts,
      age_cell(summary.last_restart, {"lastState", "terminated", "finishedAt"}, now));
}

std::string or_none(const std::string& text) {
  return text.empty() ? "<none>" : text;
}

std::string gates_text(const Value& pod) {
  const Value& gates = list_at(pod, {"spec", "readinessGates"});
  if (gates.empty()) {
    return "<none>";
  }
  const auto open = std::ranges::count_if(
      gates, [&](const Value& gate) { return holds(pod, text_at(gate, {"conditionType"})); });
  return fmt::format("{}/{}", open, gates.size());
}

std::string address(const Value& pod) {
  const Value& all = list_at(pod, {"status", "podIPs"});
  return all.empty() ? std::string() : text_at(all.front(), {"ip"});
}

}  // namespace

std::vector<Column> pod_columns() {
  return {
      name_column(),
      column("Ready", "string", "The aggregate readiness state of this pod for accepting traffic."),
      column("Status", "string", "The aggregate status of the containers in this pod."),
      column("Restarts",
             "string",
             "The number of times the containers in this pod have been restarted and when the "
             "last container in this pod has restarted."),
      created_column(),
      column("IP",
             "string",
             "podIP address allocated to the pod. Routable at least within the cluster. Empty "
             "if not yet allocated.",
             1),
      column("Node", "string", kNodeWords, 1),
      column("Nominated Node", "string", kNominatedWords, 1),
      column("Readiness Gates", "string", kGateWords, 1)};
}

std::vector<Value> pod_cells(const Value& pod, WallTime now) {
  const Summary summary = summarize(pod);
  return {name_of(pod),
          fmt::format("{}/{}", summary.ready, summary.total),
          summary.reason,
          restarts_text(summary, now),
          age_cell(pod, {"metadata", "creationTimestamp"}, now),
          or_none(address(pod)),
          or_none(text_at(pod, {"spec", "nodeName"})),
          or_none(text_at(pod, {"status", "nominatedNodeName"})),
          gates_text(pod)};
}

}  // namespace cfkops::sandbox
