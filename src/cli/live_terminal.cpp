#include "live_terminal.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::cli {
namespace {

constexpr std::string_view kBeginUpdate = "\033[?2026h";
constexpr std::string_view kEndUpdate = "\033[?2026l";
constexpr std::string_view kClearBelow = "\033[J";
constexpr std::string_view kClearRight = "\033[K";

std::string up(std::size_t rows) {
  return rows == 0 ? "\r" : "\r\033[" + std::to_string(rows) + "A";
}

/// The rows that the table takes on a screen as wide as that.
std::size_t rows_of(const std::vector<LiveLine>& table, std::size_t columns) {
  std::size_t rows = 0;
  for (const LiveLine& line : table) {
    rows += std::max<std::size_t>(1, (line.columns + columns - 1) / columns);
  }
  return rows;
}

std::string drawn(const std::vector<LiveLine>& table) {
  std::string text;
  for (const LiveLine& line : table) {
    text.append(line.text).append(kClearRight).append("\n");
  }
  return text;
}

}  // namespace

std::string LiveTerminal::cleared(const Screen& screen) const {
  // After Ctrl-Z and `fg` the shell has written below the table: it stays where it is.
  if (shown_.empty() || screen.continued != drawn_on_.continued) {
    return {};
  }
  const bool wrapped = screen.rewraps && screen.columns < drawn_on_.columns;
  const std::size_t rows =
      wrapped ? rows_of(shown_, static_cast<std::size_t>(std::max(screen.columns, 1)))
              : shown_.size();
  return up(rows).append(kClearBelow);
}

void LiveTerminal::write(const std::string& text) {
  if (!text.empty()) {
    ForwardingTerminal::err(std::string(kBeginUpdate).append(text).append(kEndUpdate));
  }
}

void LiveTerminal::show(std::vector<LiveLine> table) {
  const Screen now = screen();
  if (!now.foreground) {
    shown_.clear();
    return;
  }
  if (open_line_ || (table == shown_ && now == drawn_on_)) {
    return;
  }
  // Over the old lines rather than after clearing them: nothing is away in between.
  const bool over = !shown_.empty() && now == drawn_on_;
  const std::string begin = over ? up(shown_.size()) : cleared(now);
  write(begin + drawn(table) + (over ? std::string(kClearBelow) : ""));
  shown_ = std::move(table);
  drawn_on_ = now;
}

void LiveTerminal::take_away() {
  write(cleared(ForwardingTerminal::screen()));
  shown_.clear();
}

void LiveTerminal::out(std::string_view text) {
  take_away();
  ForwardingTerminal::out(text);
}

void LiveTerminal::err(std::string_view text) {
  if (text.empty()) {
    return;
  }
  open_line_ = text.back() != '\n';
  const Screen now = screen();
  if (shown_.empty() || !now.foreground || now.continued != drawn_on_.continued) {
    shown_.clear();
    ForwardingTerminal::err(text);
    return;
  }
  const bool fits = now.columns >= drawn_on_.columns && now.rows >= drawn_on_.rows;
  const bool again = !open_line_ && fits;
  write(cleared(now).append(text) + (again ? drawn(shown_) : ""));
  if (!again) {
    shown_.clear();
    return;
  }
  drawn_on_ = now;
}

Result<std::string> LiveTerminal::ask(std::string_view question) {
  take_away();
  open_line_ = false;
  Result<std::string> answer = ForwardingTerminal::ask(question);
  if (!answer && answer.error().code == ErrorCode::Cancelled) {
    ForwardingTerminal::err("\n");  // the question's line is open
  }
  return answer;
}

}  // namespace cfkops::cli
