#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cfkops::base {

/// One code point of UTF-8 text: its value and how many bytes it takes. `valid` is false where the
/// bytes are not UTF-8 (RFC 3629); then `size` is 1.
struct CodePoint {
  char32_t value = 0;
  std::size_t size = 1;
  bool valid = false;
};

/// The code point that starts at `offset`, which must lie inside `text`.
[[nodiscard]] inline CodePoint decode_utf8(std::string_view text, std::size_t offset) {
  const auto byte = [&](std::size_t i) {
    return offset + i < text.size() ? static_cast<unsigned char>(text[offset + i])
                                    : static_cast<unsigned char>(0);
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80U) {
    return {static_cast<char32_t>(first), 1, true};
  }
  const std::size_t size = first >= 0xF0U ? 4 : (first >= 0xE0U ? 3 : 2);
  if (first < 0xC2U || first > 0xF4U) {
    return {first, 1, false};
  }
  std::uint32_t value = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const std::uint32_t next = byte(i);
    if ((next & 0xC0U) != 0x80U) {
      return {first, 1, false};
    }
    value = (value << 6U) | (next & 0x3FU);
  }
  const bool overlong = (size == 3 && value < 0x800U) || (size == 4 && value < 0x10000U);
  const bool surrogate = value >= 0xD800U && value <= 0xDFFFU;
  if (overlong || surrogate || value > 0x10FFFFU) {
    return {first, 1, false};
  }
  return {static_cast<char32_t>(value), size, true};
}

/// How many code points `text` has; a byte that is not UTF-8 counts one.
[[nodiscard]] inline int count_code_points(std::string_view text) {
  int count = 0;
  for (std::size_t i = 0; i < text.size(); i += decode_utf8(text, i).size) {
    ++count;
  }
  return count;
}

/// The character turns the direction of text, or shows nothing at all.
[[nodiscard]] constexpr bool is_hidden(char32_t code) {
  return code == 0x061C || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2060 && code <= 0x2069) || code == 0xFEFF;
}

}  // namespace cfkops::base
