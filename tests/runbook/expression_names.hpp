#pragma once

#include "cfkops/runbook/expression.hpp"

namespace cfkops::runbook {

/// The names that expressions.txt lists.
[[nodiscard]] const Bindings& test_bindings();
[[nodiscard]] const Scope& test_scope();

}  // namespace cfkops::runbook
