#include "decode.hpp"
#include "kinds/affinity_rules.hpp"
#include "kinds/checks.hpp"
#include "kinds/pod.hpp"
#include "kinds/word_rules.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <string>

namespace cfkops::sandbox {

namespace {

constexpr const char* kOtherFields =
    "pod updates may not change fields other than "
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
    "`spec.tolerations` (only additions to existing "
    "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
    "previously negative)\n";

constexpr std::array<std::string_view, 8> kSystemConditions = {"PodScheduled",
                                                               "Ready",
                                                               "Initialized",
                                                               "ContainersReady",
                                                               "DisruptionTarget",
                                                               "PodReadyToStartContainers",
                                                               "PodResizePending",
                                                               "PodResizeInProgress"};

void take_over(Value& fresh, const Value& old, std::string_view member) {
  const Value* there = find(old, {member});
  if (there == nullptr) {
    erase_at(fresh, {member});
  } else {
    make_at(fresh, {member}) = *there;
  }
}

/// Whether there are as many as before.
bool same_count(const Value& fresh,
                const Value& old,
                std::string_view member,
                FieldErrors& errors) {
  if (list_at(fresh, {"spec", member}).size() == list_at(old, {"spec", member}).size()) {
    return true;
  }
  errors.forbidden(below("spec", member), "pod updates may not add or remove containers");
  return false;
}

/// Images are looked at twice, so what is wrong with one is told twice.
void validate_images(const Value& fresh, std::string_view member, FieldErrors& errors) {
  const Value& containers = list_at(fresh, {"spec", member});
  for (std::size_t i = 0; i < containers.size(); ++i) {
    if (text_at(containers.at(i), {"image"}).empty()) {
      errors.required(below(element(below("spec", member), i), "image"));
    }
  }
}

/// Whether to go on.
bool validate_deadline(const Value& fresh, const Value& old, FieldErrors& errors) {
  constexpr const char* kName = "activeDeadlineSeconds";
  const std::string field = below("spec", kName);
  const Value* now = find(fresh, {"spec", kName});
  const Value* before = find(old, {"spec", kName});
  if (now == nullptr) {
    if (before != nullptr) {
      errors.invalid(field, Value(nullptr), "must not update from a positive integer to nil value");
    }
    return true;
  }
  const std::int64_t seconds = number_at(fresh, {"spec", kName});
  if (seconds < 0 || seconds > std::numeric_limits<std::int32_t>::max()) {
    errors.invalid(field, *now, between(0, std::numeric_limits<std::int32_t>::max()));
    return false;
  }
  if (before != nullptr && number_at(old, {"spec", kName}) < seconds) {
    errors.invalid(field, *now, "must be less than or equal to previous value");
    return false;
  }
  return true;
}

void validate_added_tolerations(const Value& fresh, const Value& old, FieldErrors& errors) {
  const Value& now = list_at(fresh, {"spec", "tolerations"});
  for (const Value& before : list_at(old, {"spec", "tolerations"})) {
    const bool found = std::ranges::any_of(now, [&](const Value& one) {
      Value alike_one = before;
      take_over(alike_one, one, "tolerationSeconds");
      return alike_one == one;
    });
    if (!found) {
      errors.forbidden("spec.tolerations",
                       "existing toleration can not be modified except its tolerationSeconds");
      return;
    }
  }
  validate_tolerations(now, "spec.tolerations", errors);
}

void validate_gates(const Value& fresh, const Value& old, FieldErrors& errors) {
  const Value& now = list_at(fresh, {"spec", "schedulingGates"});
  const Value& before = list_at(old, {"spec", "schedulingGates"});
  for (std::size_t i = 0; i < now.size(); ++i) {
    const std::string name = text_at(now.at(i), {"name"});
    const bool known = std::ranges::any_of(
        before, [&](const Value& gate) { return text_at(gate, {"name"}) == name; });
    if (!known) {
      errors.forbidden(
          below(element("spec.schedulingGates", i), "name"),
          fmt::format("only deletion is allowed, but found new scheduling gate '{}'", name));
    }
  }
}

/// The spec of `fresh` with what may change as it was.
Value unchanged_spec(const Value& fresh, const Value& old) {
  Value spec = object_at(fresh, {"spec"});
  const Value& before = object_at(old, {"spec"});
  for (const char* member : {"containers", "initContainers"}) {
    Value* containers = find(spec, {member});
    const Value& olds = list_at(before, {member});
    for (std::size_t i = 0; containers != nullptr && i < containers->size(); ++i) {
      take_over(containers->at(i), olds.at(i), "image");
    }
  }
  for (const char* member : {"activeDeadlineSeconds", "schedulingGates", "tolerations"}) {
    take_over(spec, before, member);
  }
  if (number_at(before, {"terminationGracePeriodSeconds"}) < 0 &&
      number_at(spec, {"terminationGracePeriodSeconds"}) == 1) {
    take_over(spec, before, "terminationGracePeriodSeconds");
  }
  if (!list_at(before, {"schedulingGates"}).empty()) {
    take_over(spec, before, "nodeSelector");
  }
  return spec;
}

void validate_added_selectors(const Value& fresh, const Value& old, FieldErrors& errors) {
  if (list_at(old, {"spec", "schedulingGates"}).empty()) {
    return;
  }
  const Value& now = object_at(fresh, {"spec", "nodeSelector"});
  for (const auto& [key, value] : object_at(old, {"spec", "nodeSelector"}).items()) {
    if (text_at(now, {key}) != value) {
      errors.invalid("spec.nodeSelector",
                     now,
                     "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
      return;
    }
  }
}

void validate_states(const Value& fresh,
                     const Value& old,
                     std::string_view member,
                     FieldErrors& errors) {
  const std::string policy = text_at(old, {"spec", "restartPolicy"});
  if (policy == "Always") {
    return;
  }
  const Value& before = list_at(old, {"status", member});
  for (std::size_t i = 0; i < before.size(); ++i) {
    const Value* ended = find(before.at(i), {"state", "terminated"});
    if (ended == nullptr || (policy == "OnFailure" && number_at(*ended, {"exitCode"}) != 0)) {
      continue;
    }
    for (const Value& now : list_at(fresh, {"status", member})) {
      if (text_at(now, {"name"}) == text_at(before.at(i), {"name"}) &&
          find(now, {"state", "terminated"}) == nullptr) {
        errors.forbidden(below(element(below("status", member), i), "state"),
                         "may not be transitioned to non-terminated state");
      }
    }
  }
}

Value without_amounts(const Value& container) {
  Value other = container;
  for (const char* part : {"requests", "limits"}) {
    for (const char* name : {"cpu", "memory"}) {
      erase_at(other, {"resources", part, name});
    }
    if (object_at(other, {"resources", part}).empty()) {
      erase_at(other, {"resources", part});
    }
  }
  erase_at(other, {"resizePolicy"});
  return other;
}

bool is_sidecar(const Value& container) {
  return text_at(container, {"restartPolicy"}) == "Always";
}

/// What a running container tells of its node; without one nothing is known.
bool node_resizes(const Value& pod) {
  const Value& statuses = list_at(pod, {"status", "containerStatuses"});
  const auto running = std::ranges::find_if(statuses, [](const Value& one) {
    return find(one, {"state", "running"}) != nullptr;
  });
  return running == statuses.end() || find(*running, {"resources"}) != nullptr;
}

bool keeps_order(const Value& fresh,
                 const Value& old,
                 std::string_view member,
                 FieldErrors& errors) {
  const Value& now = list_at(fresh, {"spec", member});
  const Value& before = list_at(old, {"spec", member});
  const std::string path = below("spec", member);
  if (now.size() != before.size()) {
    errors.forbidden(path, fmt::format("{} may not be added or removed on resize", member));
    return false;
  }
  bool same = true;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (text_at(now.at(i), {"name"}) != text_at(before.at(i), {"name"})) {
      errors.forbidden(below(element(path, i), "name"),
                       fmt::format("{} may not be renamed or reordered on resize", member));
      same = false;
    }
  }
  return same;
}

void validate_resized(const Value& fresh, const Value& old, FieldErrors& errors) {
  const Value& containers = list_at(old, {"spec", "containers"});
  for (std::size_t i = 0; i < containers.size(); ++i) {
    if (without_amounts(list_at(fresh, {"spec", "containers"}).at(i)) !=
        without_amounts(containers.at(i))) {
      errors.forbidden("spec", "only cpu and memory resources are mutable");
    }
  }
  const Value& before = list_at(old, {"spec", "initContainers"});
  for (std::size_t i = 0; i < before.size(); ++i) {
    const Value& now = list_at(fresh, {"spec", "initContainers"}).at(i);
    if (!is_sidecar(now) && now != before.at(i)) {
      errors.forbidden("spec", "resources for non-sidecar init containers are immutable");
    } else if (is_sidecar(now) && without_amounts(now) != without_amounts(before.at(i))) {
      errors.forbidden("spec", "only cpu and memory resources for sidecar containers are mutable");
    }
  }
}

void validate_removed_amounts(const Value& fresh,
                              const Value& old,
                              const std::string& path,
                              FieldErrors& errors) {
  for (const char* part : {"limits", "requests"}) {
    for (const auto& [name, amount] : object_at(old, {"resources", part}).items()) {
      if (find(fresh, {"resources", part, name}) == nullptr) {
        errors.forbidden(below(path, part), fmt::format("resource {} cannot be removed", part));
        break;
      }
    }
  }
}

}  // namespace

void validate_pod_change(const Value& fresh, const Value& old, FieldErrors& errors) {
  for (const char* member : {"containers", "initContainers"}) {
    if (!same_count(fresh, old, member, errors)) {
      return;
    }
    validate_images(fresh, member, errors);
  }
  if (!validate_deadline(fresh, old, errors)) {
    return;
  }
  validate_added_tolerations(fresh, old, errors);
  validate_gates(fresh, old, errors);
  validate_added_selectors(fresh, old, errors);
  if (unchanged_spec(fresh, old) != object_at(old, {"spec"})) {
    errors.forbidden("spec", kOtherFields);
  }
}

void validate_pod_status(const Value& fresh, const Value& old, FieldErrors& errors) {
  const Value& conditions = list_at(fresh, {"status", "conditions"});
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const std::string type = text_at(conditions.at(i), {"type"});
    if (std::ranges::find(kSystemConditions, type) == kSystemConditions.end()) {
      validate_qualified_name(type, below(element("status.conditions", i), "Type"), errors);
    }
  }
  const std::string nominated = text_at(fresh, {"status", "nominatedNodeName"});
  if (!nominated.empty() && nominated != text_at(old, {"status", "nominatedNodeName"})) {
    validate_dns_subdomain(nominated, "status.nominatedNodeName", errors);
  }
  const Value* quality = find(fresh, {"status", "qosClass"});
  check_immutable(quality, find(old, {"status", "qosClass"}), "status.qosClass", errors);
  for (const char* member : {"containerStatuses", "initContainerStatuses"}) {
    validate_states(fresh, old, member, errors);
  }
}

void validate_debug_change(const Value& fresh, const Value& old, FieldErrors& errors) {
  const Value& now = list_at(fresh, {"spec", "ephemeralContainers"});
  for (const Value& before : list_at(old, {"spec", "ephemeralContainers"})) {
    const std::string name = text_at(before, {"name"});
    const auto found =
        std::ranges::find_if(now, [&](const Value& one) { return text_at(one, {"name"}) == name; });
    if (found == now.end()) {
      errors.forbidden(
          "spec.ephemeralContainers",
          fmt::format("existing ephemeral containers {} may not be removed\n", go_quoted(name)));
    } else if (*found != before) {
      errors.forbidden(
          "spec.ephemeralContainers",
          fmt::format("existing ephemeral containers {} may not be changed\n", go_quoted(name)));
    }
  }
}

void validate_resize_change(const Value& fresh, const Value& old, FieldErrors& errors) {
  if (pod_quality(fresh) != text_at(old, {"status", "qosClass"}, pod_quality(old))) {
    errors.invalid("spec",
                   Value(text_at(fresh, {"status", "qosClass"})),
                   "Pod QOS Class may not change as a result of resizing");
  }
  if (!node_resizes(old)) {
    errors.forbidden("spec", "Pod running on node without support for resize");
  }
  const bool in_order = keeps_order(fresh, old, "containers", errors);
  if (!keeps_order(fresh, old, "initContainers", errors) || !in_order) {
    return;
  }
  for (const char* member : {"initContainers", "containers"}) {
    const Value& now = list_at(fresh, {"spec", member});
    const Value& before = list_at(old, {"spec", member});
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (std::string_view(member) == "containers" || is_sidecar(before.at(i))) {
        validate_removed_amounts(
            now.at(i), before.at(i), below(element(below("spec", member), i), "resources"), errors);
      }
    }
  }
  validate_resized(fresh, old, errors);
}

}  // namespace cfkops::sandbox
