#include "capacity_count.hpp"

#include "cluster_view.hpp"

#include "cfkops/base/quantity.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/placement/selectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::actions {

namespace {

using base::Int128;
using base::Quantity;

constexpr Int128 kOne = 1'000'000'000;
constexpr Int128 kHundred = 100;
constexpr const char* kRole = "node-role.kubernetes.io/";
constexpr std::array<const char*, 2> kControlPlane = {"node-role.kubernetes.io/control-plane",
                                                      "node-role.kubernetes.io/master"};

/// The labels by which providers name the pool of a node.
constexpr std::array<const char*, 6> kPoolLabels = {"karpenter.sh/nodepool",
                                                    "eks.amazonaws.com/nodegroup",
                                                    "cloud.google.com/gke-nodepool",
                                                    "kubernetes.azure.com/agentpool",
                                                    "agentpool",
                                                    "node.kubernetes.io/nodepool"};

Int128 of(const QuotaAmounts& amounts, const std::string& resource) {
  const auto found = amounts.find(resource);
  return found == amounts.end() ? 0 : found->second;
}

void add_amounts(QuotaAmounts& to, const QuotaAmounts& more) {
  for (const auto& [name, amount] : more) {
    to[name] += amount;
  }
}

std::string pool_of(const placement::Labels& labels, const std::string& pool_label) {
  const auto value = [&labels](const std::string& key) {
    const auto found = labels.find(key);
    return found == labels.end() ? std::string() : found->second;
  };
  if (!pool_label.empty()) {
    return value(pool_label);
  }
  for (const char* key : kPoolLabels) {
    if (std::string name = value(key); !name.empty()) {
      return name;
    }
  }
  const auto role = labels.lower_bound(kRole);
  return role != labels.end() && role->first.starts_with(kRole)
             ? role->first.substr(std::string_view(kRole).size())
             : "";
}

void read_taints(const Json& node, NodeCapacity& into) {
  for (const Json& taint : node.items("/spec/taints")) {
    const std::string effect = taint.string_or("/effect", "");
    if (effect != "NoSchedule" && effect != "NoExecute") {
      continue;
    }
    into.reserved = true;
    into.control_plane =
        into.control_plane ||
        std::ranges::find(kControlPlane, taint.string_or("/key", "")) != kControlPlane.end();
  }
}

NodeCapacity node_of(const Json& node,
                     const std::string& pool_label,
                     std::vector<std::string>& unknown) {
  const placement::Labels labels = placement::labels_of(node);
  const auto zone = labels.find(kZoneLabel);
  NodeCapacity made{.name = node.string_or("/metadata/name", ""),
                    .zone = zone == labels.end() ? "" : zone->second,
                    .pool = pool_of(labels, pool_label)};
  if (kube::condition(kube::Object(node), "Ready") != "True") {
    made.left_out = "not Ready";
  } else if (node.bool_or("/spec/unschedulable", false)) {
    made.left_out = "cordoned";
  }
  read_taints(node, made);
  made.has.nodes = 1;
  for (const char* resource : kCounted) {
    const Json told = node.get(fmt::format("/status/allocatable/{}", resource));
    const auto amount = Quantity::parse(told.is_string() ? told.string_or("", "") : told.dump());
    if (amount) {
      made.has.allocatable[resource] = amount->nanos;
    } else {
      unknown.push_back(fmt::format("node {} does not tell how much {} it has for pods",
                                    made.name,
                                    std::string_view(resource) == "pods" ? "room" : resource));
    }
  }
  return made;
}

/// The scheduler has looked for a node, and found none.
bool found_no_node(const Json& pod) {
  const std::vector<Json> conditions = pod.items("/status/conditions");
  return std::ranges::any_of(conditions, [](const Json& one) {
    return one.string_or("/type", "") == "PodScheduled" &&
           one.string_or("/status", "") == "False" &&
           one.string_or("/reason", "") == "Unschedulable";
  });
}

void add_pod(const Json& pod, Capacity& to) {
  const QuotaAmounts counted = quota_amounts(pod);
  for (const char* resource : kCounted) {
    const bool pods = std::string_view(resource) == "pods";
    to.requests[resource] += of(counted, pods ? "pods" : fmt::format("requests.{}", resource));
    if (const auto limit = counted.find(fmt::format("limits.{}", resource));
        limit != counted.end()) {
      to.limits[resource] += limit->second;
    }
  }
}

void count_pods(const placement::View& view, CapacityCount& count) {
  std::map<std::string, NodeCapacity*, std::less<>> by_name;
  for (NodeCapacity& node : count.nodes) {
    by_name.emplace(node.name, &node);
  }
  for (const Json& pod : view.pods) {
    if (kube::pod_ended(kube::Object(pod))) {
      continue;
    }
    const std::string name = pod.string_or("/spec/nodeName", "");
    if (name.empty() && found_no_node(pod)) {
      count.waiting.push_back(fmt::format(
          "{}/{}", pod.string_or("/metadata/namespace", ""), pod.string_or("/metadata/name", "")));
    }
    if (const auto node = by_name.find(name); node != by_name.end()) {
      add_pod(pod, node->second->has);
    }
  }
}

/// What a node measures of itself; false where one of both is missing.
bool read_use(const Json& metrics, QuotaAmounts& used) {
  for (const char* resource : {"cpu", "memory"}) {
    const auto amount = Quantity::parse(metrics.string_or(fmt::format("/usage/{}", resource), ""));
    if (!amount) {
      return false;
    }
    used[resource] = amount->nanos;
  }
  return true;
}

void count_use(const CapacityUse& use, CapacityCount& count) {
  for (const Json& metrics : use.of_nodes) {
    const std::string name = metrics.string_or("/metadata/name", "");
    const auto node = std::ranges::find(count.nodes, name, &NodeCapacity::name);
    if (node != count.nodes.end()) {
      node->measured = read_use(metrics, node->has.used);
    }
  }
  for (const NodeCapacity& node : count.nodes) {
    if (use.served && !node.measured && node.left_out.empty()) {
      count.unknown.push_back(
          fmt::format("how much of node {} is in use is not measured", node.name));
    }
  }
}

void count_volumes(const placement::View& view, CapacityCount& count) {
  for (const Json& claim : view.claims) {
    const auto size = Quantity::parse(claim.string_or("/spec/resources/requests/storage", ""));
    if (size) {
      count.volumes[claim.string_or("/spec/storageClassName", "")] += size->nanos;
    } else {
      count.unknown.push_back(fmt::format("claim {}/{} does not say how much it asks for",
                                          claim.string_or("/metadata/namespace", ""),
                                          claim.string_or("/metadata/name", "")));
    }
  }
}

/// What no pod has asked for: a node that is full lends nothing to another one.
void count_free(NodeCapacity& node) {
  for (const char* resource : kCounted) {
    const Int128 left = of(node.has.allocatable, resource) - of(node.has.requests, resource);
    node.has.free[resource] = std::max<Int128>(left, 0);
  }
}

}  // namespace

void Capacity::add(const Capacity& more) {
  nodes += more.nodes;
  add_amounts(allocatable, more.allocatable);
  add_amounts(requests, more.requests);
  add_amounts(limits, more.limits);
  add_amounts(used, more.used);
  add_amounts(free, more.free);
}

std::int64_t Capacity::percent_of(const std::string& resource, const QuotaAmounts& taken) const {
  const Int128 whole = of(allocatable, resource);
  if (whole <= 0) {
    return static_cast<std::int64_t>(kHundred);
  }
  return static_cast<std::int64_t>((of(taken, resource) * kHundred + whole - 1) / whole);
}

std::int64_t Capacity::percent(const QuotaAmounts& taken) const {
  std::int64_t most = 0;
  for (const auto& [resource, amount] : taken) {
    most = std::max(most, percent_of(resource, taken));
  }
  return most;
}

CapacityCount count_capacity(const placement::View& view,
                             const CapacityUse& use,
                             const std::string& pool_label) {
  CapacityCount count;
  count.nodes.reserve(view.nodes.size());
  for (const Json& node : view.nodes) {
    count.nodes.push_back(node_of(node, pool_label, count.unknown));
  }
  count_pods(view, count);
  count_use(use, count);
  count_volumes(view, count);
  for (NodeCapacity& node : count.nodes) {
    count_free(node);
    if (!node.left_out.empty()) {
      if (!node.control_plane) {
        count.left_out.add(node.has);
      }
      continue;
    }
    count.pools[node.pool].add(node.has);
    if (!node.control_plane) {
      count.zones[node.zone].add(node.has);
      count.cluster.add(node.has);
    }
  }
  return count;
}

std::string amount_text(const std::string& resource, base::Int128 nanos) {
  constexpr Int128 kMilli = kOne / 1000;
  constexpr Int128 kMi = kOne << 20U;
  const bool bytes = resource == "memory" || resource == "storage";
  const Int128 unit = bytes ? kMi : resource == "cpu" ? kMilli : kOne;
  const auto amount = Quantity::of_nanos(nanos / unit * unit, bytes);
  return amount ? amount->text : "too much";
}

std::string amounts_text(const QuotaAmounts& amounts) {
  std::vector<std::string> texts;
  for (const auto& [resource, amount] : amounts) {
    texts.push_back(fmt::format("{} {}", amount_text(resource, amount), resource));
  }
  return texts.empty() ? "nothing" : base::enumerate(texts);
}

}  // namespace cfkops::actions
