#include "controllers/cluster_objects.hpp"
#include "controllers/scheduler_fit.hpp"
#include "decode.hpp"
#include "selector.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view kHost = "kubernetes.io/hostname";
constexpr std::string_view kZone = "topology.kubernetes.io/zone";

// What one point of each kind weighs; a pod of the same owner in the domain outweighs free room.
constexpr double kSameOwner = 20.0;
constexpr double kSameOwnerInZone = 8.0;
constexpr double kTaint = 30.0;
constexpr double kRoom = 10.0;

bool same_domain(std::string_view key, const Value& left, const Value& right) {
  const Value* mine = label_of(left, key);
  const Value* theirs = label_of(right, key);
  return mine != nullptr && theirs != nullptr && *mine == *theirs;
}

double preferred_nodes(const Value& pod, const Value& node) {
  double score = 0;
  for (const Value& one : list_at(pod, {"spec", "affinity", "nodeAffinity", kPreferred})) {
    if (matches_term(object_at(one, {"preference"}), node)) {
      score += static_cast<double>(number_at(one, {"weight"}));
    }
  }
  return score;
}

double preferred_pods(const Registry& registry,
                      const Value& pod,
                      const Value& node,
                      const std::vector<NodeView>& nodes,
                      std::string_view which) {
  double score = 0;
  for (const Value& one : list_at(pod, {"spec", "affinity", which, kPreferred})) {
    const Value& term = object_at(one, {"podAffinityTerm"});
    for (const NodeView& view : nodes) {
      if (!same_domain(text_at(term, {"topologyKey"}), node, *view.node)) {
        continue;
      }
      const auto meant = std::ranges::count_if(
          view.pods, [&](const Shared& other) { return means_pod(registry, pod, term, *other); });
      score += static_cast<double>(meant * number_at(one, {"weight"}));
    }
  }
  return score;
}

/// Pods of the same owner, by node and by zone, as the default constraints count them.
double crowd(const Value& pod, const Value& node, const std::vector<NodeView>& nodes) {
  const Value* owner = controller_of(pod);
  if (owner == nullptr) {
    return 0;
  }
  double score = 0;
  for (const NodeView& view : nodes) {
    const auto of_owner = std::ranges::count_if(view.pods, [&](const Shared& other) {
      const Value* theirs = controller_of(*other);
      return theirs != nullptr && text_at(*theirs, {"uid"}) == text_at(*owner, {"uid"});
    });
    if (of_owner == 0) {
      continue;
    }
    if (name_of(*view.node) == name_of(node) || same_domain(kHost, node, *view.node)) {
      score += kSameOwner * static_cast<double>(of_owner);
    }
    if (same_domain(kZone, node, *view.node)) {
      score += kSameOwnerInZone * static_cast<double>(of_owner);
    }
  }
  return score;
}

/// How many pods of a namespace on a node the selector means.
double matching(const NodeView& view, const std::string& ns, const LabelSelector& selector) {
  return static_cast<double>(std::ranges::count_if(view.pods, [&](const Shared& other) {
    return namespace_of(*other) == ns &&
           selector.matches(object_at(*other, {"metadata", "labels"}));
  }));
}

/// Pods that a constraint which need not hold would rather have elsewhere.
double skew(const Value& pod, const Value& node, const std::vector<NodeView>& nodes) {
  double score = 0;
  for (const Value& constraint : list_at(pod, {"spec", "topologySpreadConstraints"})) {
    const LabelSelector selector = LabelSelector::of(find(constraint, {"labelSelector"}));
    for (const NodeView& view : nodes) {
      if (same_domain(text_at(constraint, {"topologyKey"}), node, *view.node)) {
        score += kSameOwner * matching(view, namespace_of(pod), selector);
      }
    }
  }
  return score;
}

double free_share(const NodeView& node, std::string_view resource) {
  const auto room = static_cast<double>(
      quantity_milli(text_at(*node.node, {"status", "allocatable", resource}, "0")));
  if (room <= 0) {
    return 0;
  }
  double used = 0;
  for (const Shared& pod : node.pods) {
    const auto requests = requests_of(*pod);
    const auto found = requests.find(std::string(resource));
    used += found == requests.end() ? 0.0 : static_cast<double>(found->second);
  }
  return std::max(0.0, 1.0 - used / room);
}

}  // namespace

double score_of(const Registry& registry,
                const Value& pod,
                const NodeView& node,
                const std::vector<NodeView>& nodes) {
  double score = kRoom * (free_share(node, "cpu") + free_share(node, "memory")) / 2;
  score += preferred_nodes(pod, *node.node);
  score += preferred_pods(registry, pod, *node.node, nodes, "podAffinity");
  score -= preferred_pods(registry, pod, *node.node, nodes, "podAntiAffinity");
  score -= crowd(pod, *node.node, nodes) + skew(pod, *node.node, nodes);
  for (const Value& taint : list_at(*node.node, {"spec", "taints"})) {
    score -=
        text_at(taint, {"effect"}) == "PreferNoSchedule" && !tolerates(pod, taint) ? kTaint : 0;
  }
  // Of nodes that are alike the emptier one, so that pods without requests spread too.
  return score - static_cast<double>(node.pods.size()) / 100;
}

}  // namespace cfkops::sandbox
