#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cfkops::logs {

/// Finds many short texts in one pass, ASCII letters in either case (Aho and Corasick, as a table
/// of transitions by byte). Immutable once made.
class LiteralScanner {
 public:
  /// `literals` are in lower case, and no more than 60,000 bytes in all.
  explicit LiteralScanner(std::span<const std::string_view> literals);

  /// Calls `found(number, end)` for every place where a literal ends, in the order of the ends.
  template <class Found>
  void scan(std::string_view text, Found found) const {
    std::size_t state = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      state = next_[(state << 8U) | static_cast<unsigned char>(text[at])];
      if (!ends_[state].empty()) {
        for (const std::uint16_t number : ends_[state]) {
          found(number, at + 1);
        }
      }
    }
  }

  /// Whether one of them is there at all.
  [[nodiscard]] bool any(std::string_view text) const {
    std::size_t state = 0;
    for (const char byte : text) {
      state = next_[(state << 8U) | static_cast<unsigned char>(byte)];
      if (hit_[state] != 0) {
        return true;
      }
    }
    return false;
  }

 private:
  std::vector<std::uint16_t> next_;               ///< by state and byte
  std::vector<std::vector<std::uint16_t>> ends_;  ///< by state: what ends there
  std::vector<std::uint8_t> hit_;                 ///< by state: whether anything does
};

}  // namespace cfkops::logs
