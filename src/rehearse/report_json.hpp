#pragma once

#include "cfkops/rehearse/rehearse.hpp"

#include <nlohmann/json_fwd.hpp>

namespace cfkops::rehearse {

/// One run as the report has it.
[[nodiscard]] nlohmann::json json_of(const Rehearsed& run);

/// Reads what `json_of` wrote; what that leaves out is empty. Errors: Protocol, NotFound.
[[nodiscard]] Result<Rehearsed> read_run(const Json& json);

}  // namespace cfkops::rehearse
