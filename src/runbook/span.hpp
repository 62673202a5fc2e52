#pragma once

#include "cfkops/base/error.hpp"
#include "cfkops/base/source_pos.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace cfkops::runbook {

/// The stable codes of findings about expressions; they travel in `Error::reason`.
inline constexpr std::string_view kSyntax = "CFK-E001";
inline constexpr std::string_view kTypeMismatch = "CFK-E002";
inline constexpr std::string_view kNotBool = "CFK-E003";
inline constexpr std::string_view kBraces = "CFK-E005";
inline constexpr std::string_view kMaybeMissing = "CFK-E006";
inline constexpr std::string_view kTooEarly = "CFK-E007";
inline constexpr std::string_view kBadRegex = "CFK-E008";
inline constexpr std::string_view kUnknownMember = "CFK-E010";
inline constexpr std::string_view kUnknownName = "CFK-P002";
inline constexpr std::string_view kSecretSink = "CFK-Z002";

/// Where the byte at `offset` of `source` stands when its first one stands at `start`.
[[nodiscard]] SourcePos advance(const SourcePos& start,
                                std::string_view source,
                                std::size_t offset);

/// How many characters (code points) `text` has.
[[nodiscard]] int count_characters(std::string_view text);

/// The byte after the character at `at`.
[[nodiscard]] std::size_t next_character(std::string_view text, std::size_t at);

/// `text`, or its first `most` bytes with "…" behind them, fewer where a character would be cut.
[[nodiscard]] std::string shortened(std::string text, std::size_t most);

/// An error about `source` at `offset`, an InvalidInput with a finding's code.
[[nodiscard]] Error error_at(const SourcePos& start,
                             std::string_view source,
                             std::size_t offset,
                             std::string_view code,
                             std::string message);

}  // namespace cfkops::runbook
