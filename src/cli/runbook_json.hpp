#pragma once

#include "cfkops/runbook/model.hpp"

#include <nlohmann/json_fwd.hpp>

namespace cfkops::cli {

/// A runbook as `show --output json` gives it: all that the file says, expressions as they are
/// written, defaults filled in. schemaVersion 1; every field always there.
[[nodiscard]] nlohmann::json to_json(const runbook::Runbook& book);

}  // namespace cfkops::cli
