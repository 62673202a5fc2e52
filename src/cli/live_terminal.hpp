#pragma once

#include "forwarding_terminal.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::cli {

/// A line that is to be replaced later.
struct LiveLine {
  std::string text;         ///< may hold colours of ours, nothing else that drives a terminal
  std::size_t columns = 0;  ///< what it takes on the screen: less than the screen has

  friend bool operator==(const LiveLine&, const LiveLine&) = default;
};

/// A lively terminal with a table at its end that is replaced as often as one likes, while all
/// else that is written is appended above it and stays.
///
/// It sets no mode of the terminal, hides no cursor and reads nothing: the cursor always rests at
/// the beginning of the line below the table, so that whatever ends the process, a kill included,
/// there is nothing to be repaired. What changes is written in one piece, between the marks of a
/// synchronized update, which terminals that know none ignore.
class LiveTerminal final : public ForwardingTerminal {
 public:
  /// `real` must outlive it.
  explicit LiveTerminal(Terminal& real)
      : ForwardingTerminal(real) {}

  LiveTerminal(const LiveTerminal&) = delete;
  LiveTerminal& operator=(const LiveTerminal&) = delete;

  /// Takes the table away.
  ~LiveTerminal() override { take_away(); }

  /// Shows a table in place of the last one. Where the terminal is the shell's just now, nothing
  /// is drawn.
  void show(std::vector<LiveLine> table);

  /// Takes the table away.
  void take_away();

  /// Takes the table away, and whoever writes there later finds the line empty: the table comes
  /// back with the next `show`.
  void out(std::string_view text) override;

  /// What is written above the table. While a line of it is open the table is away.
  void err(std::string_view text) override;

  /// The table is away meanwhile.
  Result<std::string> ask(std::string_view question) override;

  /// What is written by others is there to stay.
  [[nodiscard]] bool lively() const override { return false; }

 private:
  /// Back to where the table begins, and nothing left of it; "" where there is none.
  [[nodiscard]] std::string cleared(const Screen& screen) const;
  void write(const std::string& text);

  std::vector<LiveLine> shown_;
  Screen drawn_on_;
  bool open_line_ = false;
};

}  // namespace cfkops::cli
