#include "ignores.hpp"

#include "places.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cfkops::runbook {

namespace {

using base::YamlNode;

constexpr std::string_view kUnused = "CFK-I001";
constexpr std::string_view kUnfounded = "CFK-I002";

/// A comment that says what to ignore.
struct Ignore {
  SourcePos pos;  ///< of its #
  int length = 1;
  int line = 0;  ///< that it is about
  std::vector<std::string> codes;
  std::string reason;
  std::set<std::string> used;
  Edit removal;
};

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

/// Cuts the first word off, as far as the next space or comma.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t,"), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(" \t,"));
  text.remove_prefix(word.size());
  return word;
}

/// What stands behind the codes, without the word or dash that leads to it.
std::string reason_of(std::string_view rest) {
  static constexpr std::array<std::string_view, 5> kLeads = {"because", "—", "--", "-", ":"};
  rest = base::trim(rest);
  for (const std::string_view lead : kLeads) {
    if (rest.starts_with(lead)) {
      rest.remove_prefix(lead.size());
      break;
    }
  }
  return std::string(base::trim(rest));
}

/// Reads a comment, which begins with #; nothing where it is about something else.
std::optional<Ignore> read_comment(std::string_view comment) {
  std::string_view text = base::trim(comment.substr(1));
  if (!text.starts_with("cfkops:")) {
    return std::nullopt;
  }
  text.remove_prefix(std::string_view("cfkops:").size());
  if (take_word(text) != "ignore") {
    return std::nullopt;
  }
  Ignore ignore;
  for (std::string_view rest = text;;) {
    const std::string_view word = take_word(rest);
    if (!word.starts_with("CFK-")) {
      break;
    }
    ignore.codes.emplace_back(word);
    text = rest;
  }
  ignore.reason = reason_of(text);
  ignore.length = count_characters(comment);
  return ignore;
}

/// The byte of the line at which a comment with this word begins; npos where there is none.
std::size_t comment_at(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    if ((at == 0 || is_space(line[at - 1])) && read_comment(line.substr(at))) {
      return at;
    }
  }
  return std::string_view::npos;
}

/// The line after `number` that is more than a comment.
int next_line_of_substance(const SourceText& source, int number) {
  int next = number + 1;
  while (next < source.lines()) {
    const std::string_view text = base::trim(source.line(next));
    if (!text.empty() && !text.starts_with('#')) {
      break;
    }
    ++next;
  }
  return next;
}

std::vector<Ignore> find_ignores(const YamlNode& root, const SourceText& source) {
  std::vector<Ignore> ignores;
  if (source.text().find("cfkops:") == std::string_view::npos) {
    return ignores;
  }
  const std::set<int> blocks = block_lines(root, source);
  int next = 0;  // the line of substance behind the last comment alone
  for (int number = 1; number <= source.lines(); ++number) {
    const std::string_view line = source.line(number);
    const std::size_t at = blocks.contains(number) ? std::string_view::npos : comment_at(line);
    if (at == std::string_view::npos) {
      continue;
    }
    Ignore ignore = *read_comment(line.substr(at));
    ignore.pos = {root.pos.file, number, count_characters(line.substr(0, at)) + 1};
    const bool alone = base::trim(line.substr(0, at)).empty();
    if (alone && next <= number) {
      next = next_line_of_substance(source, number);
    }
    ignore.line = alone ? next : number;
    const std::size_t begin = source.offset_of({{}, number, 1});
    const std::size_t text_end = line.substr(0, at).find_last_not_of(" \t") + 1;
    ignore.removal = alone ? source.edit_bytes(begin, source.offset_of({{}, number + 1, 1}), "")
                           : source.edit_bytes(begin + text_end, begin + line.size(), "");
    ignores.push_back(std::move(ignore));
  }
  return ignores;
}

Diagnostic about(const Ignore& ignore, std::string_view code, std::string message) {
  Diagnostic finding{std::string(code), std::move(message), {}, ignore.pos, ignore.length};
  finding.severity = find_rule(code)->severity;
  return finding;
}

/// What is wrong with the words of the comment.
void judge_words(const Ignore& ignore, std::vector<Diagnostic>& findings) {
  if (ignore.codes.empty() || ignore.reason.empty()) {
    findings.push_back(about(ignore,
                             kUnfounded,
                             ignore.codes.empty() ? "the comment names no rule to ignore"
                                                  : "the comment does not say why"));
    findings.back().remedy = "write # cfkops:ignore " +
                             (ignore.codes.empty() ? "CFK-X003" : base::join(ignore.codes, " ")) +
                             " because REASON";
  }
  for (const std::string& code : ignore.codes) {
    const RuleSpec* rule = find_rule(code);
    if (rule == nullptr) {
      findings.push_back(about(ignore, kUnfounded, fmt::format("there is no rule {}", code)));
      findings.back().remedy = "docs/lint-rules.md has all of them";
    } else if (rule->profile == Profile::Basic) {
      findings.push_back(about(ignore, kUnfounded, fmt::format("{} cannot be ignored", code)));
      findings.back().remedy = "mend what it says: such a runbook cannot be run";
    }
  }
}

void judge_use(const Ignore& ignore, Profile profile, std::vector<Diagnostic>& findings) {
  for (const std::string& code : ignore.codes) {
    const RuleSpec* rule = find_rule(code);
    const bool asked =
        rule != nullptr && rule->profile != Profile::Basic && rule->profile <= profile;
    if (!asked || ignore.used.contains(code)) {
      continue;
    }
    findings.push_back(
        about(ignore, kUnused, fmt::format("{} finds nothing in line {}", code, ignore.line)));
    findings.back().remedy = "remove the comment";
    if (ignore.codes.size() == 1) {
      findings.back().edits = {ignore.removal};
    }
  }
}

bool ignored(const Diagnostic& finding, std::vector<Ignore>& ignores) {
  const RuleSpec* rule = find_rule(finding.code);
  if (rule == nullptr || rule->profile == Profile::Basic) {
    return false;
  }
  bool any = false;
  for (Ignore& ignore : ignores) {
    const bool named =
        std::find(ignore.codes.begin(), ignore.codes.end(), finding.code) != ignore.codes.end();
    if (named && ignore.line == finding.pos.line) {
      ignore.used.insert(finding.code);
      any = any || !ignore.reason.empty();
    }
  }
  return any;
}

/// The lines of the block scalar that begins in line `first`: as far as they are indented like its
/// first one, or empty.
void note_block(int first, const SourceText& source, std::set<int>& lines) {
  std::size_t least = 0;
  for (int number = first + 1; number <= source.lines(); ++number) {
    const std::size_t indent = source.line(number).find_first_not_of(' ');
    const bool empty = indent == std::string_view::npos;
    least = least == 0 && !empty ? indent : least;
    if (!empty && (indent < least || least == 0)) {
      return;
    }
    lines.insert(number);
  }
}

}  // namespace

std::set<int> block_lines(const YamlNode& root, const SourceText& source) {
  std::set<int> lines;
  each_scalar(root, [&](const YamlNode& scalar, std::string_view /*key*/) {
    if (!scalar.quoted || scalar.length > 0) {
      return;  // what ends in its line is no block
    }
    const std::string_view rest = source.text().substr(source.offset_of(scalar.pos));
    if (rest.starts_with('|') || rest.starts_with('>')) {
      note_block(scalar.pos.line, source, lines);
    }
  });
  return lines;
}

void apply_ignores(std::vector<Diagnostic>& findings,
                   const YamlNode& root,
                   const SourceText& source,
                   Profile profile) {
  std::vector<Ignore> ignores = find_ignores(root, source);
  std::erase_if(findings, [&ignores](const Diagnostic& f) { return ignored(f, ignores); });
  if (profile == Profile::Basic) {
    return;  // whoever runs it has no use for what is wrong with the comments
  }
  for (const Ignore& ignore : ignores) {
    judge_words(ignore, findings);
    judge_use(ignore, profile, findings);
  }
}

namespace rules {

std::span<const Rule> ignore_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 2> kRules = {{
      {{kUnused, "unused-ignore", "a comment ignores what is not found", Warning, Ci}},
      {{kUnfounded, "unfounded-ignore", "a comment ignores without a reason", Error, Ci}},
  }};
  return kRules;
}

}  // namespace rules

}  // namespace cfkops::runbook
