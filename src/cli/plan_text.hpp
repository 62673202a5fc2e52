#pragma once

#include "cfkops/engine/plan.hpp"

#include <string>

namespace cfkops::cli {

/// The plan as a change board reads it. Where `with_checks` is false the prerequisites are left
/// out, since the observer has shown them already.
[[nodiscard]] std::string plan_text(const engine::Plan& plan, bool with_checks);

}  // namespace cfkops::cli
