#pragma once

#include "outline.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace cfkops::lsp {

/// Reads a text into an outline, which it fills once.
class OutlineReader {
 public:
  explicit OutlineReader(Outline& outline)
      : out_(outline),
        text_(outline.text_) {}

  void read();

 private:
  /// An entry whose children may still come, with the column that it begins in.
  struct Open {
    std::size_t entry = kRoot;
    std::size_t column = 0;
    Entry::Kind kind = Entry::Kind::Key;
  };

  /// A bracket that is open.
  struct Level {
    bool map = false;
    std::size_t owner = kRoot;  ///< the entry whose value it is
    std::size_t key = kRoot;    ///< of a map: the key whose value comes next
  };

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }

  [[nodiscard]] bool full() const { return out_.entries_.size() >= Outline::kMostEntries; }

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  [[nodiscard]] bool at_line_end() const { return done() || peek() == '\n' || peek() == '\r'; }

  [[nodiscard]] bool is_dash(std::size_t at) const;
  void skip_blanks();
  void skip_line();
  void skip_comment();
  void end_in(Tail::At at, std::size_t owner, std::size_t begin);
  std::size_t add(Entry::Kind kind, std::size_t parent, ByteSpan key);
  [[nodiscard]] std::size_t owner_of(std::size_t column, Entry::Kind kind);

  // Block style.
  void line();
  void node();
  void items();
  void word();
  void value(std::size_t entry, std::size_t least);
  void block_scalar(std::size_t entry, std::size_t least);
  void plain(std::size_t entry, std::size_t least);
  void quoted(std::size_t entry, std::size_t least);
  [[nodiscard]] std::optional<ByteSpan> key_at(std::size_t from, std::size_t& after) const;
  [[nodiscard]] std::size_t plain_end(std::size_t from) const;
  [[nodiscard]] bool goes_on(std::size_t line, std::size_t least) const;
  [[nodiscard]] bool line_leaves(std::size_t begin, std::size_t least) const;

  // Flow style.
  void flow(std::size_t entry, std::size_t least);
  bool flow_step(std::vector<Level>& levels, std::size_t least);
  bool flow_line(std::size_t least);
  void flow_open(std::vector<Level>& levels);
  void flow_scalar(Level& level);
  void flow_key(Level& level, const ByteSpan& word);
  void flow_value(const Level& level, const ByteSpan& word, Entry::Style style);
  [[nodiscard]] ByteSpan flow_word(Entry::Style& style);

  Outline& out_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  std::vector<Open> open_;
};

}  // namespace cfkops::lsp
