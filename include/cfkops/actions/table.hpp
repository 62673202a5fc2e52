#pragma once

#include "cfkops/engine/action.hpp"
#include "cfkops/runbook/action_spec.hpp"

#include <span>

namespace cfkops::actions {

/// Everything cfkops can do, one row each: the list a reviewer reads. Lives as long as the program.
[[nodiscard]] const engine::Catalogue& catalogue();

/// The declarations of all actions and checks, for lint and explain; by name.
[[nodiscard]] std::span<const runbook::ActionSpec> specs();

}  // namespace cfkops::actions
