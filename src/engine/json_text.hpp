#pragma once

#include "cfkops/engine/outcome.hpp"
#include "cfkops/runbook/value.hpp"

#include <nlohmann/json_fwd.hpp>

namespace cfkops::engine {

/// Values as the plan and the journal show them; secrets "***".
[[nodiscard]] nlohmann::json to_json(const runbook::ValueMap& values);

/// verdict, summary, details, remedy, outputs
[[nodiscard]] nlohmann::json to_json(const CheckResult& result);

/// outcome, why, outputs, left, error
[[nodiscard]] nlohmann::json to_json(const Outcome& outcome);

/// code, message, hint, reason, status
[[nodiscard]] nlohmann::json to_json(const Error& error);

}  // namespace cfkops::engine
