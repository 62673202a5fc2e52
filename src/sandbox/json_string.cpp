#include "json_string.hpp"

#include "refusal.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace cfkops::sandbox {

namespace {

constexpr char32_t kReplacement = 0xFFFD;

char byte_of(char32_t bits) {
  return static_cast<char>(static_cast<unsigned char>(bits));
}

void append(std::string& to, char32_t code) {
  if (code < 0x80) {
    to += byte_of(code);
  } else if (code < 0x800) {
    to += byte_of(0xC0 | (code >> 6));
    to += byte_of(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    to += byte_of(0xE0 | (code >> 12));
    to += byte_of(0x80 | ((code >> 6) & 0x3F));
    to += byte_of(0x80 | (code & 0x3F));
  } else {
    to += byte_of(0xF0 | (code >> 18));
    to += byte_of(0x80 | ((code >> 12) & 0x3F));
    to += byte_of(0x80 | ((code >> 6) & 0x3F));
    to += byte_of(0x80 | (code & 0x3F));
  }
}

char32_t hex_value(std::string_view digits) {
  char32_t value = 0;
  for (const char digit : digits) {
    const int low = digit >= 'a' ? digit - 'a' + 10 : digit >= 'A' ? digit - 'A' + 10 : digit - '0';
    value = value * 16 + static_cast<char32_t>(low);
  }
  return value;
}

bool is_surrogate(char32_t code) {
  return code >= 0xD800 && code < 0xE000;
}

/// Reads what follows a backslash and returns how long it is.
std::size_t unescape(std::string_view rest, std::string& to) {
  constexpr std::string_view kNames = "bfnrt";
  constexpr std::string_view kLetters = "\b\f\n\r\t";
  if (rest.front() != 'u') {
    const std::size_t name = kNames.find(rest.front());
    to += name == std::string_view::npos ? rest.front() : kLetters[name];
    return 1;
  }
  const char32_t code = hex_value(rest.substr(1, 4));
  if (!is_surrogate(code)) {
    append(to, code);
    return 5;
  }
  if (code < 0xDC00 && rest.size() >= 11 && rest.substr(5, 2) == "\\u") {
    const char32_t low = hex_value(rest.substr(7, 4));
    if (low >= 0xDC00 && low < 0xE000) {
      append(to, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
      return 11;
    }
  }
  append(to, kReplacement);
  return 5;
}

/// The length of the UTF-8 sequence at the beginning; 0 where there is none.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80                    ? 1
                             : lead >= 0xC2 && lead < 0xE0  ? 2
                             : lead >= 0xE0 && lead < 0xF0  ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
  if (length < 2 || length > text.size()) {
    return length == 1 ? 1 : 0;
  }
  char32_t code = lead & (0xFFU >> (length + 1));
  for (const char letter : text.substr(1, length - 1)) {
    const auto bits = static_cast<unsigned char>(letter);
    if ((bits & 0xC0) != 0x80) {
      return 0;
    }
    code = (code << 6) | (bits & 0x3FU);
  }
  const char32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  return code < least || code > 0x10FFFF || is_surrogate(code) ? 0 : length;
}

}  // namespace

std::string unescaped_string(std::string_view raw) {
  std::string text;
  for (std::size_t at = 0; at < raw.size();) {
    if (raw[at] == '\\') {
      at += 1 + unescape(raw.substr(at + 1), text);
      continue;
    }
    const std::size_t length = sequence_length(raw.substr(at));
    if (length == 0) {
      append(text, kReplacement);
      ++at;
      continue;
    }
    text.append(raw.substr(at, length));
    at += length;
  }
  return text;
}

std::string quoted_letter(char letter) {
  if (letter == '\'') {
    return "'\\''";
  }
  if (letter == '"') {
    return "'\"'";
  }
  const auto code = static_cast<unsigned char>(letter);
  if (code < 0x80) {
    const std::string quoted = go_quoted(std::string_view(&letter, 1));
    return "'" + quoted.substr(1, quoted.size() - 2) + "'";
  }
  if (code <= 0xA0 || code == 0xAD) {
    return fmt::format("'\\u{:04x}'", code);
  }
  std::string text;
  append(text, code);
  return "'" + text + "'";
}

}  // namespace cfkops::sandbox
