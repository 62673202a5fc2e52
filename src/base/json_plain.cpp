#include "json_plain.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>

namespace cfkops::base {
namespace {

constexpr int kMostLevels = 100;
/// All integers of so many digits fit.
constexpr std::size_t kMostDigits = 18;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// What a backslash makes of the character behind it; '\0' where that is not plain.
char unescaped(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

/// Goes through a document from left to right. Every `take` is false where the document is not
/// plain; then it has ended.
class PlainReader {
 public:
  explicit PlainReader(std::string_view text)
      : text_(text) {}

  bool take_document(nlohmann::json& to) {
    if (!take_value(to)) {
      return false;
    }
    skip_spaces();
    return at_ == text_.size();
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

  bool take_string(std::string& string) {
    if (!take('"')) {
      return false;
    }
    std::size_t begin = at_;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        string.append(text_, begin, at_ - begin);
        ++at_;
        return true;
      }
      if (c == '\\') {
        string.append(text_, begin, at_ - begin);
        const char meant = at_ + 1 < text_.size() ? unescaped(text_[at_ + 1]) : '\0';
        if (meant == '\0') {
          return false;
        }
        string += meant;
        begin = ++at_ + 1;
      } else if (c < ' ') {  // what is not ASCII too
        return false;
      }
    }
    return false;
  }

  bool take_number(nlohmann::json& to) {
    const std::size_t begin = at_;
    const bool negative = text_[at_] == '-';
    at_ += negative ? 1U : 0U;
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
    if (negative) {
      to = value;
    } else {
      to = static_cast<std::uint64_t>(value);
    }
    return true;
  }

  bool take_object(nlohmann::json& to) {
    ++at_;
    to = nlohmann::json::object();
    auto& members = to.get_ref<nlohmann::json::object_t&>();
    if (take('}')) {
      return true;
    }
    do {
      std::string name;
      if (!take_string(name) || !take(':')) {
        return false;
      }
      const auto member = members.emplace_hint(members.end(), std::move(name), nullptr);
      if (!take_value(member->second)) {
        return false;
      }
    } while (take(','));
    return take('}');
  }

  bool take_array(nlohmann::json& to) {
    ++at_;
    to = nlohmann::json::array();
    auto& elements = to.get_ref<nlohmann::json::array_t&>();
    if (take(']')) {
      return true;
    }
    do {
      elements.emplace_back(nullptr);
      if (!take_value(elements.back())) {
        return false;
      }
    } while (take(','));
    return take(']');
  }

  bool take_nested(nlohmann::json& to) {
    if (++levels_ > kMostLevels) {
      return false;
    }
    const bool well = text_[at_] == '{' ? take_object(to) : take_array(to);
    --levels_;
    return well;
  }

  bool take_text(nlohmann::json& to) {
    to = std::string();
    return take_string(to.get_ref<std::string&>());
  }

  bool take_value(nlohmann::json& to) {
    switch (peek()) {
      case '{':
      case '[':
        return take_nested(to);
      case '"':
        return take_text(to);
      case 't':
        to = true;
        return take_word("true");
      case 'f':
        to = false;
        return take_word("false");
      case 'n':
        to = nullptr;
        return take_word("null");
      case '\0':
        return false;
      default:
        return take_number(to);
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int levels_ = 0;
};

}  // namespace

std::optional<nlohmann::json> parse_plain(std::string_view text) {
  nlohmann::json value;
  if (!PlainReader(text).take_document(value)) {
    return std::nullopt;
  }
  return value;
}

}  // namespace cfkops::base
