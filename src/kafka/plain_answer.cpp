#include "plain_answer.hpp"

#include "cfkops/base/json_cursor.hpp"

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

/// Every `take` is false where the answer is not plain; then it has ended.
class Scan {
 public:
  explicit Scan(std::string_view text)
      : cursor_(text) {}

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
    return well && cursor_.at_end() && has_value && status == 200;
  }

 private:
  bool take_number(std::optional<std::int64_t>& number) {
    number = cursor_.take_integer(kMostDigits);
    return number.has_value();
  }

  /// `member` is told each name, and takes what belongs to it.
  template <class Member>
  bool take_object(const Member& member) {
    if (++level_ > kMostLevels || !cursor_.take('{')) {
      return false;
    }
    if (!cursor_.take('}')) {
      do {
        const std::optional<std::string_view> name = cursor_.take_text();
        if (!name || !cursor_.take(':') || !member(*name)) {
          return false;
        }
      } while (cursor_.take(','));
      if (!cursor_.take('}')) {
        return false;
      }
    }
    --level_;
    return true;
  }

  bool take_array() {
    if (++level_ > kMostLevels || !cursor_.take('[')) {
      return false;
    }
    if (!cursor_.take(']')) {
      do {
        if (!take_any()) {
          return false;
        }
      } while (cursor_.take(','));
      if (!cursor_.take(']')) {
        return false;
      }
    }
    --level_;
    return true;
  }

  bool take_any() {
    switch (cursor_.peek()) {
      case '{':
        return take_object([this](std::string_view /*name*/) { return take_any(); });
      case '[':
        return take_array();
      case '"':
        return cursor_.take_text().has_value();
      case 't':
        return cursor_.take_word("true");
      case 'f':
        return cursor_.take_word("false");
      case 'n':
        return cursor_.take_word("null");
      default:
        return cursor_.take_integer(kMostDigits).has_value();
    }
  }

  bool take_answered(PlainAnswer& answer) {
    if (cursor_.peek() != '{') {
      return take_number(answer.number);
    }
    answer.beans.reserve(cursor_.rest().size() / kBytesPerBean);
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
      const char c = cursor_.peek();
      return first && (c == '-' || is_digit(c) ? take_number(bean.value) : take_any());
    };
    const bool well = cursor_.peek() == '{' ? take_object(attribute) : take_any();
    answer.beans.push_back(bean);
    return well;
  }

  base::JsonCursor cursor_;
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
