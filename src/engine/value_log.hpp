#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/runbook/value.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace cfkops::engine {

/// Values so that `values_from_log` gives them back with their types: what JSON cannot tell apart
/// stands in a map of one member, {"$duration": "30000000000"} (docs/audit-format.md). Of a secret,
/// and of a list or map that has one in it, only {"$secret": null} is written.
[[nodiscard]] nlohmann::json to_log(const runbook::ValueMap& values);

/// The values that were written so; those with a secret are left out. Anything else counts as JSON.
[[nodiscard]] runbook::ValueMap values_from_log(const Json& written);

/// The names of those that were left out so.
[[nodiscard]] std::vector<std::string> secrets_in_log(const Json& written);

}  // namespace cfkops::engine
