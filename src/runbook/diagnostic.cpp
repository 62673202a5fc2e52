#include "cfkops/runbook/diagnostic.hpp"

#include "source_text.hpp"
#include "span.hpp"

#include "cfkops/base/display.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

namespace {

/// The code point of one character; of a malformed one anything.
char32_t code_of(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1 || character.size() > 4) {
    return lead;
  }
  char32_t code = lead & (0x7FU >> character.size());
  for (const char c : character.substr(1)) {
    code = code << 6U | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return code;
}

/// Control characters other than the tab, and those that turn the direction of text.
bool drives_terminal(std::string_view character) {
  const char32_t code = code_of(character);
  const bool turns = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return (code < 0x20 && code != '\t') || (code >= 0x7F && code < 0xA0) || turns;
}

/// A source line as shown, and the line of carets below it.
struct Excerpt {
  std::string line;
  std::string carets;
};

Excerpt excerpt_of(std::string_view line, int column, int length) {
  Excerpt excerpt;
  const int end = column + std::max(length, 1);
  int at = 1;
  for (std::size_t i = 0; i < line.size(); ++at) {
    const std::size_t next = next_character(line, i);
    const std::string_view character = line.substr(i, next - i);
    i = next;
    const bool shown = !drives_terminal(character);
    excerpt.line += shown ? character : std::string_view("\xEF\xBF\xBD");
    const std::size_t width =
        shown && character != "\t" ? base::display_width(code_of(character)) : 1;
    if (at < column) {
      // A tab stays a tab, so that both lines jump to the same stop.
      excerpt.carets += character == "\t" ? "\t" : std::string(width, ' ');
    } else if (at < end) {
      std::string marks(width, '~');
      if (at == column) {
        marks = "^" + std::string(width > 0 ? width - 1 : 0, '~');
      }
      excerpt.carets += marks;
    }
  }
  if (at <= column) {
    excerpt.carets += "^";
  }
  return excerpt;
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Info:
      return "info";
  }
  return "error";
}

std::string render(const Diagnostic& diagnostic, std::string_view source) {
  std::string text = fmt::format("{}: {}: {} [{}]\n",
                                 diagnostic.pos.text(),
                                 to_string(diagnostic.severity),
                                 diagnostic.message,
                                 diagnostic.code);
  const SourceText lines(source);
  const std::string_view line = lines.line(diagnostic.pos.line);
  if (diagnostic.pos.column > 0 && !line.empty()) {
    const Excerpt excerpt = excerpt_of(line, diagnostic.pos.column, diagnostic.length);
    text +=
        fmt::format("{:5} | {}\n      | {}\n", diagnostic.pos.line, excerpt.line, excerpt.carets);
  }
  if (!diagnostic.remedy.empty()) {
    text += fmt::format("      = {}\n", diagnostic.remedy);
  }
  return text;
}

Diagnostic to_diagnostic(const Error& error, std::string code) {
  Diagnostic diagnostic;
  if (error.reason.starts_with("CFK-")) {
    code = error.reason;
  }
  diagnostic.code = std::move(code);
  diagnostic.message = error.text();
  diagnostic.remedy = error.hint;
  diagnostic.pos = error.pos.value_or(SourcePos());
  return diagnostic;
}

}  // namespace cfkops::runbook
