#include "controllers/scheduler_fit.hpp"

#include "controllers/cluster_objects.hpp"
#include "decode.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

namespace cfkops::sandbox {

namespace {

bool is_finished(const Value& pod) {
  const std::string phase = text_at(pod, {"status", "phase"});
  return phase == "Succeeded" || phase == "Failed";
}

bool holds(const Value& values, std::string_view text) {
  return std::ranges::any_of(values, [&](const Value& one) { return one == text; });
}

/// One requirement of a node selector against what the node has there.
bool holds_for(const Value& requirement, const Value* value) {
  const std::string op = text_at(requirement, {"operator"});
  const Value& values = list_at(requirement, {"values"});
  const bool there = value != nullptr && value->is_string();
  const std::string text = there ? value->get<std::string>() : "";
  if (op == "In") {
    return there && holds(values, text);
  }
  if (op == "NotIn") {
    return !there || !holds(values, text);
  }
  if (op == "Exists") {
    return there;
  }
  if (op == "DoesNotExist") {
    return !there;
  }
  if (!there || values.empty() || !values.front().is_string()) {
    return false;
  }
  const long long mine = std::strtoll(text.c_str(), nullptr, 10);
  const long long bound =
      std::strtoll(values.front().get_ref<const std::string&>().c_str(), nullptr, 10);
  return op == "Gt" ? mine > bound : op == "Lt" && mine < bound;
}

// Amounts are not negative; a sum that has no number is as good as endless.
void add_to(std::int64_t& sum, std::int64_t amount) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  sum = amount > kMost - sum ? kMost : sum + amount;
}

void add_requests(std::map<std::string, std::int64_t>& sum, const Value& container) {
  for (const auto& [name, amount] : object_at(container, {"resources", "requests"}).items()) {
    if (amount.is_string()) {
      add_to(sum[name], quantity_milli(amount.get<std::string>()));
    }
  }
}

const Value* untolerated(const Value& pod, const Value& node) {
  for (const Value& taint : list_at(node, {"spec", "taints"})) {
    const std::string effect = text_at(taint, {"effect"});
    if (effect != "PreferNoSchedule" && !tolerates(pod, taint)) {
      return &taint;
    }
  }
  return nullptr;
}

using Port = std::pair<std::string, std::int64_t>;

std::vector<Port> host_ports(const Value& pod) {
  std::vector<Port> ports;
  for (const Value& container : list_at(pod, {"spec", "containers"})) {
    for (const Value& port : list_at(container, {"ports"})) {
      if (const std::int64_t number = number_at(port, {"hostPort"}); number != 0) {
        ports.emplace_back(text_at(port, {"protocol"}, "TCP"), number);
      }
    }
  }
  return ports;
}

bool ports_taken(const Value& pod, const NodeView& node) {
  const std::vector<Port> wanted = host_ports(pod);
  return !wanted.empty() && std::ranges::any_of(node.pods, [&](const Shared& other) {
    const std::vector<Port> taken = host_ports(*other);
    return std::ranges::any_of(
        taken, [&](const Port& port) { return std::ranges::find(wanted, port) != wanted.end(); });
  });
}

std::vector<Misfit> resource_misfits(const Value& pod, const NodeView& node) {
  const Value& allocatable = object_at(*node.node, {"status", "allocatable"});
  const auto room = [&](const std::string& name) {
    return quantity_milli(text_at(allocatable, {name}, "0"));
  };
  std::vector<Misfit> found;
  if (static_cast<std::int64_t>(node.pods.size() + 1) * 1000 > room("pods")) {
    found.push_back({"Too many pods", true});
  }
  std::map<std::string, std::int64_t> used;
  for (const Shared& other : node.pods) {
    for (const auto& [name, amount] : requests_of(*other)) {
      add_to(used[name], amount);
    }
  }
  for (const auto& [name, amount] : requests_of(pod)) {
    if (amount > 0 && amount > room(name) - used[name]) {
      found.push_back({"Insufficient " + name, amount <= room(name)});
    }
  }
  return found;
}

}  // namespace

std::vector<NodeView> view_nodes(const Registry& registry) {
  std::vector<NodeView> nodes;
  std::map<std::string, std::size_t> places;
  for (const Shared& node : all_stored(registry, "nodes")) {
    places.emplace(name_of(*node), nodes.size());
    nodes.push_back({node, {}});
  }
  for (const Shared& pod : all_stored(registry, "pods")) {
    const auto place = places.find(text_at(*pod, {"spec", "nodeName"}));
    if (place != places.end() && !is_finished(*pod)) {
      nodes[place->second].pods.push_back(pod);
    }
  }
  return nodes;
}

std::map<std::string, std::int64_t> requests_of(const Value& pod) {
  std::map<std::string, std::int64_t> sum;
  for (const Value& container : list_at(pod, {"spec", "containers"})) {
    add_requests(sum, container);
  }
  // An init container that stays runs beside the others, any other before them.
  std::map<std::string, std::int64_t> most;
  std::map<std::string, std::int64_t> sidecars;
  for (const Value& container : list_at(pod, {"spec", "initContainers"})) {
    std::map<std::string, std::int64_t> one = sidecars;
    add_requests(one, container);
    for (const auto& [name, amount] : one) {
      most[name] = std::max(most[name], amount);
    }
    if (text_at(container, {"restartPolicy"}) == "Always") {
      sidecars = std::move(one);
    }
  }
  for (const auto& [name, amount] : sidecars) {
    add_to(sum[name], amount);
  }
  for (const auto& [name, amount] : most) {
    sum[name] = std::max(sum[name], amount);
  }
  for (const auto& [name, amount] : object_at(pod, {"spec", "overhead"}).items()) {
    if (amount.is_string()) {
      add_to(sum[name], quantity_milli(amount.get<std::string>()));
    }
  }
  return sum;
}

bool tolerates(const Value& pod, const Value& taint) {
  return std::ranges::any_of(list_at(pod, {"spec", "tolerations"}), [&](const Value& toleration) {
    const std::string effect = text_at(toleration, {"effect"});
    const std::string key = text_at(toleration, {"key"});
    if ((!effect.empty() && effect != text_at(taint, {"effect"})) ||
        (!key.empty() && key != text_at(taint, {"key"}))) {
      return false;
    }
    return text_at(toleration, {"operator"}) == "Exists" ||
           (!key.empty() && text_at(toleration, {"value"}) == text_at(taint, {"value"}));
  });
}

const Value* label_of(const Value& object, std::string_view key) {
  return find(object, {"metadata", "labels", key});
}

bool matches_term(const Value& term, const Value& node) {
  const Value& expressions = list_at(term, {"matchExpressions"});
  const Value& fields = list_at(term, {"matchFields"});
  if (expressions.empty() && fields.empty()) {
    return false;
  }
  const Value name = name_of(node);
  return std::ranges::all_of(expressions,
                             [&](const Value& one) {
                               return holds_for(one, label_of(node, text_at(one, {"key"})));
                             }) &&
         std::ranges::all_of(fields, [&](const Value& one) { return holds_for(one, &name); });
}

bool matches_terms(const Value& selector, const Value& node) {
  return std::ranges::any_of(list_at(selector, {"nodeSelectorTerms"}),
                             [&](const Value& term) { return matches_term(term, node); });
}

bool matches_node(const Value& pod, const Value& node) {
  for (const auto& [key, value] : object_at(pod, {"spec", "nodeSelector"}).items()) {
    const Value* label = label_of(node, key);
    if (label == nullptr || *label != value) {
      return false;
    }
  }
  const Value* required = find(
      pod, {"spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"});
  return required == nullptr || matches_terms(*required, node);
}

std::vector<Misfit> misfits(const Registry& registry,
                            const Value& pod,
                            const NodeView& node,
                            const std::vector<NodeView>& nodes) {
  const Value& object = *node.node;
  const Value cordon = {{"key", "node.kubernetes.io/unschedulable"}, {"effect", "NoSchedule"}};
  if (flag_at(object, {"spec", "unschedulable"}) && !tolerates(pod, cordon)) {
    return {{"node(s) were unschedulable", false}};
  }
  if (untolerated(pod, object) != nullptr) {
    return {{"node(s) had untolerated taint(s)", false}};
  }
  if (!matches_node(pod, object)) {
    return {{"node(s) didn't match Pod's node affinity/selector", false}};
  }
  if (ports_taken(pod, node)) {
    return {{"node(s) didn't have free ports for the requested pod ports", true}};
  }
  if (std::vector<Misfit> found = resource_misfits(pod, node); !found.empty()) {
    return found;
  }
  if (std::vector<Misfit> found = volume_misfits(registry, pod, object); !found.empty()) {
    return found;
  }
  if (std::vector<Misfit> found = spread_misfits(pod, node, nodes); !found.empty()) {
    return found;
  }
  return affinity_misfits(registry, pod, node, nodes);
}

}  // namespace cfkops::sandbox
