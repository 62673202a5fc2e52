#pragma once

#include "cfkops/runbook/action_spec.hpp"

#include <span>
#include <string>

namespace cfkops::authoring {

/// A draft without the comments for lint that lint has no use for, and in the house form.
[[nodiscard]] std::string tidied(std::string text, std::span<const runbook::ActionSpec> specs);

}  // namespace cfkops::authoring
