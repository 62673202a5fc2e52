#pragma once

#include "registry.hpp"

#include <string>
#include <vector>

namespace cfkops::sandbox {

/// The disruption budgets whose selector takes a pod.
[[nodiscard]] std::vector<Shared> budgets_of(const Registry& registry, const Value& pod);

/// 429 for a budget whose state is not settled: to be tried again in ten seconds.
[[nodiscard]] Refusal budget_unsettled(const std::string& budget);

/// Takes one disruption from a budget for a pod and remembers it there; a dry run only asks.
/// Refused: 429 where there is none left, 403 where the budget is out of order.
[[nodiscard]] Answer<void> spend_disruption(Registry& registry,
                                            const Shared& budget,
                                            const std::string& pod,
                                            bool dry_run);

/// Whether a pod that is not ready may go without spending anything.
[[nodiscard]] bool spares_unready(const Value& budget);

}  // namespace cfkops::sandbox
