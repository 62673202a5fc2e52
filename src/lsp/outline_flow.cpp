#include "outline_reader.hpp"

#include <algorithm>

namespace cfkops::lsp {

/// A value in brackets, over as many lines as it has.
void OutlineReader::flow(std::size_t entry, std::size_t least) {
  std::vector<Level> levels;
  const std::size_t begin = at_;
  levels.push_back({peek() == '{', entry, kRoot});
  ++at_;
  while (!levels.empty() && flow_step(levels, least)) {
  }
  if (entry != kRoot) {
    out_.entries_[entry].style = Entry::Style::Flow;
    out_.entries_[entry].value = {begin, at_};
  }
  if (levels.empty()) {
    end_in(Tail::At::Nothing, entry, at_);
  }
  if (!done()) {
    skip_line();
  }
}

/// Takes one token. Returns false where the value ends without its bracket.
bool OutlineReader::flow_step(std::vector<Level>& levels, std::size_t least) {
  skip_blanks();
  Level& level = levels.back();
  if (done()) {
    const bool wants_value = !level.map || level.key != kRoot;
    end_in(wants_value ? Tail::At::Value : Tail::At::Key,
           level.key != kRoot ? level.key : level.owner,
           at_);
    return false;
  }
  switch (peek()) {
    case '\n':
      return flow_line(least);
    case '#':
      skip_comment();
      return !done();
    case '}':
    case ']':
      levels.pop_back();
      break;
    case ',':
      level.key = kRoot;
      break;
    case '{':
    case '[':
      flow_open(levels);
      break;
    case '\r':
    case ':':
      break;
    default:
      flow_scalar(level);
      return !done();
  }
  at_ = std::min(at_ + 1, text_.size());
  return true;
}

/// Goes on with the next line, if it belongs to the value.
bool OutlineReader::flow_line(std::size_t least) {
  const std::size_t first = text_.find_first_not_of(" \t", at_ + 1);
  const bool closes =
      first != std::string_view::npos && (text_[first] == '}' || text_[first] == ']');
  if (!closes && line_leaves(at_ + 1, least)) {
    return false;
  }
  ++at_;
  line_begin_ = at_;
  return true;
}

void OutlineReader::flow_open(std::vector<Level>& levels) {
  const Level& level = levels.back();
  std::size_t owner = level.key;
  if (!level.map) {
    owner = add(Entry::Kind::Item, level.owner, ByteSpan());
  }
  if (owner != kRoot) {
    out_.entries_[owner].style = Entry::Style::Flow;
  }
  levels.push_back({peek() == '{', owner == kRoot ? level.owner : owner, kRoot});
}

void OutlineReader::flow_scalar(Level& level) {
  Entry::Style style = Entry::Style::Plain;
  const ByteSpan word = flow_word(style);
  if (level.map && level.key == kRoot) {
    flow_key(level, word);
  } else {
    flow_value(level, word, style);
  }
}

/// A key, or what becomes one.
void OutlineReader::flow_key(Level& level, const ByteSpan& word) {
  end_in(Tail::At::Key, level.owner, word.begin);
  skip_blanks();
  if (peek() != ':') {
    return;
  }
  ++at_;
  skip_blanks();
  level.key = add(Entry::Kind::Key, level.owner, word);
  out_.entries_[level.key].value = {at_, at_};
  end_in(Tail::At::Value, level.key, at_);
}

void OutlineReader::flow_value(const Level& level, const ByteSpan& word, Entry::Style style) {
  const std::size_t entry = level.map ? level.key : add(Entry::Kind::Item, level.owner, ByteSpan());
  out_.entries_[entry].style = style;
  out_.entries_[entry].value = word;
  // Behind a closing quote nothing is in the value any more.
  end_in(word.end == at_ ? Tail::At::Value : Tail::At::Nothing, entry, word.begin);
}

/// A scalar up to what ends it: its quote, or for a plain one a comma, bracket, colon or line end.
ByteSpan OutlineReader::flow_word(Entry::Style& style) {
  const char quote = peek();
  if (quote == '"' || quote == '\'') {
    style = quote == '"' ? Entry::Style::DoubleQuoted : Entry::Style::SingleQuoted;
    const std::size_t begin = ++at_;
    while (!done() && peek() != quote && peek() != '\n') {
      at_ += quote == '"' && peek() == '\\' ? 2U : 1U;
    }
    at_ = std::min(at_, text_.size());
    const ByteSpan word{begin, at_};
    at_ += peek() == quote ? 1U : 0U;
    return word;
  }
  const std::size_t begin = at_;
  const auto ends = [&] {
    const char c = peek();
    const char next = peek(1);
    return std::string_view(",{}[]\n\r").find(c) != std::string_view::npos ||
           (c == ':' &&
            std::string_view(" \t\n\r,{}[]\0", 10).find(next) != std::string_view::npos);
  };
  while (!done() && !ends()) {
    ++at_;
  }
  std::size_t end = at_;
  while (!done() && end > begin && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) {
    --end;
  }
  return {begin, end};
}

}  // namespace cfkops::lsp
