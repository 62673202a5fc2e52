#pragma once

#include "cfkops/engine/plan.hpp"

#include <string>

namespace cfkops::cli {

/// Whether the plan's text has the prerequisites, with what was measured, or leaves them out where
/// an observer has shown them already.
enum class PlanParts { All, WithoutChecks };

/// The plan as a change board reads it.
[[nodiscard]] std::string plan_text(const engine::Plan& plan, PlanParts parts);

}  // namespace cfkops::cli
