#pragma once

#include "cfkops/base/json.hpp"

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

/// The field at this JSON Pointer is what the server keeps for itself.
[[nodiscard]] bool is_servers_own(std::string_view pointer);

}  // namespace cfkops::actions
