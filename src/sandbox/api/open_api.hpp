#pragma once

#include "api/exchange.hpp"
#include "kind_table.hpp"

#include <string_view>

namespace cfkops::sandbox {

/// /openapi/v3 and its documents: which kinds can be patched, and that a patch knows
/// `fieldValidation`, which is what kubectl looks up before a write. Schemas are not described.
/// Refused: 404 for other paths, /openapi/v2 too.
[[nodiscard]] Answer<kube::Response> open_api(const KindTable& kinds,
                                              const Exchange& exchange,
                                              std::string_view path);

}  // namespace cfkops::sandbox
