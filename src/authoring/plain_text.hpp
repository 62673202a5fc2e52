#pragma once

#include "cfkops/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace cfkops::authoring {

/// More than any written procedure has.
inline constexpr std::size_t kMostBytes = std::size_t{4} << 20U;

/// What stands around the name of a place to fill within a text. Neither is ever in the input:
/// `plain_text` takes them out.
inline constexpr std::string_view kBlankBegin = "\xEE\x80\x80";
inline constexpr std::string_view kBlankEnd = "\xEE\x80\x81";

/// The file as text that nothing hides in: lines end in LF, no control or invisible characters.
/// Fences that begin or end behind other words are mended. The number of lines
/// stays. Errors: InvalidInput for what is too large or no UTF-8, with its place.
[[nodiscard]] Result<std::string> plain_text(std::string_view bytes, const std::string& file);

/// Lower-case letters and digits with `separator` between the words, at most `most` characters,
/// beginning with a letter; `otherwise` where that is nothing.
[[nodiscard]] std::string slug(std::string_view text,
                               char separator,
                               std::size_t most,
                               std::string_view otherwise);

/// On one line, single spaces, at most `most` characters; what is cut off shows as "...".
[[nodiscard]] std::string one_line(std::string_view text, std::size_t most);

/// At most `most` bytes of it, whole characters and whole marks.
[[nodiscard]] std::string_view cut(std::string_view text, std::size_t most);

/// The text with the values of credentials written over: `--password=x`, `password: x`,
/// `-u user:x`, `https://user:x@host`. Placeholders and variables stay.
[[nodiscard]] std::string without_credentials(std::string_view text);

}  // namespace cfkops::authoring
