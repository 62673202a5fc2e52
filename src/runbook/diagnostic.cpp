#include "cfkops/runbook/diagnostic.hpp"

#include "secret_default.hpp"
#include "source_text.hpp"
#include "span.hpp"

#include "cfkops/base/display.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/base/utf8.hpp"
#include "cfkops/runbook/confidential.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>
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

/// The columns of a long line that are shown: around the finding.
struct Shown {
  int from = 1;
  int to = std::numeric_limits<int>::max();
};

Shown shown_of(std::string_view line, const Diagnostic& finding) {
  constexpr int kMost = 400;
  constexpr int kBefore = 100;
  const int column = std::min(finding.pos.column, static_cast<int>(line.size()) + 1);
  if (line.size() <= static_cast<std::size_t>(kMost) || count_characters(line) <= kMost) {
    return {};
  }
  const int from = std::max(column - kBefore, 1);
  return {from, from + kMost};
}

/// One character as it is shown, and how many columns it takes.
struct Glyph {
  std::string_view text;
  std::size_t width = 1;
};

Glyph glyph_of(std::string_view character, const base::CodePoint& point, bool conceal) {
  if (!point.valid || drives_terminal(point.value)) {
    return {"\xEF\xBF\xBD", 1};
  }
  if (conceal) {
    return {"*", 1};
  }
  return {character, character == "\t" ? 1 : base::display_width(point.value)};
}

/// What stands below the character in column `at`.
std::string mark_of(const Glyph& glyph, int at, int column, int end) {
  if (at >= end) {
    return "";
  }
  if (at < column) {
    // A tab stays a tab, so that both lines jump to the same stop.
    return glyph.text == "\t" ? "\t" : std::string(glyph.width, ' ');
  }
  const std::string tail(at > column ? glyph.width : std::max<std::size_t>(glyph.width, 1) - 1,
                         '~');
  return at == column ? "^" + tail : tail;
}

Excerpt excerpt_of(std::string_view line, const Diagnostic& finding) {
  constexpr std::string_view kCut = "…";
  const Shown shown = shown_of(line, finding);
  Excerpt excerpt;
  if (shown.from > 1) {
    excerpt = {std::string(kCut), " "};
  }
  const int column = finding.pos.column;
  const int end = column + std::max(finding.length, 1);
  const bool secret = underlines_secret(finding);
  int at = 1;
  for (std::size_t i = 0; i < line.size(); ++at) {
    const base::CodePoint point = base::decode_utf8(line, i);
    const std::string_view character = line.substr(i, point.size);
    i += point.size;
    if (at < shown.from) {
      continue;
    }
    if (at >= shown.to) {
      excerpt.line += kCut;
      break;
    }
    const Glyph glyph = glyph_of(character, point, secret && at >= column && at < end);
    excerpt.line += glyph.text;
    excerpt.carets += mark_of(glyph, at, column, end);
  }
  if (at <= column) {
    excerpt.carets += "^";
  }
  return excerpt;
}

std::string render_in(const Diagnostic& diagnostic, const SourceText& source) {
  std::string text = fmt::format("{}: {}: {} [{}]\n",
                                 base::printable(diagnostic.pos.text()),
                                 to_string(diagnostic.severity),
                                 base::printable_lines(diagnostic.message),
                                 diagnostic.code);
  const std::string_view line = source.line(diagnostic.pos.line);
  if (diagnostic.pos.column > 0 && !line.empty()) {
    const Excerpt excerpt = excerpt_of(line, diagnostic);
    text +=
        fmt::format("{:5} | {}\n      | {}\n", diagnostic.pos.line, excerpt.line, excerpt.carets);
  }
  if (!diagnostic.remedy.empty()) {
    text += fmt::format("      = {}\n", base::printable_lines(diagnostic.remedy));
  }
  return text;
}

}  // namespace

bool underlines_secret(const Diagnostic& finding) {
  return finding.code == "CFK-Z001" ||
         (finding.code == "CFK-P004" && finding.message.ends_with(kSecretDefault));
}

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
  return render_in(diagnostic, SourceText(source));
}

std::vector<std::string> render(std::span<const Diagnostic> findings, std::string_view source) {
  const SourceText lines(source);
  std::vector<std::string> texts;
  texts.reserve(findings.size());
  for (const Diagnostic& finding : findings) {
    texts.push_back(render_in(finding, lines));
  }
  return texts;
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

void sort_by_place(std::vector<Diagnostic>& findings) {
  std::stable_sort(findings.begin(), findings.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.pos.line, a.pos.column) < std::tie(b.pos.line, b.pos.column);
  });
}

std::string mended(std::string_view text, const std::vector<Diagnostic>& findings) {
  std::vector<Edit> edits;
  for (const Diagnostic& finding : findings) {
    edits.insert(edits.end(), finding.edits.begin(), finding.edits.end());
  }
  std::stable_sort(
      edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  std::string out;
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    if (edit.begin >= at && edit.end >= edit.begin && edit.end <= text.size()) {
      out += text.substr(at, edit.begin - at);
      out += edit.text;
      at = edit.end;
    }
  }
  out += text.substr(at);
  return out;
}

}  // namespace cfkops::runbook
