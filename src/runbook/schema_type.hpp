#pragma once

#include "cfkops/runbook/action_spec.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace cfkops::runbook {

/// The schema of a value of that type as an argument: written out, or as `${…}`.
[[nodiscard]] nlohmann::json argument_schema(const Type& type);

/// The schema of an action's `with`.
[[nodiscard]] nlohmann::json arguments_schema(const ActionSpec& spec);

/// A scalar of any kind: where text is wanted a number is text.
[[nodiscard]] nlohmann::json scalar_schema();

/// A duration that is written out.
[[nodiscard]] nlohmann::json duration_schema();

}  // namespace cfkops::runbook
