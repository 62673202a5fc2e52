#include "quota_usage.hpp"

#include "pod_amounts.hpp"
#include "timeline.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kRequests = "requests.";
constexpr std::string_view kLimits = "limits.";
constexpr std::string_view kHugePages = "hugepages-";
constexpr std::string_view kOfClass = ".storageclass.storage.k8s.io/";
constexpr std::array<std::string_view, 3> kCompute = {"cpu", "memory", "ephemeral-storage"};
constexpr std::array<std::string_view, 4> kOldCounts = {
    "configmaps", "resourcequotas", "replicationcontrollers", "secrets"};

std::string count_name(const Kind& kind) {
  return "count/" + kind.bucket();
}

bool is_compute(std::string_view name) {
  return std::ranges::find(kCompute, name) != kCompute.end();
}

bool has_old_count(const Kind& kind) {
  return std::ranges::find(kOldCounts, kind.bucket()) != kOldCounts.end();
}

// Not at its end, and not gone longer than it was given.
bool is_live(const Value& pod, WallTime now) {
  const std::string phase = text_at(pod, {"status", "phase"});
  if (phase == "Failed" || phase == "Succeeded") {
    return false;
  }
  const auto deleted = base::parse_rfc3339(text_at(pod, {"metadata", "deletionTimestamp"}));
  const std::int64_t grace = number_at(pod, {"metadata", "deletionGracePeriodSeconds"});
  return !deleted || now <= *deleted + bounded_seconds(grace);
}

void add_compute(const Value& requests, const Value& limits, Value& usage) {
  for (const auto& [name, amount] : requests.items()) {
    const bool plain = is_compute(name) || name.starts_with(kHugePages);
    if (plain) {
      usage[name] = amount;
    }
    if (plain || name.find('/') != std::string::npos) {
      usage[std::string(kRequests) + name] = amount;
    }
  }
  for (const auto& [name, amount] : limits.items()) {
    if (is_compute(name)) {
      usage[std::string(kLimits) + name] = amount;
    }
  }
}

void add_service(const Value& service, Value& usage) {
  const std::string type = text_at(service, {"spec", "type"});
  const Value& ports = list_at(service, {"spec", "ports"});
  auto node_ports = static_cast<std::int64_t>(ports.size());
  if (type == "LoadBalancer" &&
      !flag_at(service, {"spec", "allocateLoadBalancerNodePorts"}, true)) {
    node_ports = std::ranges::count_if(
        ports, [](const Value& port) { return number_at(port, {"nodePort"}) != 0; });
  } else if (type != "NodePort" && type != "LoadBalancer") {
    node_ports = 0;
  }
  usage["services"] = "1";
  usage["services.nodeports"] = std::to_string(node_ports);
  usage["services.loadbalancers"] = type == "LoadBalancer" ? "1" : "0";
}

void add_claim(const Value& claim, Value& usage) {
  const std::string storage_class = text_at(claim, {"spec", "storageClassName"});
  const std::string prefix = storage_class.empty() ? "" : storage_class + std::string(kOfClass);
  usage["persistentvolumeclaims"] = "1";
  if (!prefix.empty()) {
    usage[prefix + "persistentvolumeclaims"] = "1";
  }
  const Value* storage = find(claim, {"spec", "resources", "requests", "storage"});
  if (storage == nullptr) {
    return;
  }
  usage["requests.storage"] = *storage;
  if (!prefix.empty()) {
    usage[prefix + "requests.storage"] = *storage;
  }
}

bool says_amounts(const Value& container) {
  for (const std::string_view what : {"requests", "limits"}) {
    const Value& amounts = object_at(container, {"resources", what});
    if (find(amounts, {"cpu"}) != nullptr || find(amounts, {"memory"}) != nullptr) {
      return true;
    }
  }
  return false;
}

bool is_best_effort(const Value& pod) {
  return std::ranges::none_of(list_at(pod, {"spec", "containers"}), says_amounts) &&
         std::ranges::none_of(list_at(pod, {"spec", "initContainers"}), says_amounts);
}

bool has_priority_class(const Value& requirement, const std::string& name) {
  const std::string op = text_at(requirement, {"operator"}, "Exists");
  const Value& values = list_at(requirement, {"values"});
  const bool listed = !name.empty() && std::ranges::find(values, Value(name)) != values.end();
  if (op == "In") {
    return listed;
  }
  if (op == "NotIn") {
    return !listed;
  }
  return (op == "DoesNotExist") == name.empty();
}

bool reaches_other_namespaces(const Value& pod) {
  const auto reaches = [](const Value& term) {
    return !list_at(term, {"namespaces"}).empty() || find(term, {"namespaceSelector"}) != nullptr;
  };
  for (const std::string_view kind : {"podAffinity", "podAntiAffinity"}) {
    const Value& affinity = object_at(pod, {"spec", "affinity", kind});
    if (std::ranges::any_of(list_at(affinity, {"requiredDuringSchedulingIgnoredDuringExecution"}),
                            reaches)) {
      return true;
    }
    for (const Value& weighted :
         list_at(affinity, {"preferredDuringSchedulingIgnoredDuringExecution"})) {
      if (reaches(object_at(weighted, {"podAffinityTerm"}))) {
        return true;
      }
    }
  }
  return false;
}

bool takes_pod(std::string_view scope, const Value& requirement, const Value& pod) {
  const bool ends = number_at(pod, {"spec", "activeDeadlineSeconds"}, -1) >= 0;
  if (scope == "Terminating" || scope == "NotTerminating") {
    return ends == (scope == "Terminating");
  }
  if (scope == "BestEffort" || scope == "NotBestEffort") {
    return is_best_effort(pod) == (scope == "BestEffort");
  }
  if (scope == "PriorityClass") {
    return has_priority_class(requirement, text_at(pod, {"spec", "priorityClassName"}));
  }
  return scope == "CrossNamespacePodAffinity" && reaches_other_namespaces(pod);
}

}  // namespace

Value quota_usage(const Kind& kind, const Value& object, WallTime now) {
  const std::string bucket = kind.bucket();
  Value usage = {{count_name(kind), "1"}};
  if (has_old_count(kind)) {
    usage[bucket] = "1";
  } else if (bucket == "services") {
    add_service(object, usage);
  } else if (bucket == "persistentvolumeclaims") {
    add_claim(object, usage);
  } else if (bucket == "pods" && is_live(object, now)) {
    usage["pods"] = "1";
    add_compute(amounts_of_pod(object, "requests"), amounts_of_pod(object, "limits"), usage);
  }
  return usage;
}

bool is_in_scope(const Value& quota, const Kind& kind, const Value& object) {
  const bool is_pod = kind.bucket() == "pods";
  for (const Value& scope : list_at(quota, {"spec", "scopes"})) {
    const auto* name = scope.get_ptr<const std::string*>();
    if (!is_pod || name == nullptr || !takes_pod(*name, Value::object(), object)) {
      return false;
    }
  }
  for (const Value& one : list_at(quota, {"spec", "scopeSelector", "matchExpressions"})) {
    if (!is_pod || !takes_pod(text_at(one, {"scopeName"}), one, object)) {
      return false;
    }
  }
  return true;
}

bool counts_for(const Kind& kind, const std::string& name) {
  const std::string bucket = kind.bucket();
  if (name == count_name(kind) || (has_old_count(kind) && name == bucket)) {
    return true;
  }
  if (bucket == "services") {
    return name == "services" || name.starts_with("services.");
  }
  const bool of_claims = name == "persistentvolumeclaims" || name == "requests.storage" ||
                         name.find(kOfClass) != std::string::npos;
  if (bucket == "persistentvolumeclaims" || of_claims) {
    return bucket == "persistentvolumeclaims" && of_claims;
  }
  return bucket == "pods" && (name == "pods" || is_compute(name) || name.starts_with(kHugePages) ||
                              name.starts_with(kRequests) || name.starts_with(kLimits));
}

}  // namespace cfkops::sandbox
