#pragma once

#include "cfkops/runbook/kind_types.hpp"

#include <vector>

namespace cfkops::runbook {

/// Kubernetes' built-in kinds with what their objects have, as JSON has it: a time and a quantity
/// are strings. What a Secret holds is secret.
[[nodiscard]] std::vector<KindType> builtin_kinds();

}  // namespace cfkops::runbook
