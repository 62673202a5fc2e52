#include "cfkops/base/text.hpp"
#include "cfkops/base/utf8.hpp"

namespace cfkops::base {
namespace {

constexpr char kEscape = '\x1b';

/// The length of a control string (OSC, DCS, SOS, PM, APC) whose introducer ends at `begin`; 0
/// where it is never terminated, so that an open one cannot swallow the rest of a message.
std::size_t control_string_length(std::string_view text, std::size_t begin) {
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '\a') {
      return i + 1 - begin;
    }
    if (text[i] == kEscape && i + 1 < text.size() && text[i + 1] == '\\') {
      return i + 2 - begin;
    }
    if (text.substr(i, 2) == "\xC2\x9C") {  // ST as one C1 character
      return i + 2 - begin;
    }
  }
  return 0;
}

/// The length of what follows a control sequence introducer: parameters, intermediates, one final
/// byte.
std::size_t control_sequence_length(std::string_view text, std::size_t begin) {
  std::size_t i = begin;
  while (i < text.size() && text[i] >= ' ' && text[i] <= '?') {
    ++i;
  }
  return (i < text.size() && text[i] >= '@' && text[i] <= '~' ? i + 1 : i) - begin;
}

/// The length of the escape sequence whose ESC stands at `begin` (ECMA-48).
std::size_t escape_length(std::string_view text, std::size_t begin) {
  std::size_t i = begin + 1;
  if (i >= text.size()) {
    return 1;
  }
  if (text[i] == '[') {
    return 2 + control_sequence_length(text, i + 1);
  }
  if (std::string_view("]PX^_").find(text[i]) != std::string_view::npos) {
    return 2 + control_string_length(text, i + 1);
  }
  while (i < text.size() && text[i] >= ' ' && text[i] <= '/') {
    ++i;
  }
  return (i < text.size() && text[i] >= '0' && text[i] <= '~' ? i + 1 : i) - begin;
}

/// The length of the sequence that the C1 control `value`, whose two bytes start at `begin`,
/// introduces.
std::size_t c1_length(std::string_view text, std::size_t begin, char32_t value) {
  switch (value) {
    case 0x9B:  // CSI
      return 2 + control_sequence_length(text, begin + 2);
    case 0x90:  // DCS
    case 0x98:  // SOS
    case 0x9D:  // OSC
    case 0x9E:  // PM
    case 0x9F:  // APC
      return 2 + control_string_length(text, begin + 2);
    default:
      return 2;
  }
}

bool is_line_space(char32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

/// Characters that reorder what stands around them (Unicode's Bidi_Control).
bool is_bidi(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const CodePoint point = decode_utf8(text, i);
    if (!point.valid) {
      out += "\xEF\xBF\xBD";  // U+FFFD
      i += 1;
    } else if (is_line_space(point.value)) {
      out += ' ';
      i += point.size;
    } else if (point.value == static_cast<char32_t>(kEscape)) {
      i += escape_length(text, i);
    } else if (is_control(point.value)) {
      i += point.size == 2 ? c1_length(text, i, point.value) : 1;
    } else {
      if (!is_bidi(point.value)) {
        out += text.substr(i, point.size);
      }
      i += point.size;
    }
  }
  return out;
}

std::string printable_lines(std::string_view text) {
  std::vector<std::string> lines = split(text, '\n');
  for (std::string& line : lines) {
    line = printable(line);
  }
  return join(lines, "\n");
}

}  // namespace cfkops::base
