#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::lsp {

/// What the characters of a position are counted in.
enum class Encoding { Utf8, Utf16 };

/// A place as the protocol gives it: lines and characters from 0.
struct Position {
  int line = 0;
  int character = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

/// From `start` up to `end`.
struct Range {
  Position start;
  Position end;

  friend bool operator==(const Range&, const Range&) = default;
};

/// Bytes of a text, from `begin` up to `end`.
struct ByteSpan {
  std::size_t begin = 0;
  std::size_t end = 0;

  [[nodiscard]] bool empty() const { return begin == end; }

  /// It is in there, or at its end.
  [[nodiscard]] bool touches(std::size_t offset) const { return begin <= offset && offset <= end; }

  /// What of the text it is.
  [[nodiscard]] std::string_view of(std::string_view text) const {
    return text.substr(begin, end - begin);
  }

  friend bool operator==(const ByteSpan&, const ByteSpan&) = default;
};

/// A text that an editor has open, with an index of its lines. They end with \n, \r\n or \r.
class Document {
 public:
  /// `text` has less than 4 GiB.
  Document(std::string text, Encoding encoding);

  [[nodiscard]] const std::string& text() const { return text_; }

  /// The byte of a position: what lies behind the end of a line is its end, behind the last line
  /// the end of the text, and inside of a character its beginning.
  [[nodiscard]] std::size_t offset_of(const Position& position) const;

  /// The position of a byte.
  [[nodiscard]] Position position_of(std::size_t offset) const;

  [[nodiscard]] Range range_of(const ByteSpan& span) const {
    return {position_of(span.begin), position_of(span.end)};
  }

  /// Puts `text` in the place of what is in the range; an end before its start is that.
  void replace(const Range& range, std::string_view text);

 private:
  void index_lines(std::size_t begin, std::size_t end, std::vector<std::uint32_t>& lines) const;
  [[nodiscard]] std::size_t line_end(std::size_t line) const;

  std::string text_;
  Encoding encoding_;
  std::vector<std::uint32_t> lines_ = {0};  ///< where each begins
};

}  // namespace cfkops::lsp
