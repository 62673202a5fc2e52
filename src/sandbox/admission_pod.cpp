#include "admission_plugins.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kClasses = "priorityclasses.scheduling.k8s.io";

// The lowest of those that are marked as default; nullptr where none is.
Shared default_priority_class(const Registry& registry) {
  Shared lowest;
  for (const Shared& one : registry.store().list(kClasses)) {
    const bool lower =
        lowest == nullptr || number_at(*one, {"value"}) < number_at(*lowest, {"value"});
    if (flag_at(*one, {"globalDefault"}) && lower) {
      lowest = one;
    }
  }
  return lowest;
}

void keep(Value& pod, const Value& old, std::string_view name) {
  const Value* before = find(old, {"spec", name});
  if (before != nullptr && find(pod, {"spec", name}) == nullptr) {
    make_at(pod, {"spec", name}) = *before;
  }
}

Answer<void> set_priority(const Admitted& about,
                          std::int64_t priority,
                          const std::string& policy,
                          Value& pod) {
  const Value* given = find(pod, {"spec", "priority"});
  if (given != nullptr && *given != Value(priority)) {
    return refuse(not_admitted(
        about,
        pod,
        fmt::format("the integer value of priority ({}) must not be provided in pod spec; priority "
                    "admission controller computed {} from the given PriorityClass name",
                    number_at(pod, {"spec", "priority"}),
                    priority)));
  }
  make_at(pod, {"spec", "priority"}) = priority;
  if (policy.empty()) {
    return {};
  }
  const std::string asked = text_at(pod, {"spec", "preemptionPolicy"}, policy);
  if (asked != policy) {
    return refuse(not_admitted(
        about,
        pod,
        fmt::format("the string value of PreemptionPolicy ({}) must not be provided in pod spec; "
                    "priority admission controller computed {} from the given PriorityClass name",
                    asked,
                    policy)));
  }
  make_at(pod, {"spec", "preemptionPolicy"}) = policy;
  return {};
}

bool tolerates(const Value& pod, std::string_view taint) {
  return std::ranges::any_of(list_at(pod, {"spec", "tolerations"}), [taint](const Value& one) {
    const std::string key = text_at(one, {"key"});
    const std::string effect = text_at(one, {"effect"});
    return (key == taint || key.empty()) && (effect == "NoExecute" || effect.empty());
  });
}

}  // namespace

Answer<void> admit_priority(const Registry& registry, const Admitted& about, Value& pod) {
  if (about.old != nullptr) {
    keep(pod, *about.old, "priority");
    keep(pod, *about.old, "preemptionPolicy");
    return {};
  }
  const std::string name = text_at(pod, {"spec", "priorityClassName"});
  const Shared priority_class = name.empty()
                                    ? default_priority_class(registry)
                                    : registry.store().get({std::string(kClasses), {}, name});
  if (priority_class == nullptr && !name.empty()) {
    return refuse(
        not_admitted(about, pod, fmt::format("no PriorityClass with name {} was found", name)));
  }
  if (priority_class == nullptr) {
    return set_priority(about, 0, "PreemptLowerPriority", pod);
  }
  make_at(pod, {"spec", "priorityClassName"}) = name_of(*priority_class);
  return set_priority(about,
                      number_at(*priority_class, {"value"}),
                      text_at(*priority_class, {"preemptionPolicy"}),
                      pod);
}

void tolerate_short_absence(Value& pod) {
  constexpr int kSeconds = 300;
  // Both are looked at before either is added; neither tolerates the other's taint.
  for (const char* const taint :
       {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    if (tolerates(pod, taint)) {
      continue;
    }
    Value& tolerations = make_at(pod, {"spec", "tolerations"});
    if (!tolerations.is_array()) {
      tolerations = Value::array();
    }
    tolerations.push_back({{"key", taint},
                           {"operator", "Exists"},
                           {"effect", "NoExecute"},
                           {"tolerationSeconds", kSeconds}});
  }
}

}  // namespace cfkops::sandbox
