#pragma once

#include "cfkops/base/result.hpp"

#include <string_view>

namespace cfkops::kube {

/// Whether a GET of `target` (path and query) only reads. The API server's own answers do; behind
/// its proxy Jolokia executes and sets by GET, so whatever names it must be one of its reading
/// operations (read, list, search, version), plainly. Errors: Refused.
[[nodiscard]] Status only_reads(std::string_view target);

}  // namespace cfkops::kube
