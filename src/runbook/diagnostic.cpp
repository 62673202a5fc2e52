#include "cfkops/runbook/diagnostic.hpp"

#include "source_text.hpp"

#include "cfkops/base/display.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

namespace {

/// Control characters other than the tab, and those that turn the direction of text.
bool drives_terminal(char32_t code) {
  const bool turns = code == 0x061C || code == 0x200E || code == 0x200F ||
                     (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
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
    const base::CodePoint point = base::decode_utf8(line, i);
    const std::string_view character = line.substr(i, point.size);
    i += point.size;
    const bool shown = point.valid && !drives_terminal(point.value);
    excerpt.line += shown ? character : std::string_view("\xEF\xBF\xBD");
    const std::size_t width = shown && character != "\t" ? base::display_width(point.value) : 1;
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

std::string render(const Diagnostic& diagnostic, std::string_view source) {
  std::string text = fmt::format("{}: error: {} [{}]\n",
                                 base::printable(diagnostic.pos.text()),
                                 base::printable_lines(diagnostic.message),
                                 diagnostic.code);
  const SourceText lines(source);
  const std::string_view line = lines.line(diagnostic.pos.line);
  if (diagnostic.pos.column > 0 && !line.empty()) {
    const Excerpt excerpt = excerpt_of(line, diagnostic.pos.column, diagnostic.length);
    text +=
        fmt::format("{:5} | {}\n      | {}\n", diagnostic.pos.line, excerpt.line, excerpt.carets);
  }
  if (!diagnostic.remedy.empty()) {
    text += fmt::format("      = {}\n", base::printable_lines(diagnostic.remedy));
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
