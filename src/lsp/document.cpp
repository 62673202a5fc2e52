#include "document.hpp"

#include "cfkops/base/utf8.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::lsp {

namespace {

/// How many units of the encoding a character takes.
int units_of(const base::CodePoint& point, Encoding encoding) {
  if (encoding == Encoding::Utf8) {
    return static_cast<int>(point.size);
  }
  return point.value >= 0x10000 ? 2 : 1;
}

}  // namespace

Document::Document(std::string text, Encoding encoding)
    : text_(std::move(text)),
      encoding_(encoding) {
  index_lines(0, text_.size(), lines_);
}

/// Adds the beginnings of the lines whose line ends are in that part of the text.
void Document::index_lines(std::size_t begin,
                           std::size_t end,
                           std::vector<std::uint32_t>& lines) const {
  for (std::size_t at = begin; (at = text_.find_first_of("\r\n", at)) < end;) {
    at += text_[at] == '\r' && at + 1 < text_.size() && text_[at + 1] == '\n' ? 2U : 1U;
    lines.push_back(static_cast<std::uint32_t>(at));
  }
}

std::size_t Document::line_end(std::size_t line) const {
  std::size_t end = line + 1 < lines_.size() ? lines_[line + 1] : text_.size();
  while (end > lines_[line] && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) {
    --end;
  }
  return end;
}

std::size_t Document::offset_of(const Position& position) const {
  if (position.line < 0) {
    return 0;
  }
  const auto line = static_cast<std::size_t>(position.line);
  if (line >= lines_.size()) {
    return text_.size();
  }
  const std::size_t end = line_end(line);
  std::size_t at = lines_[line];
  int left = position.character;
  while (at < end) {
    const base::CodePoint point = base::decode_utf8(text_, at);
    left -= units_of(point, encoding_);
    if (left < 0) {
      break;
    }
    at += point.size;
  }
  return at;
}

Position Document::position_of(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(lines_.begin(), lines_.end(), offset);
  Position position{static_cast<int>(after - lines_.begin()) - 1, 0};
  for (std::size_t at = *(after - 1); at < offset;) {
    const base::CodePoint point = base::decode_utf8(text_, at);
    position.character += units_of(point, encoding_);
    at += point.size;
  }
  return position;
}

void Document::replace(const Range& range, std::string_view text) {
  const std::size_t begin = offset_of(range.start);
  const std::size_t end = std::max(begin, offset_of(range.end));
  // Lines are found anew from the one before the change, whose end a \n may have joined, to the end
  // of the one that the change ends in; those behind it move.
  auto first = std::upper_bound(lines_.begin(), lines_.end(), begin) - 1;
  first -= first == lines_.begin() ? 0 : 1;
  const auto last = std::upper_bound(first, lines_.end(), end);
  const std::size_t from = *first;
  const std::size_t old_end = last == lines_.end() ? text_.size() : *last;
  text_.replace(begin, end - begin, text);
  const std::size_t new_end = old_end + text.size() - (end - begin);
  std::for_each(last, lines_.end(), [&](std::uint32_t& line) {
    line = static_cast<std::uint32_t>(line + text.size() - (end - begin));
  });
  std::vector<std::uint32_t> found = {static_cast<std::uint32_t>(from)};
  index_lines(from, new_end, found);
  if (last != lines_.end() && found.size() > 1 && found.back() == *last) {
    found.pop_back();  // it is the first of those behind
  }
  const auto behind = lines_.erase(first, last);
  lines_.insert(behind, found.begin(), found.end());
}

}  // namespace cfkops::lsp
