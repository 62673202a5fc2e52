#pragma once

#include <string>
#include <string_view>

namespace cfkops::cli {

/// What turns one text into another, as `diff -u` and git show it, with three lines around each
/// change; "" where nothing does. `before` and `after` name the texts.
[[nodiscard]] std::string unified_diff(std::string_view one,
                                       std::string_view other,
                                       const std::string& before,
                                       const std::string& after);

}  // namespace cfkops::cli
