#pragma once

#include "cfkops/cli/terminal.hpp"

#include <string>

namespace cfkops::cli {

/// The line of a lively terminal that is rewritten while something goes on; on any other terminal
/// it does nothing.
class TransientLine {
 public:
  /// `terminal` must outlive it.
  explicit TransientLine(Terminal& terminal)
      : terminal_(terminal) {}

  /// Shows a text in place of the last one, cut to the terminal's width.
  void show(const std::string& text);

  /// Takes the line away, so that others can be written where it stood.
  void end();

 private:
  Terminal& terminal_;
  bool shown_ = false;
};

}  // namespace cfkops::cli
