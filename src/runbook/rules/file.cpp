#include "ignores.hpp"
#include "lint_context.hpp"
#include "places.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include "cfkops/base/utf8.hpp"

#include <fmt/format.h>

#include <array>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kNumberAsText = "CFK-Y006";
constexpr std::string_view kUntidy = "CFK-Y007";

bool digits(std::string_view text, std::string_view more = "") {
  const std::string allowed = "0123456789" + std::string(more);
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// What a plain text is a number to other readers of YAML for, or "".
std::string_view odd_number(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) {
    text.remove_prefix(1);
  }
  if (text.empty() || text.front() < '0' || text.front() > '9') {
    return {};
  }
  if (digits(text) && text.size() > 1 && text.front() == '0') {
    return "an octal number";
  }
  if (digits(text, "_") && text.find('_') != std::string_view::npos) {
    return "a number with thousands set apart";
  }
  const std::size_t colon = text.find(':');
  const bool sixties = colon != std::string_view::npos && digits(text.substr(0, colon)) &&
                       digits(text.substr(colon + 1), ":") && !text.ends_with(':');
  return sixties ? "a number to the base of 60" : std::string_view();
}

void number_as_text(LintContext& context) {
  each_scalar(context.root(), [&context](const base::YamlNode& scalar, std::string_view key) {
    const std::string_view meaning = scalar.quoted ? "" : odd_number(scalar.scalar);
    if (meaning.empty()) {
      return;
    }
    const int length = count_characters(scalar.scalar);
    const std::string quoted = fmt::format("\"{}\"", scalar.scalar);
    context
        .report(kNumberAsText,
                scalar.pos,
                length,
                fmt::format("'{}': {} is text here, and {} to other readers of YAML",
                            key,
                            scalar.scalar,
                            meaning),
                "write " + quoted)
        .edits = {context.source().edit(scalar.pos, length, quoted)};
  });
}

void hidden_characters(LintContext& context, std::string_view line, int number) {
  int column = 1;
  for (std::size_t at = 0; at < line.size(); ++column) {
    const base::CodePoint point = base::decode_utf8(line, at);
    at += point.size;
    if (point.valid && base::is_hidden(point.value)) {
      context.report(kUntidy,
                     {context.root().pos.file, number, column},
                     1,
                     fmt::format("U+{:04X} cannot be seen: the line reads otherwise than it is",
                                 static_cast<unsigned>(point.value)),
                     "remove it, or write it as an escape in double quotes");
    }
  }
}

void spaces_at_the_end(LintContext& context, std::string_view line, int number) {
  const std::size_t end = line.find_last_not_of(" \t") + 1;
  if (end == line.size()) {
    return;
  }
  const SourceText& source = context.source();
  const SourcePos pos{context.root().pos.file, number, count_characters(line.substr(0, end)) + 1};
  const std::size_t begin = source.offset_of({{}, number, 1});
  context
      .report(kUntidy,
              pos,
              static_cast<int>(line.size() - end),
              "the line ends in spaces",
              "remove them")
      .edits = {source.edit_bytes(begin + end, begin + line.size(), "")};
}

/// What is wrong with the ends of all lines, told once.
void line_ends(LintContext& context) {
  const SourceText& source = context.source();
  const std::string_view text = source.text();
  const std::string& file = context.root().pos.file;
  std::vector<Edit> edits;
  for (std::size_t at = text.find("\r\n"); at != std::string_view::npos;
       at = text.find("\r\n", at + 1)) {
    edits.push_back(source.edit_bytes(at, at + 1, ""));
  }
  if (!edits.empty()) {
    const SourcePos first = source.pos_of(text.find("\r\n"), {file, 0, 0});
    context
        .report(kUntidy,
                first,
                1,
                fmt::format("ends of lines as on Windows (CR LF): {}", edits.size()),
                "let them end in LF")
        .edits = std::move(edits);
  }
  if (!text.ends_with('\n')) {
    context
        .report(kUntidy,
                source.pos_of(text.size(), {file, 0, 0}),
                1,
                "the last line has no end",
                "end it")
        .edits = {source.edit_bytes(text.size(), text.size(), "\n")};
  }
  if (source.marked()) {
    context
        .report(kUntidy,
                {file, 1, 1},
                1,
                "the file begins with a byte order mark",
                "remove it; UTF-8 needs none")
        .edits = {{0, 3, ""}};
  }
}

void untidy(LintContext& context) {
  const SourceText& source = context.source();
  const std::set<int> blocks = block_lines(context.root(), source);
  for (int number = 1; number <= source.lines(); ++number) {
    const std::string_view line = source.line(number);
    hidden_characters(context, line, number);
    if (!blocks.contains(number)) {  // there they are part of the text
      spaces_at_the_end(context, line, number);
    }
  }
  line_ends(context);
}

}  // namespace

std::span<const Rule> file_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 8> kRules = {{
      {{"CFK-F001", "unreadable-file", "the file is not there, or cannot be read", Error, Basic}},
      {{"CFK-Y001", "invalid-yaml", "the file is not valid YAML", Error, Basic}},
      {{"CFK-Y002", "duplicate-key", "a key stands twice", Error, Basic}},
      {{"CFK-Y003", "ambiguous-value", "YAML 1.1 and 1.2 read a value differently", Error, Basic}},
      {{"CFK-Y004", "yaml-extras", "an anchor, alias, merge key or tag", Error, Basic}},
      {{"CFK-Y005", "empty-value", "a key or list entry has no value", Error, Basic}},
      {{kNumberAsText, "number-as-text", "a text looks like a number", Warning, Ci},
       number_as_text},
      {{kUntidy, "untidy-file", "spaces, line ends or characters nobody sees", Warning, Ci},
       untidy},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
