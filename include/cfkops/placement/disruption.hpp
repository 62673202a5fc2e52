#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/placement/placement.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace cfkops::placement {

/// What evicting some pods would cost one PodDisruptionBudget.
struct BudgetUse {
  std::string ns = {};
  std::string name = {};
  std::size_t pods = 0;      ///< of those to be evicted that it covers and counts
  std::int64_t allowed = 0;  ///< disruptions that it allows now
  Verdict verdict = Verdict::Unknown;
  bool never = false;    ///< of No: it can never allow one as it stands, waiting does not help
  std::string why = {};  ///< of No and Unknown
};

/// Whether all budgets together let some pods go.
struct Disruption {
  Verdict verdict = Verdict::Unknown;     ///< Yes where every eviction would be let through
  std::vector<BudgetUse> budgets = {};    ///< that cover a pod, by namespace and name
  std::vector<std::string> refused = {};  ///< pods that no budget could help: "a/b: two budgets …"
};

/// Judges evictions as the API server does (pkg/registry/core/pod/storage/eviction.go, v1.34): pods
/// that have ended, are going or not running yet are let go unasked; a pod of two budgets is
/// refused with 500; one that is not Ready needs no room where its budget's
/// unhealthyPodEvictionPolicy says so or the budget is fulfilled; a status that is older than its
/// budget's spec is no answer (Unknown).
///
/// `going` are the pods to be evicted, `budgets` all PodDisruptionBudgets of their namespaces, as
/// the API gives them. `at_once` of them are away at the same time, each batch back before the
/// next; 0: all together. The worst batch is judged.
[[nodiscard]] Disruption disruption(const std::vector<Json>& going,
                                    const std::vector<Json>& budgets,
                                    std::size_t at_once);

}  // namespace cfkops::placement
