#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace cfkops::runbook {

/// Why a value does not obey a JSON Schema, with the path of where: "/steps/0/do: …"; "" where it
/// does. Knows the keywords that our schema has; another one is a reason as well.
[[nodiscard]] std::string schema_violation(const nlohmann::json& schema,
                                           const nlohmann::json& value);

}  // namespace cfkops::runbook
