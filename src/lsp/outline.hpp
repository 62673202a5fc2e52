#pragma once

#include "document.hpp"

#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

namespace cfkops::lsp {

/// No entry: the document as a whole.
inline constexpr std::size_t kRoot = std::numeric_limits<std::size_t>::max();

/// A key of a map with its value, or an item of a list.
struct Entry {
  enum class Kind { Key, Item };

  /// How the value is written.
  enum class Style { Nothing, Plain, SingleQuoted, DoubleQuoted, Block, Flow };

  Kind kind = Kind::Key;
  Style style = Style::Nothing;
  std::size_t parent = kRoot;
  std::size_t first_child = kRoot;  ///< kRoot: none
  std::size_t last_child = kRoot;
  std::size_t next = kRoot;  ///< of the same parent
  ByteSpan key;              ///< without quotes; empty of an item
  ByteSpan value;            ///< of a scalar, without quotes
};

/// What the end of a text is in.
struct Tail {
  enum class At {
    Nothing,  ///< a comment, or behind a value
    Key,      ///< where a key or an item of the owner may be written, perhaps the beginning of one
    Value,    ///< in the value of the owner
  };

  At at = At::Nothing;
  std::size_t owner = kRoot;  ///< an entry
  std::size_t begin = 0;      ///< where what is typed begins
};

/// The entries of a YAML text, found by indentation, brackets and quotes. It never fails: what is
/// half typed, and what YAML refuses, is read as far as somebody who writes it means it. Linear.
class Outline {
 public:
  /// The most entries; what stands behind is not read.
  static constexpr std::size_t kMostEntries = 100'000;

  /// `text` must outlive it.
  explicit Outline(std::string_view text);

  [[nodiscard]] std::string_view text() const { return text_; }

  /// In the order of the text.
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

  [[nodiscard]] const Tail& tail() const { return tail_; }

  /// The first child of `parent`; kRoot where there is none.
  [[nodiscard]] std::size_t first_child(std::size_t parent) const {
    return parent == kRoot ? first_ : entries_[parent].first_child;
  }

  /// The child of `parent` with that key; kRoot where there is none.
  [[nodiscard]] std::size_t child(std::size_t parent, std::string_view key) const;

  [[nodiscard]] std::string_view key_of(std::size_t entry) const {
    return entries_[entry].key.of(text_);
  }

  [[nodiscard]] std::string_view value_of(std::size_t entry) const {
    return entries_[entry].value.of(text_);
  }

  /// The scalar under a key of `parent`, or "".
  [[nodiscard]] std::string_view scalar(std::size_t parent, std::string_view key) const;

 private:
  friend class OutlineReader;

  std::string_view text_;
  std::vector<Entry> entries_;
  std::size_t first_ = kRoot;
  std::size_t last_ = kRoot;
  Tail tail_;
};

}  // namespace cfkops::lsp
