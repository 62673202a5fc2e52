#include "api/yaml_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace cfkops::sandbox {

namespace {

// Words that a reader would take for something other than a text.
bool is_a_word_of_yaml(std::string_view text) {
  constexpr std::array<std::string_view, 10> kWords = {
      "null", "~", "true", "false", "yes", "no", "on", "off", "y", "n"};
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return std::ranges::find(kWords, lower) != kWords.end();
}

bool looks_like_a_number(std::string_view text) {
  const bool begins = std::isdigit(static_cast<unsigned char>(text.front())) != 0 ||
                      text.front() == '.' || text.front() == '+' || text.front() == '-';
  return begins && std::ranges::all_of(text, [](unsigned char letter) {
           return std::isxdigit(letter) != 0 ||
                  std::string_view("+-._:xoTZ ").find(static_cast<char>(letter)) !=
                      std::string_view::npos;
         });
}

bool is_plain(std::string_view text) {
  constexpr std::string_view kIndicators = "-?:,[]{}#&*!|>'\"%@` ";
  if (text.empty() || is_a_word_of_yaml(text) || looks_like_a_number(text) || text.back() == ' ' ||
      text.back() == ':') {
    return false;
  }
  const bool dash_word = text.front() == '-' && text.size() > 1 && text[1] != ' ';
  if (kIndicators.find(text.front()) != std::string_view::npos && !dash_word) {
    return false;
  }
  return text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos;
}

bool has_controls(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char letter) { return letter < 0x20; });
}

std::string scalar(const Value& value) {
  const auto* text = value.get_ptr<const std::string*>();
  if (text == nullptr || has_controls(*text)) {
    return value.dump(-1, ' ', false, Value::error_handler_t::replace);
  }
  if (is_plain(*text)) {
    return *text;
  }
  if (text->find('\'') == std::string::npos && !is_a_word_of_yaml(*text) && !text->empty() &&
      !looks_like_a_number(*text)) {
    return "'" + *text + "'";
  }
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

bool is_leaf(const Value& value) {
  return !value.is_structured() || value.empty();
}

std::string leaf(const Value& value) {
  return value.is_object() ? "{}" : value.is_array() ? "[]" : scalar(value);
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the value, which a decoder has bounded
void append(std::string& to, const Value& value, std::size_t indent, bool first_in_line) {
  const std::string space(indent, ' ');
  bool at_start = !first_in_line;
  if (is_leaf(value)) {
    to += leaf(value) + "\n";
    return;
  }
  if (value.is_array()) {
    for (const Value& element : value) {
      to += (at_start ? space : std::string()) + "- ";
      append(to, element, indent + 2, true);
      at_start = true;
    }
    return;
  }
  for (const auto& [key, member] : value.items()) {
    to += (at_start ? space : std::string()) + scalar(Value(key)) + ":";
    at_start = true;
    if (is_leaf(member)) {
      to += " " + leaf(member) + "\n";
      continue;
    }
    to += "\n";
    append(to, member, member.is_array() ? indent : indent + 2, false);
  }
}

}  // namespace

std::string yaml_text(const Value& value) {
  std::string text;
  append(text, value, 0, false);
  return text;
}

}  // namespace cfkops::sandbox
