#include "plain_answer.hpp"

#include <charconv>
#include <cstddef>

namespace cfkops::kafka {

namespace {

/// All integers of so many digits are exact as doubles too.
constexpr std::size_t kMostDigits = 15;
constexpr int kMostLevels = 32;
constexpr std::size_t kBytesPerBean = 64;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Goes through a document from left to right. Every `take` is false where the document is not
/// plain; then it has ended.
class Scan {
 public:
  explicit Scan(std::string_view text)
      : text_(text) {}

  /// The whole answer.
  bool take_answer(PlainAnswer& answer) {
    bool has_value = false;
    std::optional<std::int64_t> status;
    const bool well = take_object([&](std::string_view name) {
      if (name == "value") {
        const bool first = !has_value;
        has_value = true;
        return first && take_answered(answer);
      }
      if (name == "status") {
        return !status && take_number(status);
      }
      return take_any();
    });
    skip_spaces();
    return well && at_ == text_.size() && has_value && status == 200;
  }

 private:
  void skip_spaces() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  /// The next character but spaces; '\0' at the end.
  char peek() {
    skip_spaces();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char c) {
    if (peek() != c) {
      return false;
    }
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) {
      return false;
    }
    at_ += word.size();
    return true;
  }

  bool take_string(std::string_view& string) {
    if (!take('"')) {
      return false;
    }
    const std::size_t begin = at_;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        string = text_.substr(begin, at_++ - begin);
        return true;
      }
      if (c == '\\' || c < ' ' || c > '~') {
        return false;
      }
    }
    return false;
  }

  bool take_number(std::optional<std::int64_t>& number) {
    skip_spaces();
    const std::size_t begin = at_;
    at_ += at_ < text_.size() && text_[at_] == '-' ? 1U : 0U;
    const std::size_t digits = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) {
      ++at_;
    }
    const std::size_t count = at_ - digits;
    const bool goes_on =
        at_ < text_.size() && (text_[at_] == '.' || text_[at_] == 'e' || text_[at_] == 'E');
    if (count == 0 || count > kMostDigits || (count > 1 && text_[digits] == '0') || goes_on) {
      return false;
    }
    std::int64_t value = 0;
    std::from_chars(text_.data() + begin, text_.data() + at_, value);
    number = value;
    return true;
  }

  /// `member` is told each name, and takes what belongs to it.
  template <class Member>
  bool take_object(const Member& member) {
    if (++level_ > kMostLevels || !take('{')) {
      return false;
    }
    if (!take('}')) {
      do {
        std::string_view name;
        if (!take_string(name) || !take(':') || !member(name)) {
          return false;
        }
      } while (take(','));
      if (!take('}')) {
        return false;
      }
    }
    --level_;
    return true;
  }

  bool take_array() {
    if (++level_ > kMostLevels || !take('[')) {
      return false;
    }
    if (!take(']')) {
      do {
        if (!take_any()) {
          return false;
        }
      } while (take(','));
      if (!take(']')) {
        return false;
      }
    }
    --level_;
    return true;
  }

  bool take_any() {
    std::string_view string;
    std::optional<std::int64_t> number;
    switch (peek()) {
      case '{':
        return take_object([this](std::string_view /*name*/) { return take_any(); });
      case '[':
        return take_array();
      case '"':
        return take_string(string);
      case 't':
        return take_word("true");
      case 'f':
        return take_word("false");
      case 'n':
        return take_word("null");
      default:
        return take_number(number);
    }
  }

  bool take_answered(PlainAnswer& answer) {
    if (peek() != '{') {
      return take_number(answer.number);
    }
    answer.beans.reserve((text_.size() - at_) / kBytesPerBean);
    return take_object([&](std::string_view name) { return take_bean(name, answer); });
  }

  bool take_bean(std::string_view name, PlainAnswer& answer) {
    PlainBean bean{.name = name, .value = {}};
    bool has_value = false;
    const auto attribute = [&](std::string_view attribute_name) {
      if (attribute_name != "Value") {
        return take_any();
      }
      const bool first = !has_value;
      has_value = true;
      const char c = peek();
      return first && (c == '-' || is_digit(c) ? take_number(bean.value) : take_any());
    };
    const bool well = peek() == '{' ? take_object(attribute) : take_any();
    answer.beans.push_back(bean);
    return well;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int level_ = 0;
};

}  // namespace

std::optional<PlainAnswer> read_plain(std::string_view answer) {
  PlainAnswer plain;
  if (!Scan(answer).take_answer(plain)) {
    return std::nullopt;
  }
  return plain;
}

}  // namespace cfkops::kafka
