#include "format_gap.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

std::optional<FormatGap> FormatGaps::skip() {
  FormatGap gap;
  bool own_line = at == 0 || text_[at - 1] == '\n';
  bool something = !own_line;
  bool blank = false;
  for (; at < text_.size(); ++at) {
    const char c = text_[at];
    if (c == '\n') {
      blank = blank || !something;
      something = false;
      own_line = true;
    } else if (c == '#') {
      if (!take_comment(own_line, blank, gap)) {
        return std::nullopt;
      }
      something = true;
      blank = false;
      --at;  // the end of the line is to be seen
    } else if (c != ' ' && c != '\t') {
      break;
    }
  }
  gap.blank = blank;
  return gap;
}

bool FormatGaps::take_comment(bool own_line, bool blank, FormatGap& gap) {
  const std::size_t end = std::min(text_.find('\n', at), text_.size());
  const bool apart =
      at == 0 || std::string_view(" \t\n").find(text_[at - 1]) != std::string_view::npos;
  std::string text(base::trim(text_.substr(at, end - at)));
  comments_.push_back(text);
  if (own_line) {
    const std::size_t line = at == 0 ? std::string_view::npos : text_.rfind('\n', at - 1);
    const std::size_t column = line == std::string_view::npos ? at : at - line - 1;
    gap.comments.push_back(
        {.text = std::move(text), .column = static_cast<int>(column), .blank = blank});
  } else if (comment_slot != nullptr && comment_slot->empty()) {
    *comment_slot = std::move(text);
  } else {
    return false;
  }
  at = end;
  return apart;
}

bool FormatGaps::skip_line() {
  const std::size_t end = std::min(text_.find('\n', at), text_.size());
  while (at < end && (text_[at] == ' ' || text_[at] == '\t')) {
    ++at;
  }
  FormatGap gap;
  if (at < end && (text_[at] != '#' || !take_comment(false, false, gap))) {
    return false;
  }
  at = std::min(end + 1, text_.size());
  return true;
}

}  // namespace cfkops::runbook
