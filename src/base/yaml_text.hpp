#pragma once

#include "cfkops/base/error.hpp"
#include "cfkops/base/source_pos.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::base {

/// The bytes of a YAML file, and what can be told from them that the parser's events do not say.
/// Offsets count bytes behind the byte order mark, as the parser's marks do.
class YamlText {
 public:
  /// `text` and `file` must outlive this object.
  YamlText(std::string_view text, const std::string& file);

  /// The text without its byte order mark.
  [[nodiscard]] std::string_view bytes() const { return text_; }

  /// What must not reach the parser: too many bytes, other encodings, control characters (it takes
  /// U+0004 for the end and drops lone carriage returns), brackets that would fill the memory
  /// before the first event comes.
  [[nodiscard]] std::optional<Error> check() const;

  /// Cheap where offsets grow.
  [[nodiscard]] SourcePos pos(std::size_t offset) const;

  /// The byte at `offset`, or 0 behind the end.
  [[nodiscard]] char at(std::size_t offset) const {
    return offset < text_.size() ? text_[offset] : '\0';
  }

  /// What begins at `offset`; empty behind the end.
  [[nodiscard]] std::string_view from(std::size_t offset) const {
    return offset < text_.size() ? text_.substr(offset) : std::string_view();
  }

  /// Where the line of `offset` begins.
  [[nodiscard]] std::size_t line_begin(std::size_t offset) const;

  /// Whether only blanks, and a tab among them, stand before `offset` in its line.
  [[nodiscard]] bool indented_by_tab(std::size_t offset) const;

  /// Whether the line of `offset` begins with blanks, a tab among them.
  [[nodiscard]] bool line_indented_by_tab(std::size_t offset) const;

  /// Whether the key at `offset` is written "? key".
  [[nodiscard]] bool after_question_mark(std::size_t offset) const;

  /// Where the quoted text that begins at `offset` ends (behind the closing quote), or nothing.
  [[nodiscard]] std::optional<std::size_t> quote_end(std::size_t offset) const;

  /// The characters that a scalar with this value takes when it stands in one line; otherwise 0.
  [[nodiscard]] int length_of(std::size_t offset, std::string_view value) const;

  /// The last byte before `offset` that is no blank or line break.
  [[nodiscard]] std::size_t before_blanks(std::size_t offset) const;

 private:
  [[nodiscard]] std::optional<Error> check_characters() const;
  [[nodiscard]] std::optional<Error> check_brackets() const;

  std::string_view text_;
  const std::string& file_;
  std::vector<std::size_t> lines_;  ///< where each begins
  mutable std::size_t last_offset_ = 0;
  mutable std::size_t last_line_ = 0;
  mutable int last_column_ = 1;
};

/// An InvalidInput at `pos`.
[[nodiscard]] Error yaml_error(SourcePos pos, std::string message, std::string hint);

}  // namespace cfkops::base
