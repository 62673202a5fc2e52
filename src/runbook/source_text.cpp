#include "source_text.hpp"

#include "lexer.hpp"
#include "span.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// The byte of `scalar` that stands at `counted`, counting from `start`.
std::size_t offset_in(std::string_view scalar, const SourcePos& start, const SourcePos& counted) {
  SourcePos pos = start;
  std::size_t at = 0;
  while (at < scalar.size() &&
         (pos.line < counted.line || (pos.line == counted.line && pos.column < counted.column))) {
    if (scalar[at] == '\n') {
      ++pos.line;
      pos.column = 1;
    } else {
      ++pos.column;
    }
    at = next_character(scalar, at);
  }
  return at;
}

/// How many bytes of a double-quoted scalar one escape takes, and whether it stands for a space.
struct Escape {
  std::size_t length;
  bool space;
};

Escape read_escape(std::string_view text) {
  const char c = text.size() > 1 ? text[1] : '\0';
  switch (c) {
    case 'x':
      return {4, false};
    case 'u':
      return {6, false};
    case 'U':
      return {10, false};
    default:
      return {2, is_space(c) || c == 'n' || c == 't' || c == 'r'};
  }
}

/// Walks a scalar and the text it was written as side by side. Spaces do not count: folding changes
/// them.
class Walk {
 public:
  Walk(std::string_view text, std::size_t at)
      : text_(text),
        at_(at),
        quote_(at > 0 ? text[at - 1] : '\0') {}

  /// The byte of the text that is the byte `offset` of the scalar.
  std::size_t to(std::string_view scalar, std::size_t offset) {
    for (std::size_t i = 0; i < offset; i = next_character(scalar, i)) {
      if (!is_space(scalar[i])) {
        skip_space();
        step();
      }
    }
    skip_space();
    return std::min(at_, text_.size());
  }

 private:
  [[nodiscard]] bool at_escape() const {
    return quote_ == '"' && at_ < text_.size() && text_[at_] == '\\';
  }

  void skip_space() {
    while (at_ < text_.size()) {
      if (is_space(text_[at_])) {
        ++at_;
      } else if (at_escape() && read_escape(text_.substr(at_)).space) {
        at_ += 2;
      } else {
        return;
      }
    }
  }

  void step() {
    if (at_ >= text_.size()) {
      return;
    }
    if (at_escape()) {
      at_ += read_escape(text_.substr(at_)).length;
    } else if (quote_ == '\'' && text_.substr(at_, 2) == "''") {
      at_ += 2;
    } else {
      at_ = next_character(text_, at_);
    }
  }

  std::string_view text_;
  std::size_t at_;
  char quote_;
};

}  // namespace

SourceText::SourceText(std::string_view text)
    : text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) {
    mark_ = 3;
    text_.remove_prefix(mark_);  // positions do not count the byte order mark
  }
  lines_.push_back(0);
  for (std::size_t at = text_.find('\n'); at != std::string_view::npos;
       at = text_.find('\n', at + 1)) {
    lines_.push_back(at + 1);
  }
}

std::string_view SourceText::line(int number) const {
  if (number < 1 || static_cast<std::size_t>(number) > lines_.size()) {
    return {};
  }
  const std::size_t begin = lines_[static_cast<std::size_t>(number) - 1];
  std::string_view line = text_.substr(begin);
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

std::size_t SourceText::offset_of(const SourcePos& pos) const {
  if (pos.line < 1 || static_cast<std::size_t>(pos.line) > lines_.size()) {
    return text_.size();
  }
  const std::string_view text = line(pos.line);
  std::size_t at = 0;
  for (int column = 1; column < pos.column && at < text.size(); ++column) {
    at = next_character(text, at);
  }
  return lines_[static_cast<std::size_t>(pos.line) - 1] + at;
}

SourcePos SourceText::pos_of(std::size_t offset, const SourcePos& pos) const {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(lines_.begin(), lines_.end(), offset);
  const std::size_t begin = *(after - 1);
  return {pos.file,
          static_cast<int>(after - lines_.begin()),
          count_characters(text_.substr(begin, offset - begin)) + 1};
}

Edit SourceText::edit(const SourcePos& pos, int length, std::string text) const {
  const std::size_t begin = offset_of(pos);
  const std::size_t end = offset_of({pos.file, pos.line, pos.column + length});
  return edit_bytes(begin, end, std::move(text));
}

Edit SourceText::edit_bytes(std::size_t begin, std::size_t end, std::string text) const {
  return {begin + mark_, end + mark_, std::move(text)};
}

SourcePos SourceText::content_start(const SourcePos& pos, bool quoted) const {
  if (!quoted) {
    return pos;
  }
  std::size_t at = offset_of(pos);
  const char first = at < text_.size() ? text_[at] : '\0';
  if (first == '|' || first == '>') {
    at = std::min(text_.find('\n', at), text_.size());
    while (at < text_.size() && is_space(text_[at])) {
      ++at;
    }
    return pos_of(at, pos);
  }
  return first == '"' || first == '\'' ? pos_of(at + 1, pos) : pos;
}

SourcePos SourceText::locate(const SourcePos& start,
                             std::string_view scalar,
                             const SourcePos& counted) const {
  const std::size_t offset = offset_in(scalar, start, counted);
  return pos_of(Walk(text_, offset_of(start)).to(scalar, offset), start);
}

int SourceText::word_length(const SourcePos& pos) const {
  const std::size_t offset = offset_of(pos);
  std::string_view rest = text_.substr(offset);
  rest = rest.substr(0, rest.find_first_of("\r\n"));
  const auto token = Lexer(rest).next();
  return token && token->begin == 0 ? std::max(1, count_characters(token->text)) : 1;
}

}  // namespace cfkops::runbook
