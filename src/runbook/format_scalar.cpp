#include "format_scalar.hpp"

#include "cfkops/base/utf8.hpp"
#include "cfkops/base/yaml_write.hpp"

namespace cfkops::runbook {

namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// What means nothing to a parser behind a letter. Braces are not among it: a text with `${…}`
/// keeps its quotes, since it is one glance less to see where it ends.
constexpr std::string_view kInLines =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._/@+=;()*%^<>~-:'!?&|,";

/// A letter of another script, or a sign that shows: no space, no control character, nothing that
/// cannot be seen or turns the direction of text.
bool shows(char32_t c) {
  return (c >= 0xA1 && c != 0xAD && c < 0x0590) || (c >= 0x0900 && c < 0x1680) ||
         (c >= 0x2190 && c < 0x2800) || (c >= 0x3041 && c < 0xD800);
}

bool is_plain(std::string_view text, ScalarPlace place) {
  if (text.empty() || text.back() == ' ' || text.back() == ':') {
    return false;
  }
  for (std::size_t at = 0; at < text.size();) {
    const base::CodePoint point = base::decode_utf8(text, at);
    const bool known =
        point.size == 1 ? (at == 0 ? kLetters : kInLines).find(text[at]) != std::string_view::npos
                        : point.valid && shows(point.value);
    if (!known || (place == ScalarPlace::InBrackets && (text[at] == ',' || text[at] == ':'))) {
      return false;
    }
    at += point.size;
  }
  return text.find(": ") == std::string_view::npos && !base::is_yaml_word(text);
}

}  // namespace

std::string plainest(std::string_view written, ScalarPlace place) {
  const char quote = written.size() < 2 ? '\0' : written.front();
  if (quote != '"' && quote != '\'') {
    return std::string(written);
  }
  std::string text(written.substr(1, written.size() - 2));
  if (quote == '"') {
    return text.find('\\') == std::string::npos && is_plain(text, place) ? text
                                                                         : std::string(written);
  }
  for (std::size_t at = text.find("''"); at != std::string::npos; at = text.find("''", at + 1)) {
    text.erase(at, 1);
  }
  if (is_plain(text, place)) {
    return text;
  }
  return text.find_first_of("\"\\") == std::string::npos ? "\"" + text + "\""
                                                         : std::string(written);
}

}  // namespace cfkops::runbook
