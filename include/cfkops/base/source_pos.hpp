#pragma once

#include <string>

namespace cfkops::base {

/// A place in a file that a person can open: line and column count from 1, the column in characters
/// (Unicode code points). Line 0 means "the file as a whole".
struct SourcePos {
  std::string file;
  int line = 0;
  int column = 0;

  friend bool operator==(const SourcePos&, const SourcePos&) = default;

  /// "file:line:column", shorter where line or column is unknown.
  [[nodiscard]] std::string text() const;
};

}  // namespace cfkops::base

namespace cfkops {
using base::SourcePos;
}  // namespace cfkops
