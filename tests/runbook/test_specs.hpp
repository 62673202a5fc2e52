#pragma once

#include "cfkops/runbook/action_spec.hpp"

#include <span>

namespace cfkops::runbook {

/// Actions and checks for tests of lint; the real ones live above this module.
[[nodiscard]] std::span<const ActionSpec> test_specs();

}  // namespace cfkops::runbook
