#pragma once

#include <string>
#include <string_view>

namespace cfkops::base {

/// A text as it stands in Markdown, in a sentence or in a table: on one line, without control
/// characters; no bar ends a cell, and no markup starts in it.
[[nodiscard]] std::string markdown_text(std::string_view text);

/// The same as code. Not for tables where it has bars.
[[nodiscard]] std::string markdown_code(std::string_view text);

}  // namespace cfkops::base
