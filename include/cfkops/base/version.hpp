#pragma once

#include <string_view>

namespace cfkops::base {

/// "0.1.0", from the build's project version.
[[nodiscard]] std::string_view version();

/// The short commit this was built from, or "" outside a git checkout.
[[nodiscard]] std::string_view build_commit();

}  // namespace cfkops::base
