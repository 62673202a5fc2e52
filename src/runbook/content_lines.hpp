#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/base/source_pos.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// One line of iCalendar, unfolded (RFC 5545, 3.1): NAME;PARAM=VALUE:value.
struct ContentLine {
  struct Param {
    std::string name;   ///< in capitals
    std::string value;  ///< as written, quotes removed
    std::size_t offset = 0;
  };

  /// A piece of the file's line that it was put together from.
  struct Piece {
    std::size_t offset = 0;  ///< in `text`
    int line = 0;
    int column = 0;
  };

  std::string name;  ///< in capitals
  std::vector<Param> params;
  std::string value;
  std::size_t value_offset = 0;  ///< of the value in `text`
  std::string text;              ///< all of it
  std::vector<Piece> pieces;
  std::string file;

  /// The place of a byte of `text` in the file.
  [[nodiscard]] SourcePos at(std::size_t offset) const;

  /// The place of a byte of the value.
  [[nodiscard]] SourcePos at_value(std::size_t offset = 0) const {
    return at(value_offset + offset);
  }

  /// An error of that place. Code InvalidInput.
  [[nodiscard]] Error error(std::size_t offset, std::string message, std::string hint = {}) const;

  /// The parameter of that name, or nullptr.
  [[nodiscard]] const Param* param(std::string_view wanted) const;
};

/// The lines of a file. They may end with LF alone. Errors: InvalidInput with line and column.
[[nodiscard]] Result<std::vector<ContentLine>> read_content_lines(std::string_view text,
                                                                  const std::string& file);

}  // namespace cfkops::runbook
