#pragma once

#include "cfkops/base/json.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::actions {

/// What changes from one state of an object to another, a line per field: "~ /spec/replicas: 3 ->
/// 4",
/// "+ /metadata/labels/a: x", "- /spec/paused: true". What the server keeps for itself
/// (managedFields, resourceVersion, generation, status) is left out, and the data of Secrets is
/// "***".
[[nodiscard]] std::vector<std::string> difference(const Json& before, const Json& after);

/// A value as such a line has it: JSON, cut where it is long.
[[nodiscard]] std::string shown_value(const nlohmann::json& value);

/// One such line, of values as they are shown; nothing where there is none.
[[nodiscard]] std::string difference_line(const std::string& path,
                                          const std::optional<std::string>& before,
                                          const std::optional<std::string>& after);

/// The field at this JSON Pointer is what the server keeps for itself.
[[nodiscard]] bool is_servers_own(std::string_view pointer);

}  // namespace cfkops::actions
