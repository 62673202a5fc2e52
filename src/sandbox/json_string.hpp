#pragma once

#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// The text of a JSON string whose escapes are well formed, given without its quotes. Surrogates
/// without a partner and what is no UTF-8 become U+FFFD.
[[nodiscard]] std::string unescaped_string(std::string_view raw);

/// A byte as Go's JSON errors quote it: 'x', '\n', '\''.
[[nodiscard]] std::string quoted_letter(char letter);

}  // namespace cfkops::sandbox
