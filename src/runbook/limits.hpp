#pragma once

#include "cfkops/runbook/diagnostic.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cfkops::runbook {

/// The most bytes of one line: a caret line under it, and each place in it, costs its length.
inline constexpr std::size_t kMostLineBytes = std::size_t{32} << 10U;

/// What a text has that no runbook has, found before anything is made of it: too many bytes, a line
/// that is too long, characters that turn the direction of text, a byte order mark inside.
[[nodiscard]] std::optional<Diagnostic> beyond_limits(std::string_view text,
                                                      const std::string& file);

}  // namespace cfkops::runbook
