#include "json_plain.hpp"

#include "cfkops/base/json_cursor.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace cfkops::base {
namespace {

constexpr int kMostLevels = 100;
/// All integers of so many digits fit.
constexpr std::size_t kMostDigits = 18;

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

/// Every `take` is false where the document is not plain; then it has ended.
class PlainReader {
 public:
  explicit PlainReader(std::string_view text)
      : cursor_(text) {}

  bool take_document(nlohmann::json& to) { return take_value(to) && cursor_.at_end(); }

 private:
  bool take_string(std::string& string) {
    if (!cursor_.take('"')) {
      return false;
    }
    const std::string_view rest = cursor_.rest();
    std::size_t begin = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      const char c = rest[i];
      if (c == '"') {
        string.append(rest, begin, i - begin);
        cursor_.skip(i + 1);
        return true;
      }
      if (c == '\\') {
        string.append(rest, begin, i - begin);
        const char meant = i + 1 < rest.size() ? unescaped(rest[i + 1]) : '\0';
        if (meant == '\0') {
          return false;
        }
        string += meant;
        begin = ++i + 1;
      } else if (c < ' ' || c > '~') {
        return false;
      }
    }
    return false;
  }

  bool take_number(nlohmann::json& to) {
    const bool negative = cursor_.peek() == '-';
    const std::optional<std::int64_t> value = cursor_.take_integer(kMostDigits);
    if (!value) {
      return false;
    }
    if (negative) {
      to = *value;
    } else {
      to = static_cast<std::uint64_t>(*value);
    }
    return true;
  }

  bool take_object(nlohmann::json& to) {
    cursor_.skip(1);
    to = nlohmann::json::object();
    auto& members = to.get_ref<nlohmann::json::object_t&>();
    if (cursor_.take('}')) {
      return true;
    }
    do {
      std::string name;
      if (!take_string(name) || !cursor_.take(':')) {
        return false;
      }
      const auto member = members.emplace_hint(members.end(), std::move(name), nullptr);
      if (!take_value(member->second)) {
        return false;
      }
    } while (cursor_.take(','));
    return cursor_.take('}');
  }

  bool take_array(nlohmann::json& to) {
    cursor_.skip(1);
    to = nlohmann::json::array();
    auto& elements = to.get_ref<nlohmann::json::array_t&>();
    if (cursor_.take(']')) {
      return true;
    }
    do {
      elements.emplace_back(nullptr);
      if (!take_value(elements.back())) {
        return false;
      }
    } while (cursor_.take(','));
    return cursor_.take(']');
  }

  bool take_nested(nlohmann::json& to) {
    if (++levels_ > kMostLevels) {
      return false;
    }
    const bool well = cursor_.peek() == '{' ? take_object(to) : take_array(to);
    --levels_;
    return well;
  }

  bool take_text(nlohmann::json& to) {
    to = std::string();
    return take_string(to.get_ref<std::string&>());
  }

  bool take_value(nlohmann::json& to) {
    switch (cursor_.peek()) {
      case '{':
      case '[':
        return take_nested(to);
      case '"':
        return take_text(to);
      case 't':
        to = true;
        return cursor_.take_word("true");
      case 'f':
        to = false;
        return cursor_.take_word("false");
      case 'n':
        to = nullptr;
        return cursor_.take_word("null");
      case '\0':
        return false;
      default:
        return take_number(to);
    }
  }

  JsonCursor cursor_;
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
