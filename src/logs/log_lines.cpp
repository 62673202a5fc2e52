#include "log_lines.hpp"

#include <algorithm>

namespace cfkops::logs {

void LineCutter::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const bool whole = end != std::string_view::npos;
    const std::string_view piece = bytes.substr(0, end);
    if (whole && rest_.empty() && piece.size() <= longest_) {
      sink_(piece, 0);
    } else {
      const std::size_t room = std::min(piece.size(), longest_ - rest_.size());
      rest_ += piece.substr(0, room);
      left_out_ += piece.size() - room;
      if (whole) {
        this->end();
      }
    }
    bytes.remove_prefix(whole ? end + 1 : bytes.size());
  }
}

void LineCutter::end() {
  if (!rest_.empty()) {
    const std::string line = std::exchange(rest_, {});
    sink_(line, std::exchange(left_out_, 0));
  }
}

void LineCutter::drop() {
  rest_.clear();
  left_out_ = 0;
}

void Repeats::reopened() {
  reopened_ = last_.has_value();
  again_ = same_;
  seam_ = false;
}

Repeats::Line Repeats::add(const std::optional<WallTime>& time) {
  if (!time) {
    return Line::New;
  }
  const bool first = reopened_ && last_;
  if (first && (*time < *last_ || (*time == *last_ && again_ > 0))) {
    again_ -= *time == *last_ ? 1U : 0U;
    seam_ = true;
    return Line::Again;
  }
  reopened_ = false;
  same_ = time == last_ ? same_ + 1 : 1;
  last_ = time;
  return first && !seam_ ? Line::NewBehindGap : Line::New;
}

}  // namespace cfkops::logs
