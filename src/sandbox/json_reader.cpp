#include "json_reader.hpp"

#include "json_string.hpp"
#include "refusal.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace cfkops::sandbox {

namespace {

/// More are not told.
constexpr std::size_t kMostDuplicates = 100;

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

bool is_space(char letter) {
  return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

class Reader {
 public:
  Reader(std::string_view text, std::vector<std::string>& duplicates)
      : text_(text),
        duplicates_(duplicates) {}

  [[nodiscard]] tl::expected<Value, std::string> document() {
    Value value;
    if (read_value(value)) {
      skip_spaces();
      if (!at_end()) {
        complain("after top-level value");
      }
    }
    if (!error_.empty()) {
      return tl::unexpected(error_);
    }
    return value;
  }

 private:
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }

  /// The end reads as a space, which no token goes on with.
  [[nodiscard]] char next() const { return at_end() ? ' ' : text_[at_]; }

  void skip_spaces() {
    while (!at_end() && is_space(text_[at_])) {
      ++at_;
    }
  }

  bool complain(std::string_view where) {
    error_ = fmt::format("invalid character {} {}", quoted_letter(next()), where);
    return false;
  }

  /// Goes to what is not space; false where there is nothing any more.
  bool find_token() {
    skip_spaces();
    if (at_end()) {
      error_ = "unexpected end of JSON input";
    }
    return !at_end();
  }

  bool read_value(Value& value) {
    if (!find_token()) {
      return false;
    }
    const char first = next();
    switch (first) {
      case '{':
        return deeper() && read_object(value);
      case '[':
        return deeper() && read_array(value);
      case '"': {
        std::string text;
        const bool read = read_string(text);
        value = std::move(text);
        return read;
      }
      case 't':
        value = true;
        return read_word("true");
      case 'f':
        value = false;
        return read_word("false");
      case 'n':
        value = nullptr;
        return read_word("null");
      default:
        return first == '-' || is_digit(first) ? read_number(value)
                                               : complain("looking for beginning of value");
    }
  }

  bool deeper() {
    if (++depth_ > kMostDepth) {
      return complain("exceeded max depth");
    }
    ++at_;
    return true;
  }

  bool shallower() {
    --depth_;
    ++at_;
    return true;
  }

  bool read_object(Value& value) {
    value = Value::object();
    if (!find_token()) {
      return false;
    }
    if (next() == '}') {
      return shallower();
    }
    for (;;) {
      if (!read_member(value) || !find_token()) {
        return false;
      }
      if (next() == '}') {
        return shallower();
      }
      if (next() != ',') {
        return complain("after object key:value pair");
      }
      ++at_;
    }
  }

  bool read_member(Value& object) {
    if (!find_token()) {
      return false;
    }
    if (next() != '"') {
      return complain("looking for beginning of object key string");
    }
    std::string name;
    if (!read_string(name) || !find_token()) {
      return false;
    }
    if (next() != ':') {
      return complain("after object key");
    }
    ++at_;
    const std::size_t above = path_.size();
    path_.append(path_.empty() ? "" : ".").append(name);
    if (object.contains(name)) {
      note_duplicate();
    }
    Value member;
    if (!read_value(member)) {
      return false;
    }
    path_.resize(above);
    object[name] = std::move(member);
    return true;
  }

  bool read_array(Value& value) {
    value = Value::array();
    if (!find_token()) {
      return false;
    }
    if (next() == ']') {
      return shallower();
    }
    for (;;) {
      Value element;
      const std::size_t above = path_.size();
      path_ += fmt::format("[{}]", value.size());
      if (!read_value(element) || !find_token()) {
        return false;
      }
      path_.resize(above);
      value.push_back(std::move(element));
      if (next() == ']') {
        return shallower();
      }
      if (next() != ',') {
        return complain("after array element");
      }
      ++at_;
    }
  }

  bool read_word(std::string_view word) {
    for (const char letter : word) {
      if (next() != letter) {
        return complain(fmt::format("in literal {} (expecting '{}')", word, letter));
      }
      ++at_;
    }
    return true;
  }

  /// The raw text between the quotes is checked here and decoded elsewhere.
  bool read_string(std::string& text) {
    const std::size_t begin = ++at_;
    for (; !at_end() && next() != '"'; ++at_) {
      if (static_cast<unsigned char>(next()) < 0x20) {
        return complain("in string literal");
      }
      if (next() == '\\' && !check_escape()) {
        return false;
      }
    }
    if (at_end()) {
      error_ = "unexpected end of JSON input";
      return false;
    }
    text = unescaped_string(text_.substr(begin, at_ - begin));
    ++at_;
    return true;
  }

  /// Ends on the escape's last letter.
  bool check_escape() {
    ++at_;
    if (std::string_view("bfnrt\\/\"u").find(next()) == std::string_view::npos) {
      return complain("in string escape code");
    }
    for (int digits = next() == 'u' ? 4 : 0; digits > 0; --digits) {
      ++at_;
      if (std::string_view("0123456789abcdefABCDEF").find(next()) == std::string_view::npos) {
        return complain("in \\u hexadecimal character escape");
      }
    }
    return true;
  }

  bool read_digits(std::string_view where) {
    if (!is_digit(next())) {
      return complain(where);
    }
    while (is_digit(next())) {
      ++at_;
    }
    return true;
  }

  bool read_number(Value& value) {
    const std::size_t begin = at_;
    if (next() == '-') {
      ++at_;
    }
    if (next() == '0') {
      ++at_;
    } else if (!read_digits("in numeric literal")) {
      return false;
    }
    if (next() == '.') {
      ++at_;
      if (!read_digits("after decimal point in numeric literal")) {
        return false;
      }
    }
    if (next() == 'e' || next() == 'E') {
      ++at_;
      if (next() == '+' || next() == '-') {
        ++at_;
      }
      if (!read_digits("in exponent of numeric literal")) {
        return false;
      }
    }
    value = number_of(text_.substr(begin, at_ - begin));
    return true;
  }

  [[nodiscard]] static Value number_of(std::string_view text) {
    std::int64_t whole = 0;
    const char* const last = text.data() + text.size();
    if (const auto [end, error] = std::from_chars(text.data(), last, whole);
        error == std::errc() && end == last) {
      return whole;
    }
    const Value number = Value::parse(text, nullptr, false);
    return number.is_number() ? number : Value(0.0);
  }

  void note_duplicate() {
    std::string text = "duplicate field " + go_quoted(path_);
    if (duplicates_.size() < kMostDuplicates &&
        std::ranges::find(duplicates_, text) == duplicates_.end()) {
      duplicates_.push_back(std::move(text));
    }
  }

  std::string_view text_;
  std::vector<std::string>& duplicates_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string path_;  ///< of the value that is being read
  std::string error_;
};

}  // namespace

tl::expected<Value, std::string> read_json(std::string_view text,
                                           std::vector<std::string>& duplicates) {
  return Reader(text, duplicates).document();
}

}  // namespace cfkops::sandbox
