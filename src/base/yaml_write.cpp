#include "cfkops/base/yaml_write.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace cfkops::base {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/@+=,;()*$%^<>~- :";

/// It begins with a letter (so it is no number, no date and no indicator) or a '/', and nothing in
/// it means anything to a parser.
bool is_plain(std::string_view text) {
  if (text.empty() || (kLetters.find(text.front()) == std::string_view::npos && text[0] != '/')) {
    return false;
  }
  if (text.find_first_not_of(kPlain) != std::string_view::npos) {
    return false;
  }
  if (text.back() == ' ' || text.back() == ':' || text.find(": ") != std::string_view::npos) {
    return false;
  }
  return !is_yaml_word(text);
}

/// What JSON leaves as it is and YAML does not take, or takes for the end of a line.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kUnprintable = {
    {{"\x7f", "\\u007f"},
     {"\xe2\x80\xa8", "\\u2028"},
     {"\xe2\x80\xa9", "\\u2029"},
     {"\xef\xbb\xbf", "\\ufeff"}}};

/// The same for the control characters from U+0080 to U+009F.
bool is_upper_control(std::string_view rest) {
  return rest.size() > 1 && rest[0] == '\xc2' &&
         (static_cast<unsigned char>(rest[1]) & 0xe0U) == 0x80U;
}

/// In double quotes. JSON's way to do so is one of YAML's ways, but for the characters above.
std::string quoted(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::string json =
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string out;
  for (std::string_view rest = json; !rest.empty();) {
    const auto* escape =
        std::find_if(kUnprintable.begin(), kUnprintable.end(), [rest](const auto& pair) {
          return rest.starts_with(pair.first);
        });
    if (escape != kUnprintable.end()) {
      out += escape->second;
      rest.remove_prefix(escape->first.size());
    } else if (is_upper_control(rest)) {
      const auto byte = static_cast<unsigned char>(rest[1]);
      out += "\\u00";
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 0xfU];
      rest.remove_prefix(2);
    } else {
      out += rest.front();
      rest.remove_prefix(1);
    }
  }
  return out;
}

std::string scalar(const nlohmann::json& value) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return is_plain(text) ? text : quoted(text);
  }
  if (value.is_object()) {
    return "{}";
  }
  if (value.is_array()) {
    return "[]";
  }
  return value.dump();
}

bool is_block(const nlohmann::json& value) {
  return value.is_structured() && !value.empty();
}

void write(std::string& out, const nlohmann::json& value, std::size_t indent, bool inline_first);

/// What stands behind a key: on its line where it is one word, else below it.
void write_member(std::string& out, const nlohmann::json& value, std::size_t indent) {
  if (!is_block(value)) {
    out += " " + scalar(value) + "\n";
    return;
  }
  out += "\n";
  write(out, value, value.is_array() ? indent : indent + 2, false);
}

/// A block of lines, of which the first begins where the line is already when `inline_first`.
void write(std::string& out, const nlohmann::json& value, std::size_t indent, bool inline_first) {
  bool begun = inline_first;
  const auto margin = [&] {
    if (!begun) {
      out.append(indent, ' ');
    }
    begun = false;
  };
  if (value.is_array()) {
    for (const nlohmann::json& item : value) {
      margin();
      out += "- ";
      if (is_block(item)) {
        write(out, item, indent + 2, true);
      } else {
        out += scalar(item) + "\n";
      }
    }
    return;
  }
  for (const auto& [key, member] : value.items()) {
    margin();
    out += (is_plain(key) ? key : quoted(key)) + ":";
    write_member(out, member, indent);
  }
}

}  // namespace

bool is_yaml_word(std::string_view text) {
  constexpr std::array<std::string_view, 9> kWords = {
      "null", "true", "false", "yes", "no", "on", "off", "y", "n"};
  return std::find(kWords.begin(), kWords.end(), lower(text)) != kWords.end();
}

std::string to_yaml(const Json& value) {
  std::string out;
  if (is_block(value.raw())) {
    write(out, value.raw(), 0, false);
  } else {
    out = scalar(value.raw()) + "\n";
  }
  return out;
}

}  // namespace cfkops::base
