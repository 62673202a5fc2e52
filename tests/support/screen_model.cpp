#include "screen_model.hpp"

#include "cfkops/base/display.hpp"
#include "cfkops/base/utf8.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::test {
namespace {

constexpr char kEscape = '\033';

std::size_t number_in(std::string_view parameters) {
  return parameters.empty() ? 1 : std::stoul(std::string(parameters));
}

/// A line's cells at another width: a wide character is not torn apart.
std::vector<std::vector<std::string>> rewrapped(const std::vector<std::string>& cells,
                                                std::size_t columns) {
  std::vector<std::vector<std::string>> lines(1);
  for (std::size_t i = 0; i < cells.size();) {
    const std::size_t width = i + 1 < cells.size() && cells[i + 1].empty() ? 2 : 1;
    if (lines.back().size() + width > columns) {
      lines.emplace_back();
    }
    for (std::size_t k = 0; k < width; ++k) {
      lines.back().push_back(cells[i + k]);
    }
    i += width;
  }
  return lines;
}

}  // namespace

void ScreenModel::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const char c = bytes.front();
    if (c == kEscape) {
      bytes.remove_prefix(sequence(bytes));
      continue;
    }
    if (c == '\n') {
      next_line();
    } else if (c == '\r') {
      column_ = 0;
    } else if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') {
      strange_.push_back("control " + std::to_string(c));
    } else {
      const base::CodePoint point = base::decode_utf8(bytes, 0);
      draw(bytes.substr(0, point.size), base::display_width(point.value));
      bytes.remove_prefix(point.size);
      continue;
    }
    bytes.remove_prefix(1);
  }
}

/// Returns its length.
std::size_t ScreenModel::sequence(std::string_view bytes) {
  std::size_t end = 2;
  while (end < bytes.size() && bytes[end] < '@') {
    ++end;
  }
  if (bytes.size() < 2 || bytes[1] != '[' || end >= bytes.size()) {
    strange_.emplace_back(bytes.substr(1, 8));
    return 1;
  }
  obey(bytes.substr(2, end - 2), bytes[end]);
  return end + 1;
}

void ScreenModel::obey(std::string_view parameters, char final) {
  if (final == 'A') {
    row_ -= std::min(number_in(parameters), row_ - top_);
  } else if (final == 'K' && parameters.empty()) {
    clear_right();
  } else if (final == 'J' && parameters.empty()) {
    clear_right();
    lines_.resize(row_ + 1);
  } else if (final == 'm') {
    coloured_ = parameters != "0" && !parameters.empty();
    was_coloured_ = true;
  } else if (final == 'h' || final == 'l') {
    set_mode(parameters, final == 'h');
  } else {
    strange_.push_back(std::string(parameters) + final);
  }
}

void ScreenModel::set_mode(std::string_view parameters, bool on) {
  if (parameters == "?2026") {
    updating_ = on;
  } else if (parameters == "?25") {
    cursor_visible_ = on;
  } else {
    strange_.push_back("mode " + std::string(parameters));
  }
}

void ScreenModel::clear_right() {
  std::vector<std::string>& cells = lines_[row_].cells;
  cells.resize(std::min(cells.size(), column_));
  lines_[row_].goes_on = false;
}

void ScreenModel::next_line() {
  column_ = 0;
  ++row_;
  if (row_ >= lines_.size()) {
    lines_.resize(row_ + 1);
  }
  top_ = std::max(top_, row_ + 1 - std::min(row_ + 1, rows_));
}

void ScreenModel::draw(std::string_view character, std::size_t width) {
  if (width > 0 && column_ + width > columns_) {
    const std::size_t from = row_;
    next_line();
    lines_[from].goes_on = true;
    has_wrapped_ = true;
  }
  std::vector<std::string>& cells = lines_[row_].cells;
  if (width == 0) {
    if (column_ > 0 && column_ <= cells.size()) {
      cells[column_ - 1] += character;
    }
    return;
  }
  cells.resize(std::max(cells.size(), column_ + width), " ");
  cells[column_] = character;
  if (width == 2) {
    cells[column_ + 1].clear();
  }
  column_ += width;
}

void ScreenModel::resize(std::size_t columns, std::size_t rows, Narrower narrower) {
  std::vector<Line> old = std::exchange(lines_, {});
  std::size_t row = 0;
  std::vector<std::string> whole;
  std::size_t offset = 0;  // of the cursor within the whole line
  bool has_cursor = false;
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (narrower == Narrower::CutsOff) {
      row = i == row_ ? lines_.size() : row;
      old[i].cells.resize(std::min(old[i].cells.size(), columns));
      lines_.push_back(std::move(old[i]));
      continue;
    }
    if (i == row_) {
      has_cursor = true;
      offset = whole.size() + column_;
    }
    whole.insert(whole.end(), old[i].cells.begin(), old[i].cells.end());
    if (old[i].goes_on && i + 1 < old.size()) {
      continue;
    }
    const std::size_t begin = lines_.size();
    const auto parts = rewrapped(whole, columns);
    for (std::size_t k = 0; k < parts.size(); ++k) {
      lines_.push_back({.cells = parts[k], .goes_on = k + 1 < parts.size()});
    }
    if (has_cursor) {
      row = begin + std::min(offset / columns, parts.size() - 1);
      column_ = offset % columns;
      has_cursor = false;
    }
    whole.clear();
  }
  columns_ = columns;
  rows_ = rows;
  row_ = row;
  column_ = std::min(column_, columns - 1);
  top_ = lines_.size() - std::min(lines_.size(), rows_);
  top_ = std::min(top_, row_);
}

bool ScreenModel::cursor_is_below_all() const {
  for (std::size_t i = row_; i < lines_.size(); ++i) {
    if (!lines_[i].cells.empty()) {
      return false;
    }
  }
  return column_ == 0;
}

std::string ScreenModel::text_from(std::size_t first) const {
  std::string text;
  std::string spaces;
  for (std::size_t i = first; i < lines_.size(); ++i) {
    std::string line;
    for (const std::string& cell : lines_[i].cells) {
      line += cell;
    }
    line.resize(line.find_last_not_of(' ') + 1);
    spaces += "\n";
    if (!line.empty()) {
      text += (text.empty() ? spaces.substr(1) : spaces) + line;
      spaces.clear();
    }
  }
  return text.empty() ? text : text + "\n";
}

}  // namespace cfkops::test
