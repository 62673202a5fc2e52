#include "controllers/cluster_objects.hpp"
#include "controllers/scheduler_fit.hpp"
#include "selector.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kSpread = "node(s) didn't match pod topology spread constraints";
constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";

/// The selector of a spread constraint, with the pod's own values of its matchLabelKeys.
Value spread_selector(const Value& pod, const Value& constraint) {
  const Value* selector = find(constraint, {"labelSelector"});
  if (selector == nullptr) {
    return {};
  }
  Value whole = *selector;
  for (const Value& key : list_at(constraint, {"matchLabelKeys"})) {
    const Value* value = key.is_string() ? label_of(pod, key.get<std::string>()) : nullptr;
    if (value != nullptr) {
      make_at(whole, {"matchLabels", key.get<std::string>()}) = *value;
    }
  }
  return whole;
}

bool counts(const LabelSelector& selector, const Value& pod, const Value& other) {
  return namespace_of(pod) == namespace_of(other) && !is_deleting(other) &&
         selector.matches(object_at(other, {"metadata", "labels"}));
}

/// Has the label of every constraint that must hold.
bool has_topologies(const Value& pod, const Value& node) {
  return std::ranges::all_of(
      list_at(pod, {"spec", "topologySpreadConstraints"}), [&](const Value& constraint) {
        return text_at(constraint, {"whenUnsatisfiable"}) != "DoNotSchedule" ||
               label_of(node, text_at(constraint, {"topologyKey"})) != nullptr;
      });
}

/// How many pods that the selector means each domain has, of the nodes that count.
std::map<std::string, std::int64_t> domain_counts(const Value& pod,
                                                  const Value& constraint,
                                                  const LabelSelector& selector,
                                                  const std::vector<NodeView>& nodes) {
  const std::string key = text_at(constraint, {"topologyKey"});
  const bool by_affinity = text_at(constraint, {"nodeAffinityPolicy"}, "Honor") == "Honor";
  std::map<std::string, std::int64_t> domains;
  for (const NodeView& view : nodes) {
    const Value* domain = label_of(*view.node, key);
    if (domain == nullptr || !domain->is_string() || !has_topologies(pod, *view.node) ||
        (by_affinity && !matches_node(pod, *view.node))) {
      continue;
    }
    std::int64_t& count = domains[domain->get<std::string>()];
    for (const Shared& other : view.pods) {
      count += counts(selector, pod, *other) ? 1 : 0;
    }
  }
  return domains;
}

std::int64_t least(const std::map<std::string, std::int64_t>& domains, std::int64_t wanted) {
  if (domains.empty() || static_cast<std::int64_t>(domains.size()) < wanted) {
    return 0;
  }
  return std::ranges::min_element(domains, {}, [](const auto& one) { return one.second; })->second;
}

bool same_domain(const Value& term, const Value& node, const Value& other) {
  const std::string key = text_at(term, {"topologyKey"});
  const Value* mine = label_of(node, key);
  const Value* theirs = label_of(other, key);
  return mine != nullptr && theirs != nullptr && *mine == *theirs;
}

const Value& required_terms(const Value& pod, std::string_view which) {
  return list_at(pod, {"spec", "affinity", which, kRequired});
}

/// A pod of the node's domain that the term means.
bool domain_has(const Registry& registry,
                const Value& pod,
                const Value& term,
                const Value& node,
                const std::vector<NodeView>& nodes) {
  return std::ranges::any_of(nodes, [&](const NodeView& view) {
    return same_domain(term, node, *view.node) &&
           std::ranges::any_of(view.pods, [&](const Shared& other) {
             return means_pod(registry, pod, term, *other);
           });
  });
}

bool affinity_holds(const Registry& registry,
                    const Value& pod,
                    const Value& node,
                    const std::vector<NodeView>& nodes) {
  const Value& terms = required_terms(pod, "podAffinity");
  const bool has_keys = std::ranges::all_of(terms, [&](const Value& term) {
    return label_of(node, text_at(term, {"topologyKey"})) != nullptr;
  });
  if (!has_keys) {
    return false;
  }
  if (std::ranges::all_of(
          terms, [&](const Value& term) { return domain_has(registry, pod, term, node, nodes); })) {
    return true;
  }
  // The first of a group that wants to be with its like must begin somewhere.
  const bool means_itself = std::ranges::all_of(
      terms, [&](const Value& term) { return means_pod(registry, pod, term, pod); });
  return means_itself && std::ranges::none_of(nodes, [&](const NodeView& view) {
           return std::ranges::any_of(view.pods, [&](const Shared& other) {
             return std::ranges::any_of(
                 terms, [&](const Value& term) { return means_pod(registry, pod, term, *other); });
           });
         });
}

bool others_object(const Registry& registry,
                   const Value& pod,
                   const Value& node,
                   const std::vector<NodeView>& nodes) {
  return std::ranges::any_of(nodes, [&](const NodeView& view) {
    return std::ranges::any_of(view.pods, [&](const Shared& other) {
      return std::ranges::any_of(required_terms(*other, "podAntiAffinity"), [&](const Value& term) {
        return same_domain(term, node, *view.node) && means_pod(registry, *other, term, pod);
      });
    });
  });
}

}  // namespace

bool means_pod(const Registry& registry,
               const Value& owner,
               const Value& term,
               const Value& other) {
  if (!LabelSelector::of(find(term, {"labelSelector"}))
           .matches(object_at(other, {"metadata", "labels"}))) {
    return false;
  }
  const Value& names = list_at(term, {"namespaces"});
  const Value* selector = find(term, {"namespaceSelector"});
  if (names.empty() && selector == nullptr) {
    return namespace_of(owner) == namespace_of(other);
  }
  if (std::ranges::any_of(names, [&](const Value& name) { return name == namespace_of(other); })) {
    return true;
  }
  const Shared space =
      selector == nullptr ? nullptr : stored(registry, "namespaces", {}, namespace_of(other));
  return space != nullptr &&
         LabelSelector::of(selector).matches(object_at(*space, {"metadata", "labels"}));
}

std::vector<Misfit> spread_misfits(const Value& pod,
                                   const NodeView& node,
                                   const std::vector<NodeView>& nodes) {
  for (const Value& constraint : list_at(pod, {"spec", "topologySpreadConstraints"})) {
    if (text_at(constraint, {"whenUnsatisfiable"}) != "DoNotSchedule") {
      continue;
    }
    const Value* domain = label_of(*node.node, text_at(constraint, {"topologyKey"}));
    if (domain == nullptr || !domain->is_string()) {
      return {{std::string(kSpread) + " (missing required label)", false}};
    }
    const Value whole = spread_selector(pod, constraint);
    const LabelSelector selector = LabelSelector::of(whole.is_null() ? nullptr : &whole);
    const auto domains = domain_counts(pod, constraint, selector, nodes);
    const auto mine = domains.find(domain->get<std::string>());
    const std::int64_t there = mine == domains.end() ? 0 : mine->second;
    const std::int64_t self = selector.matches(object_at(pod, {"metadata", "labels"})) ? 1 : 0;
    const std::int64_t fewest = least(domains, number_at(constraint, {"minDomains"}, 1));
    if (there + self - fewest > number_at(constraint, {"maxSkew"}, 1)) {
      return {{std::string(kSpread), true}};
    }
  }
  return {};
}

std::vector<Misfit> affinity_misfits(const Registry& registry,
                                     const Value& pod,
                                     const NodeView& node,
                                     const std::vector<NodeView>& nodes) {
  if (!affinity_holds(registry, pod, *node.node, nodes)) {
    return {{"node(s) didn't match pod affinity rules", false}};
  }
  for (const Value& term : required_terms(pod, "podAntiAffinity")) {
    if (domain_has(registry, pod, term, *node.node, nodes)) {
      return {{"node(s) didn't match pod anti-affinity rules", true}};
    }
  }
  if (others_object(registry, pod, *node.node, nodes)) {
    return {{"node(s) didn't satisfy existing pods anti-affinity rules", true}};
  }
  return {};
}

}  // namespace cfkops::sandbox
