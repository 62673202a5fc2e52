#pragma once

#include "kind.hpp"

#include <string>
#include <vector>

namespace cfkops::sandbox {

/// The `components.schemas` of an OpenAPI v3 document about these kinds: types, members and
/// references. Built-in types have no descriptions, required members or enumerations; defined kinds
/// have all that their definition says.
[[nodiscard]] Value open_api_schemas(const std::vector<const Kind*>& kinds);

/// The kind as OpenAPI names it: group, kind, version.
[[nodiscard]] Value group_version_kind(const kube::Resource& resource);

}  // namespace cfkops::sandbox
