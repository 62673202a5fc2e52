#include "outline_reader.hpp"

#include <algorithm>

namespace cfkops::lsp {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Nothing, or what ends a word.
bool is_space(char c) {
  return is_blank(c) || c == '\n' || c == '\r' || c == '\0';
}

}  // namespace

void OutlineReader::read() {
  if (text_.starts_with("\xEF\xBB\xBF")) {
    at_ = 3;
  }
  out_.tail_ = {Tail::At::Key, kRoot, at_};
  while (!done()) {
    line();
  }
  if (full()) {
    out_.tail_ = {Tail::At::Nothing, kRoot, text_.size()};
  }
}

bool OutlineReader::is_dash(std::size_t at) const {
  return at < text_.size() && text_[at] == '-' &&
         is_space(at + 1 < text_.size() ? text_[at + 1] : '\0');
}

void OutlineReader::skip_blanks() {
  while (is_blank(peek())) {
    ++at_;
  }
}

void OutlineReader::skip_line() {
  at_ = std::min(text_.find('\n', at_), text_.size());
  if (!done()) {
    ++at_;
    line_begin_ = at_;
    // The text may end here: then a new line begins in which nothing is written yet.
    end_in(Tail::At::Key, kRoot, at_);
  }
}

void OutlineReader::skip_comment() {
  at_ = std::min(text_.find('\n', at_), text_.size());
  end_in(Tail::At::Nothing, kRoot, at_);
}

void OutlineReader::end_in(Tail::At at, std::size_t owner, std::size_t begin) {
  if (done()) {
    out_.tail_ = {at, owner, begin};
  }
}

std::size_t OutlineReader::add(Entry::Kind kind, std::size_t parent, ByteSpan key) {
  const std::size_t added = out_.entries_.size();
  if (full()) {
    at_ = text_.size();
    return added - 1;
  }
  Entry& entry = out_.entries_.emplace_back();
  entry.kind = kind;
  entry.parent = parent;
  entry.key = key;
  std::size_t& first = parent == kRoot ? out_.first_ : out_.entries_[parent].first_child;
  std::size_t& last = parent == kRoot ? out_.last_ : out_.entries_[parent].last_child;
  if (last == kRoot) {
    first = added;
  } else {
    out_.entries_[last].next = added;
  }
  last = added;
  return added;
}

/// The entry that a key or an item in that column belongs to. Those that it ends are closed. The
/// items of a list may begin in the column of its key.
std::size_t OutlineReader::owner_of(std::size_t column, Entry::Kind kind) {
  while (!open_.empty() &&
         (open_.back().column > column ||
          (open_.back().column == column &&
           (kind == Entry::Kind::Key || open_.back().kind == Entry::Kind::Item)))) {
    open_.pop_back();
  }
  return open_.empty() ? kRoot : open_.back().entry;
}

void OutlineReader::line() {
  line_begin_ = at_;
  skip_blanks();
  if (done()) {
    return end_in(Tail::At::Key, owner_of(at_ - line_begin_, Entry::Kind::Key), at_);
  }
  if (at_line_end()) {
    return skip_line();
  }
  const std::string_view rest = text_.substr(at_, 3);
  if (at_ == line_begin_ && (rest == "---" || rest == "...")) {
    return skip_line();
  }
  if (peek() == '#') {
    skip_comment();
    return skip_line();
  }
  items();
}

/// The dashes of a line, and what stands behind them.
void OutlineReader::items() {
  while (is_dash(at_)) {
    const std::size_t column = at_ - line_begin_;
    ++at_;
    const std::size_t item =
        add(Entry::Kind::Item, owner_of(column, Entry::Kind::Item), ByteSpan());
    open_.push_back({item, column, Entry::Kind::Item});
    skip_blanks();
    if (done()) {
      return end_in(Tail::At::Key, item, at_);
    }
    if (at_line_end()) {
      return skip_line();
    }
    if (peek() == '#') {
      skip_comment();
      return skip_line();
    }
  }
  node();
}

/// A key with its value, or a value that an item or a key above it has.
void OutlineReader::node() {
  const std::size_t column = at_ - line_begin_;
  std::size_t after = 0;
  if (const auto key = key_at(at_, after)) {
    at_ = after;
    const std::size_t entry = add(Entry::Kind::Key, owner_of(column, Entry::Kind::Key), *key);
    open_.push_back({entry, column, Entry::Kind::Key});
    return value(entry, column + 1);
  }
  const std::size_t owner = owner_of(column, Entry::Kind::Key);
  const std::size_t least = open_.empty() ? 0 : open_.back().column + 1;
  if (owner != kRoot && std::string_view("\"'{[|>").find(peek()) != std::string_view::npos) {
    return value(owner, least);
  }
  if (std::string_view("{[").find(peek()) != std::string_view::npos) {
    return flow(kRoot, 0);
  }
  word();
}

/// A word that is no key, or not yet.
void OutlineReader::word() {
  const std::size_t owner = owner_of(at_ - line_begin_, Entry::Kind::Key);
  const std::size_t begin = at_;
  at_ = plain_end(at_);
  const bool empty = owner != kRoot && out_.entries_[owner].style == Entry::Style::Nothing &&
                     out_.entries_[owner].first_child == kRoot;
  if (empty) {
    out_.entries_[owner].value = {begin, at_};
    out_.entries_[owner].style = Entry::Style::Plain;
  }
  end_in(Tail::At::Key, owner, begin);
  skip_line();
}

/// The key that begins there, and where its colon ends.
std::optional<ByteSpan> OutlineReader::key_at(std::size_t from, std::size_t& after) const {
  const char quote = from < text_.size() ? text_[from] : '\0';
  ByteSpan key{from, from};
  std::size_t colon = from;
  if (quote == '"' || quote == '\'') {
    key.begin = from + 1;
    key.end = text_.find_first_of(quote == '"' ? "\"\n" : "'\n", key.begin);
    if (key.end == std::string_view::npos || text_[key.end] == '\n') {
      return std::nullopt;
    }
    colon = std::min(text_.find_first_not_of(" \t", key.end + 1), text_.size());
  } else if (std::string_view("{[|>#").find(quote) != std::string_view::npos) {
    return std::nullopt;
  } else {
    const std::size_t end = plain_end(from);
    while (colon < end &&
           !(text_[colon] == ':' && is_space(colon + 1 < text_.size() ? text_[colon + 1] : '\0'))) {
      ++colon;
    }
    key.end = colon;
    while (key.end > key.begin && is_blank(text_[key.end - 1])) {
      --key.end;
    }
  }
  if (colon >= text_.size() || text_[colon] != ':' || key.empty()) {
    return std::nullopt;
  }
  after = colon + 1;
  return key;
}

/// What stands behind a key or a dash; lines with less indentation than `least` do not belong to
/// it.
void OutlineReader::value(std::size_t entry, std::size_t least) {
  const std::size_t before = at_;
  skip_blanks();
  out_.entries_[entry].value = {at_, at_};
  if (done()) {
    return end_in(Tail::At::Value, entry, at_);
  }
  switch (peek()) {
    case '\n':
    case '\r':
      return skip_line();
    case '#':
      if (at_ > before) {
        skip_comment();
        return skip_line();
      }
      return plain(entry, least);
    case '|':
    case '>':
      return block_scalar(entry, least);
    case '"':
    case '\'':
      return quoted(entry, least);
    case '{':
    case '[':
      return flow(entry, least);
    default:
      return plain(entry, least);
  }
}

/// Whether what is written in the line that begins there is indented less. An empty line is not,
/// but at the end of the text, where somebody is about to write.
bool OutlineReader::line_leaves(std::size_t begin, std::size_t least) const {
  const std::size_t first = text_.find_first_not_of(" \t", begin);
  if (first == std::string_view::npos) {
    return text_.size() - begin < least;
  }
  return text_[first] != '\n' && text_[first] != '\r' && first - begin < least;
}

void OutlineReader::block_scalar(std::size_t entry, std::size_t least) {
  at_ = std::min(text_.find('\n', at_), text_.size());
  const std::size_t begin = std::min(at_ + 1, text_.size());
  while (!done() && !line_leaves(at_ + 1, least)) {
    at_ = std::min(text_.find('\n', at_ + 1), text_.size());
  }
  out_.entries_[entry].style = Entry::Style::Block;
  out_.entries_[entry].value = {begin, std::max(begin, at_)};
  end_in(Tail::At::Value, entry, begin);
  skip_line();
}

/// Where a plain value ends on the line of `from`.
std::size_t OutlineReader::plain_end(std::size_t from) const {
  std::size_t end = from;
  while (end < text_.size() && text_[end] != '\n' && text_[end] != '\r' &&
         !(text_[end] == '#' && end > from && is_blank(text_[end - 1]))) {
    ++end;
  }
  return end;
}

/// Whether a plain value goes on in the line that begins there: indented, without a key.
bool OutlineReader::goes_on(std::size_t line, std::size_t least) const {
  const std::size_t first = text_.find_first_not_of(" \t", line);
  std::size_t after = 0;
  return first != std::string_view::npos && text_[first] != '\n' && text_[first] != '\r' &&
         text_[first] != '#' && first - line >= least && !is_dash(first) && !key_at(first, after);
}

void OutlineReader::plain(std::size_t entry, std::size_t least) {
  const std::size_t begin = at_;
  at_ = plain_end(at_);
  for (std::size_t end = at_; end < text_.size() && text_[end] != '#';) {
    end = text_.find('\n', end);
    if (end == std::string_view::npos || !goes_on(end + 1, least)) {
      break;
    }
    at_ = plain_end(text_.find_first_not_of(" \t", end + 1));
    end = at_;
  }
  std::size_t end = at_;
  while (!done() && end > begin && is_blank(text_[end - 1])) {
    --end;
  }
  out_.entries_[entry].style = Entry::Style::Plain;
  out_.entries_[entry].value = {begin, end};
  end_in(Tail::At::Value, entry, begin);
  if (peek() == '#') {
    skip_comment();
  }
  skip_line();
}

void OutlineReader::quoted(std::size_t entry, std::size_t least) {
  const char quote = peek();
  const std::size_t begin = ++at_;
  while (!done() && (peek() != quote || (quote == '\'' && peek(1) == quote))) {
    if (peek() == '\n' && line_leaves(at_ + 1, least)) {
      break;  // it is not closed yet
    }
    at_ += peek() == quote || (quote == '"' && peek() == '\\') ? 2U : 1U;
  }
  at_ = std::min(at_, text_.size());
  Entry& owner = out_.entries_[entry];
  owner.style = quote == '"' ? Entry::Style::DoubleQuoted : Entry::Style::SingleQuoted;
  owner.value = {begin, at_};
  end_in(Tail::At::Value, entry, begin);
  if (peek() == quote) {
    ++at_;
    end_in(Tail::At::Nothing, entry, at_);
  }
  skip_line();
}

}  // namespace cfkops::lsp
