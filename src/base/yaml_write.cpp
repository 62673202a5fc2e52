#include "cfkops/base/yaml_write.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace cfkops::base {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/@+=,;()*$%^<>~- :";

/// Words that YAML 1.1 or 1.2 takes for null or a truth value, in lower case.
constexpr std::array<std::string_view, 9> kWords = {
    "null", "true", "false", "yes", "no", "on", "off", "y", "n"};

bool is_word(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::find(kWords.begin(), kWords.end(), small) != kWords.end();
}

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
  return !is_word(text);
}

/// JSON's way to quote, in ASCII alone, is one of YAML's ways, but for the slash that JSON may and
/// this does not escape, and for pairs of surrogates, which YAML does not know.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
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
