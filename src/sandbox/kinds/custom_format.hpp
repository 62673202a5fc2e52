#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// Whether a schema's format is checked at all ("int32" is not). Dashes do not matter.
[[nodiscard]] bool is_checked_format(std::string_view format);

/// Whether the text has a checked format. Of credit cards and ISBNs only the shape is looked at,
/// not the check digit.
[[nodiscard]] bool has_format(std::string_view format, const std::string& text);

/// Why it is no regular expression, as Go's regexp says it.
[[nodiscard]] std::optional<std::string> pattern_problem(const std::string& pattern);

/// Whether it matches somewhere. A pattern that is none matches nothing.
[[nodiscard]] bool matches_pattern(const std::string& pattern, const std::string& text);

}  // namespace cfkops::sandbox
