#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/kube/reader.hpp"
#include "cfkops/placement/disruption.hpp"
#include "cfkops/placement/placement.hpp"
#include "cfkops/runbook/action_spec.hpp"

#include <string>
#include <vector>

namespace cfkops::actions {

/// Of a node: the zone that it is in.
inline constexpr const char* kZoneLabel = "topology.kubernetes.io/zone";

/// What `read_view` lists.
[[nodiscard]] std::vector<kube::Resource> view_resources();

/// The same as an action declares it.
[[nodiscard]] std::vector<runbook::PermissionSpec> view_permissions();

/// All that a forecast of where pods fit looks at. Errors: those of listing.
[[nodiscard]] Result<placement::View> read_view(kube::Reader& reader);

/// The PodDisruptionBudgets of the pods' namespaces. Errors: those of listing.
[[nodiscard]] Result<std::vector<Json>> budgets_for(kube::Reader& reader,
                                                    const std::vector<Json>& pods);

/// "budget shop/web: allows 1, covers 3 pods of these", or why it does not. Pure.
[[nodiscard]] std::string line_of(const placement::BudgetUse& use);

/// What to do about a budget that can never allow it.
inline constexpr const char* kNeverHelps =
    "waiting does not help: add replicas, or ask the owner of the budget to relax it";

/// "fits, counted on node worker-2", "fits nowhere: 2 nodes: insufficient memory". Pure.
[[nodiscard]] std::string fit_text(const placement::Placement& one);

/// The same with the pod's name before it. Pure.
[[nodiscard]] std::string line_of(const placement::Placement& one);

}  // namespace cfkops::actions
