#pragma once

#include "api/exchange.hpp"
#include "kind_table.hpp"

#include <string_view>

namespace cfkops::sandbox {

/// /openapi/v3 and its documents: which kinds can be patched, that a patch knows `fieldValidation`,
/// which is what kubectl looks up before a write, and the types, for `kubectl explain`. /openapi/v2
/// is there in protobuf alone, and empty. Refused: 404 for other paths.
[[nodiscard]] Answer<kube::Response> open_api(const KindTable& kinds,
                                              const Exchange& exchange,
                                              std::string_view path);

}  // namespace cfkops::sandbox
