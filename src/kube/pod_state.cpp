// What a pod's status says, in kubectl's words: the order of the rules is that of the STATUS column
// in Kubernetes' pkg/printers/internalversion/printers.go. Decisions use `pod_ready`, people read
// the rest.
#include "cfkops/base/text.hpp"
#include "cfkops/kube/object.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kube {

namespace {

/// A word for the STATUS column and the container state that it came from, null for none.
struct Finding {
  std::string word;
  Json container;
};

constexpr std::array<std::string_view, 11> kStuckReasons = {"CrashLoopBackOff",
                                                            "ImagePullBackOff",
                                                            "ErrImagePull",
                                                            "ErrImageNeverPull",
                                                            "InvalidImageName",
                                                            "ImageInspectError",
                                                            "RegistryUnavailable",
                                                            "CreateContainerConfigError",
                                                            "CreateContainerError",
                                                            "RunContainerError",
                                                            "PostStartHookError"};

Json condition_of(const Object& object, std::string_view type) {
  for (const Json& entry : object.json().items("/status/conditions")) {
    if (entry.string_or("/type", "") == type) {
      return entry;
    }
  }
  return {};
}

/// The string at `pointer`, fit for a terminal.
std::string shown(const Json& json, std::string_view pointer, std::string_view fallback = "") {
  return base::printable(json.string_or(pointer, fallback));
}

std::string termination_word(const Json& terminated) {
  std::string reason = shown(terminated, "/reason");
  if (!reason.empty()) {
    return reason;
  }
  const std::int64_t signal = terminated.int_or("/signal", 0);
  return signal != 0 ? fmt::format("Signal:{}", signal)
                     : fmt::format("ExitCode:{}", terminated.int_or("/exitCode", 0));
}

std::vector<std::string> sidecar_names(const Object& pod) {
  std::vector<std::string> names;
  for (const Json& container : pod.json().items("/spec/initContainers")) {
    if (container.string_or("/restartPolicy", "") == "Always") {
      names.push_back(container.string_or("/name", ""));
    }
  }
  return names;
}

/// The first init container that is not done, or an empty word.
Finding init_finding(const Object& pod) {
  const std::vector<std::string> sidecars = sidecar_names(pod);
  const std::vector<Json> states = pod.json().items("/status/initContainerStatuses");
  for (std::size_t i = 0; i < states.size(); ++i) {
    const Json& state = states[i];
    const bool sidecar =
        std::find(sidecars.begin(), sidecars.end(), state.string_or("/name", "")) != sidecars.end();
    const Json terminated = state.get("/state/terminated");
    if (terminated.is_object() && terminated.int_or("/exitCode", -1) == 0) {
      continue;
    }
    if (sidecar && state.bool_or("/started", false)) {
      continue;
    }
    if (terminated.is_object()) {
      return {"Init:" + termination_word(terminated), state};
    }
    const std::string waiting = shown(state, "/state/waiting/reason");
    if (!waiting.empty() && waiting != "PodInitializing") {
      return {"Init:" + waiting, state};
    }
    return {fmt::format("Init:{}/{}", i, pod.json().items("/spec/initContainers").size()), state};
  }
  return {};
}

/// The trouble of the first container that has any; kubectl walks from the last to the first.
Finding container_finding(const Object& pod) {
  for (const Json& state : pod.json().items("/status/containerStatuses")) {
    const std::string waiting = shown(state, "/state/waiting/reason");
    if (!waiting.empty()) {
      return {waiting, state};
    }
    const Json terminated = state.get("/state/terminated");
    if (terminated.is_object()) {
      return {termination_word(terminated), state};
    }
  }
  return {};
}

bool any_running(const Object& pod) {
  const std::vector<Json> states = pod.json().items("/status/containerStatuses");
  return std::any_of(states.begin(), states.end(), [](const Json& state) {
    return state.has("/state/running") && state.bool_or("/ready", false);
  });
}

Finding status_of(const Object& pod) {
  const std::string status_reason = shown(pod.json(), "/status/reason");
  if (pod.deleting() && status_reason == "NodeLost") {
    return {"Unknown", {}};
  }
  if (pod.deleting() && !pod_ended(pod)) {
    return {"Terminating", {}};
  }
  Finding finding = init_finding(pod);
  if (!finding.word.empty() && condition(pod, "Initialized") != "True") {
    return finding;
  }
  finding = container_finding(pod);
  if (finding.word == "Completed" && any_running(pod)) {
    return {condition(pod, "Ready") == "True" ? "Running" : "NotReady", {}};
  }
  if (!finding.word.empty()) {
    return finding;
  }
  if (condition_of(pod, "PodScheduled").string_or("/reason", "") == "SchedulingGated") {
    return {"SchedulingGated", {}};
  }
  return {status_reason.empty() ? shown(pod.json(), "/status/phase", "Unknown") : status_reason,
          {}};
}

/// "back-off 40s restarting failed container=kafka pod=kafka-0_ns(uid)" without what the reader
/// knows.
std::string shorten(std::string message) {
  const std::size_t at = message.find("container=");
  if (at != std::string::npos) {
    const std::size_t end = message.find(' ', at);
    const std::size_t name = at + std::string_view("container=").size();
    message = message.substr(0, at) + "container " +
              message.substr(name, end == std::string::npos ? end : end - name);
  }
  return base::printable(message);
}

std::string container_detail(const Json& state) {
  std::string detail = shorten(state.string_or("/state/waiting/message", ""));
  if (detail.empty()) {
    detail = shorten(state.string_or("/state/terminated/message", ""));
  }
  const std::string name = shown(state, "/name");
  if (detail.find(name) == std::string::npos) {
    detail = detail.empty() ? "container " + name : "container " + name + ": " + detail;
  }
  const Json ended = state.get("/state/terminated");
  const Json before = state.get("/lastState/terminated");
  if (ended.is_object()) {
    detail += fmt::format(", exit code {}", ended.int_or("/exitCode", 0));
  } else if (before.is_object()) {
    detail += fmt::format("; last ended with {} (exit code {})",
                          termination_word(before),
                          before.int_or("/exitCode", 0));
  }
  return detail;
}

std::string pod_detail(const Object& pod) {
  if (pod.deleting()) {
    return "since " + shown(pod.json(), "/metadata/deletionTimestamp");
  }
  for (const char* type : {"PodScheduled", "ContainersReady", "Ready"}) {
    const Json entry = condition_of(pod, type);
    if (entry.is_object() && entry.string_or("/status", "") != "True") {
      return shown(entry, "/message");
    }
  }
  return shown(pod.json(), "/status/message");
}

std::string joined(const std::string& word, const std::string& detail) {
  return detail.empty() ? word : word + ": " + detail;
}

}  // namespace

std::string condition(const Object& object, std::string_view type) {
  return condition_of(object, type).string_or("/status", "");
}

std::string condition_message(const Object& object, std::string_view type) {
  const Json found = condition_of(object, type);
  return found.string_or("/status", "") == "True" ? shown(found, "/message") : "";
}

bool pod_ended(const Object& pod) {
  const std::string phase = pod.json().string_or("/status/phase", "");
  return phase == "Succeeded" || phase == "Failed";
}

bool pod_ready(const Object& pod) {
  return !pod.deleting() && condition(pod, "Ready") == "True";
}

std::string pod_trouble(const Object& pod) {
  if (pod_ready(pod)) {
    return {};
  }
  const Finding finding = status_of(pod);
  return joined(
      finding.word,
      finding.container.is_object() ? container_detail(finding.container) : pod_detail(pod));
}

std::string pod_stuck(const Object& pod) {
  for (const char* list : {"/status/initContainerStatuses", "/status/containerStatuses"}) {
    for (const Json& state : pod.json().items(list)) {
      const std::string reason = state.string_or("/state/waiting/reason", "");
      if (std::find(kStuckReasons.begin(), kStuckReasons.end(), reason) != kStuckReasons.end()) {
        const bool init = std::string_view(list) == "/status/initContainerStatuses";
        return joined((init ? "Init:" : "") + reason, container_detail(state));
      }
    }
  }
  return {};
}

}  // namespace cfkops::kube
