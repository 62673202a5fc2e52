#pragma once

#include "cfkops/base/clock.hpp"

#include <optional>
#include <string_view>

namespace cfkops::kube {

/// Reads the date of an HTTP header (RFC 9110, IMF-fixdate): "Fri, 27 Nov 2026 22:41:19 GMT".
[[nodiscard]] std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace cfkops::kube
