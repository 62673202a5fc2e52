#include "pod_start.hpp"

namespace cfkops::actions {

std::optional<Duration> start_up(const kube::Object& pod) {
  for (const Json& condition : pod.json().items("/status/conditions")) {
    if (condition.string_or("/type", "") != "Ready" ||
        condition.string_or("/status", "") != "True") {
      continue;
    }
    const auto start = base::parse_rfc3339(pod.json().string_or("/status/startTime", ""));
    const auto ready = base::parse_rfc3339(condition.string_or("/lastTransitionTime", ""));
    if (start && ready && *ready >= *start) {
      return *ready - *start;
    }
  }
  return std::nullopt;
}

}  // namespace cfkops::actions
