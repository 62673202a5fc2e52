#include "controllers/pod_events.hpp"

#include "controllers/cluster_objects.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kStatefulSet = "StatefulSet";

/// The controller of that kind, as it signs events; "" for others.
std::string_view recorder_of(std::string_view kind) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kRecorders = {
      {{"DaemonSet", "daemonset-controller"},
       {"Job", "job-controller"},
       {"ReplicaSet", "replicaset-controller"},
       {kStatefulSet, "statefulset-controller"}}};
  const auto* const found =
      std::ranges::find(kRecorders, kind, &std::pair<std::string_view, std::string_view>::first);
  return found == kRecorders.end() ? std::string_view() : found->second;
}

bool is_pod(const Value& object) {
  return text_at(object, {"kind"}) == "Pod";
}

void tell(Registry& registry,
          const Value& owner,
          std::string_view type,
          std::string_view reason,
          const std::string& message) {
  const std::string_view recorder = recorder_of(text_at(owner, {"kind"}));
  if (!recorder.empty()) {
    record_event(registry, owner, recorder, type, reason, message);
  }
}

}  // namespace

void tell_created(Registry& registry, const Value& owner, const Value& made) {
  const std::string name = name_of(made);
  const std::string set = name_of(owner);
  const bool is_set = text_at(owner, {"kind"}) == kStatefulSet;
  if (text_at(made, {"kind"}) == "PersistentVolumeClaim" && is_set) {
    const std::string pod = set + name.substr(name.rfind('-'));
    tell(registry,
         owner,
         "Normal",
         "SuccessfulCreate",
         fmt::format("create Claim {} Pod {} in StatefulSet {} success", name, pod, set));
  } else if (is_pod(made)) {
    tell(registry,
         owner,
         "Normal",
         "SuccessfulCreate",
         is_set ? fmt::format("create Pod {} in StatefulSet {} successful", name, set)
                : "Created pod: " + name);
  }
}

void tell_not_created(Registry& registry,
                      const Value& owner,
                      const Value& object,
                      const std::string& why) {
  if (!is_pod(object)) {
    return;
  }
  tell(registry,
       owner,
       "Warning",
       "FailedCreate",
       text_at(owner, {"kind"}) == kStatefulSet
           ? fmt::format("create Pod {} in StatefulSet {} failed error: {}",
                         name_of(object),
                         name_of(owner),
                         why)
           : "Error creating: " + why);
}

void tell_deleted(Registry& registry, const Value& object) {
  const Value* const ref = controller_of(object);
  if (!is_pod(object) || ref == nullptr) {
    return;
  }
  const Kind* const kind =
      registry.kinds().find_kind(text_at(*ref, {"apiVersion"}), text_at(*ref, {"kind"}));
  if (kind == nullptr) {
    return;
  }
  const auto owner = registry.get(*kind, namespace_of(object), text_at(*ref, {"name"}));
  if (!owner || uid_of(**owner) != text_at(*ref, {"uid"})) {
    return;
  }
  const std::string name = name_of(object);
  tell(registry,
       **owner,
       "Normal",
       "SuccessfulDelete",
       text_at(*ref, {"kind"}) == kStatefulSet
           ? fmt::format("delete Pod {} in StatefulSet {} successful", name, name_of(**owner))
           : "Deleted pod: " + name);
}

}  // namespace cfkops::sandbox
