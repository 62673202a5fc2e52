#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::base {

/// The parts with the separator between them.
[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);

/// The parts between the separators, empty ones too; at least one.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

/// Without white space at either end.
[[nodiscard]] std::string_view trim(std::string_view text);

/// ASCII letters in lower case.
[[nodiscard]] std::string lower(std::string_view text);

/// ASCII letters in upper case.
[[nodiscard]] std::string upper(std::string_view text);

/// The candidate nearest to `word` by edit distance (transpositions count one), or "" when none is
/// near enough to be what a person meant.
[[nodiscard]] std::string closest(std::string_view word, std::span<const std::string> candidates);

/// "; did you mean 'x'?" or "".
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string> candidates);

/// "a", "a and b", "a, b and c"; with more than `max` "a, b and 7 more".
[[nodiscard]] std::string enumerate(std::span<const std::string> parts, std::size_t max = 5);

/// "1 broker", "3 brokers": the noun gets an s unless count is 1.
[[nodiscard]] std::string counted(long long count, std::string_view noun);

/// Percent-encodes everything but RFC 3986 unreserved characters.
[[nodiscard]] std::string url_encode(std::string_view text);

/// Takes percent-encoding back; what is none stays as it is.
[[nodiscard]] std::string url_decode(std::string_view text);

/// `text` without control characters and terminal escapes, so that a server cannot drive our
/// terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// The same line by line: line breaks stay.
[[nodiscard]] std::string printable_lines(std::string_view text);

}  // namespace cfkops::base
