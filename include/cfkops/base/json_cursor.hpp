#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cfkops::base {

/// Goes over JSON from left to right, for readers that want speed and understand only what is
/// plain. What a `take` says no to is left in part behind: the reader then gives up.
class JsonCursor {
 public:
  /// `text` is borrowed, and so is what is taken from it.
  explicit JsonCursor(std::string_view text)
      : text_(text) {}

  /// Bytes passed.
  [[nodiscard]] std::size_t at() const { return at_; }

  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }

  /// Goes on by so many bytes, which must be there.
  void skip(std::size_t bytes) { at_ += bytes; }

  /// The next character but spaces; '\0' at the end.
  [[nodiscard]] char peek() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  /// Nothing but spaces is left.
  [[nodiscard]] bool at_end() {
    static_cast<void>(peek());
    return at_ == text_.size();
  }

  bool take(char c) {
    if (peek() != c) {
      return false;
    }
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) {
    if (!rest().starts_with(word)) {
      return false;
    }
    at_ += word.size();
    return true;
  }

  /// A string of printable ASCII without escapes.
  [[nodiscard]] std::optional<std::string_view> take_text() {
    if (!take('"')) {
      return std::nullopt;
    }
    const std::size_t begin = at_;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        return text_.substr(begin, at_++ - begin);
      }
      if (c == '\\' || c < ' ' || c > '~') {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  /// A number without fraction or exponent, of at most so many digits; 18 fit.
  [[nodiscard]] std::optional<std::int64_t> take_integer(std::size_t most_digits) {
    static_cast<void>(peek());
    const std::size_t begin = at_;
    at_ += at_ < text_.size() && text_[at_] == '-' ? 1U : 0U;
    const std::size_t digits = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      ++at_;
    }
    const std::size_t count = at_ - digits;
    const bool goes_on =
        at_ < text_.size() && (text_[at_] == '.' || text_[at_] == 'e' || text_[at_] == 'E');
    if (count == 0 || count > most_digits || (count > 1 && text_[digits] == '0') || goes_on) {
      return std::nullopt;
    }
    std::int64_t value = 0;
    std::from_chars(text_.data() + begin, text_.data() + at_, value);
    return value;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace cfkops::base
