#pragma once

#include "cfkops/runbook/value.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::runbook {

/// A string or bytes literal at the start of a text.
struct StringLiteral {
  Value value;
  std::size_t length = 0;  ///< bytes it covers, prefix and quotes included
};

/// What is wrong with a literal and where, in bytes from its start.
struct StringLiteralError {
  std::size_t offset = 0;
  std::string message;
};

/// Whether a string literal begins here: a quote, or one of CEL's prefixes r, b, br and a quote.
[[nodiscard]] bool starts_string(std::string_view text);

/// Reads the literal that `text` starts with; nothing and `error` where it is malformed.
[[nodiscard]] std::optional<StringLiteral> read_string(std::string_view text,
                                                       StringLiteralError& error);

/// `code` in UTF-8.
void append_utf8(std::string& out, char32_t code);

}  // namespace cfkops::runbook
