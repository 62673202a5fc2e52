#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace cfkops::base {

/// "2026-11-23T07:25:01.5Z": RFC 3339, UTC; `fraction` is what stands behind the second, ".5" or
/// "". Of the years 0 to 9999, more than a `WallTime` can hold.
[[nodiscard]] std::string rfc3339_text(std::chrono::sys_seconds whole, std::string_view fraction);

}  // namespace cfkops::base
