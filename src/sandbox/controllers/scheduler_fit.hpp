#pragma once

#include "registry.hpp"
#include "value.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// A node with the pods that it has room reserved for.
struct NodeView {
  Shared node;
  std::vector<Shared> pods;
};

/// The nodes by name, as the scheduler sees them at one moment.
[[nodiscard]] std::vector<NodeView> view_nodes(const Registry& registry);

/// Why a pod does not fit a node, in the scheduler's words.
struct Misfit {
  std::string reason;
  bool preemptable = false;  ///< other pods' going would help
};

/// What the first filter that objects says; empty where the pod fits. `nodes` holds `node`.
[[nodiscard]] std::vector<Misfit> misfits(const Registry& registry,
                                          const Value& pod,
                                          const NodeView& node,
                                          const std::vector<NodeView>& nodes);

/// Why no node can do whatever it has: a claim that is not there; "" for nothing.
[[nodiscard]] std::string volume_problem(const Registry& registry, const Value& pod);

/// The names of the claims that a pod mounts.
[[nodiscard]] std::vector<std::string> claims_of(const Value& pod);

/// How well a node that fits suits, more is better: few pods of the same kind in its domain, what
/// the pod prefers, room.
[[nodiscard]] double score_of(const Registry& registry,
                              const Value& pod,
                              const NodeView& node,
                              const std::vector<NodeView>& nodes);

// What the filters are made of.

/// "cpu", "memory" and others, in thousandths: what containers, init containers and overhead ask.
[[nodiscard]] std::map<std::string, std::int64_t> requests_of(const Value& pod);

[[nodiscard]] bool tolerates(const Value& pod, const Value& taint);

/// The nodeSelector and the required node affinity.
[[nodiscard]] bool matches_node(const Value& pod, const Value& node);

/// A v1.NodeSelectorTerm; one without requirements matches nothing.
[[nodiscard]] bool matches_term(const Value& term, const Value& node);

/// A v1.NodeSelector: one of its terms.
[[nodiscard]] bool matches_terms(const Value& selector, const Value& node);

/// Whether another pod is meant by a term of a pod's affinity or anti-affinity.
[[nodiscard]] bool means_pod(const Registry& registry,
                             const Value& owner,
                             const Value& term,
                             const Value& other);

[[nodiscard]] std::vector<Misfit> spread_misfits(const Value& pod,
                                                 const NodeView& node,
                                                 const std::vector<NodeView>& nodes);
[[nodiscard]] std::vector<Misfit> affinity_misfits(const Registry& registry,
                                                   const Value& pod,
                                                   const NodeView& node,
                                                   const std::vector<NodeView>& nodes);
[[nodiscard]] std::vector<Misfit> volume_misfits(const Registry& registry,
                                                 const Value& pod,
                                                 const Value& node);

/// A label of an object, or nullptr.
[[nodiscard]] const Value* label_of(const Value& object, std::string_view key);

}  // namespace cfkops::sandbox
