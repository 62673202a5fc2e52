#pragma once

#include "cfkops/rehearse/rehearse.hpp"

#include <nlohmann/json_fwd.hpp>

namespace cfkops::rehearse {

/// One run as the report has it.
[[nodiscard]] nlohmann::json json_of(const Rehearsed& run);

}  // namespace cfkops::rehearse
