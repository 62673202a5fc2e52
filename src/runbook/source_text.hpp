#pragma once

#include "cfkops/base/source_pos.hpp"
#include "cfkops/runbook/diagnostic.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// The text of a file with an index of its lines, which end with \n or \r\n. The text must outlive
/// it.
class SourceText {
 public:
  explicit SourceText(std::string_view text);

  /// The line of that number (from 1) without its end, or "".
  [[nodiscard]] std::string_view line(int number) const;

  /// The byte a position points at, at most the end of its line.
  [[nodiscard]] std::size_t offset_of(const SourcePos& pos) const;

  /// The position of a byte, in the file of `pos`.
  [[nodiscard]] SourcePos pos_of(std::size_t offset, const SourcePos& pos) const;

  /// The change of `length` characters at a position; it counts the bytes of the whole file.
  [[nodiscard]] Edit edit(const SourcePos& pos, int length, std::string text) const;

  /// The change of the bytes from `begin` up to `end` of the text.
  [[nodiscard]] Edit edit_bytes(std::size_t begin, std::size_t end, std::string text) const;

  /// The text without a byte order mark.
  [[nodiscard]] std::string_view text() const { return text_; }

  /// Whether there was one.
  [[nodiscard]] bool marked() const { return mark_ > 0; }

  /// How many lines there are, the one behind the last line end included.
  [[nodiscard]] int lines() const { return static_cast<int>(lines_.size()); }

  /// Where the content of the scalar at `pos` begins: after its quote, or on the line after a
  /// block's | or >.
  [[nodiscard]] SourcePos content_start(const SourcePos& pos, bool quoted) const;

  /// The real place of a character of a scalar. `start` is where its content begins, `counted`
  /// where the character would stand if the scalar were written there as it is: without escapes,
  /// folds and indentation.
  [[nodiscard]] SourcePos locate(const SourcePos& start,
                                 std::string_view scalar,
                                 const SourcePos& counted) const;

  /// How many characters the word at `pos` has, as the expression language cuts words; at least 1.
  [[nodiscard]] int word_length(const SourcePos& pos) const;

 private:
  std::string_view text_;
  std::size_t mark_ = 0;  ///< bytes of the byte order mark
  std::vector<std::size_t> lines_;
};

}  // namespace cfkops::runbook
