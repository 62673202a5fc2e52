#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cfkops::base {

/// The columns that a terminal draws a code point in: 2 for East Asian Wide and Fullwidth, 0 for
/// what is drawn over its neighbour, else 1.
[[nodiscard]] std::size_t display_width(char32_t code_point);

/// The same of a text without control characters; a byte that is not UTF-8 counts one.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// `text` cut, between code points, to at most `columns`; what was cut off shows as "...".
[[nodiscard]] std::string fitted(std::string_view text, std::size_t columns);

/// `text` with spaces after it up to `columns`.
[[nodiscard]] std::string padded(std::string_view text, std::size_t columns);

}  // namespace cfkops::base
