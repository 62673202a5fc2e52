#pragma once

#include "cfkops/runbook/expression.hpp"
#include "cfkops/runbook/kind_types.hpp"
#include "cfkops/runbook/model.hpp"

namespace cfkops::runbook {

/// The outputs of an action or check that is given those arguments. `kinds` may be nullptr.
[[nodiscard]] Type output_type(const ActionSpec& spec,
                               const ArgumentMap& with,
                               const Scope& scope,
                               const KindTypes* kinds);

}  // namespace cfkops::runbook
