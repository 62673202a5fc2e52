#pragma once

#include "cfkops/runbook/model.hpp"

#include <string>
#include <string_view>
#include <vector>

// What a runbook is where another one includes it by a step of that id (Expression::included_by).
namespace cfkops::runbook {

/// What the parameters of a runbook are bound to that a step of that id includes.
[[nodiscard]] std::string binding_of(std::string_view step);

/// The steps as those of the group that the including step becomes.
[[nodiscard]] std::vector<Step> included_by(std::vector<Step> steps, const std::string& step);

/// All the rest of the runbook, without its steps. Its checks say before their titles which step
/// they belong to.
[[nodiscard]] Runbook included_by(Runbook runbook, const std::string& step);

}  // namespace cfkops::runbook
