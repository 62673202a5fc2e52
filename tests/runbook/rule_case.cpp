#include "rule_case.hpp"

#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"
#include "test_specs.hpp"

#include "cfkops/runbook/lint.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

namespace cfkops::test {

namespace {

/// What stands behind a heading, as far as the next one or the end.
std::string part_of(const std::string& text, const std::string& heading) {
  const std::size_t begin = text.find("--- " + heading);
  if (begin == std::string::npos) {
    return {};
  }
  const std::size_t first = text.find('\n', begin) + 1;
  return text.substr(first, text.find("--- ", first) - first);
}

/// The line that begins with that word and a colon.
std::string line_of(const std::string& text, const std::string& word) {
  const std::size_t begin = text.find(word + ": ");
  const std::size_t first = begin + word.size() + 2;
  return begin == std::string::npos ? std::string()
                                    : text.substr(first, text.find('\n', first) - first);
}

bool has_key(std::string_view part, std::string_view key) {
  const std::string line = "\n" + std::string(key) + ":";
  return part.starts_with(std::string(key) + ":") || part.find(line) != std::string_view::npos;
}

std::string utf8_of(unsigned code) {
  const auto byte = [](unsigned value) { return static_cast<char>(value); };
  return {byte(0xE0U | (code >> 12U)),
          byte(0x80U | ((code >> 6U) & 0x3FU)),
          byte(0x80U | (code & 0x3FU))};
}

/// The one runbook that there is to include.
Result<runbook::IncludedText> find_included(const std::string& word, const std::string& /*from*/) {
  if (word != "tell-everybody") {
    return make_error(ErrorCode::NotFound, "there is no runbook '" + word + "'");
  }
  return runbook::IncludedText{
      .file = "runbooks/tell-everybody.yaml",
      .text = completed("name: tell-everybody\n"
                        "params: {text: {type: string, required: true}}\n"
                        "steps:\n  - {id: tell, title: Tell it, do: notify, "
                        "with: {text: \"${params.text}\"}}\n")};
}

}  // namespace

RuleCase read_case(std::string_view code) {
  const std::filesystem::path file =
      source_tree() / "tests/golden/lint/rules" / (std::string(code) + ".case");
  if (!std::filesystem::exists(file)) {
    return {};
  }
  const std::string text = read_file(file);
  return {.why = line_of(text, "why"),
          .source = line_of(text, "source"),
          .bad = part_of(text, "bad"),
          .good = part_of(text, "good"),
          .command = text.find("--- bad (command)") != std::string::npos};
}

std::string completed(std::string_view part) {
  static constexpr std::array<std::array<std::string_view, 2>, 7> kHead = {{
      {"apiVersion", "cfkops/v1"},
      {"kind", "Runbook"},
      {"name", "x"},
      {"title", "Show a rule"},
      {"purpose", "To show what a rule looks for, and what it leaves alone."},
      {"owner", "team-streaming"},
      {"risk", "low"},
  }};
  std::string before;
  std::string behind;
  bool met = false;
  for (const auto& [key, value] : kHead) {
    met = met || has_key(part, key);
    if (!has_key(part, key)) {
      (met ? behind : before).append(key).append(": ").append(value).append("\n");
    }
  }
  std::string text = before + std::string(part) + behind;
  if (!has_key(part, "steps")) {
    text +=
        "steps:\n  - {id: look, title: Look at it, do: object.get, "
        "with: {kind: configmap, name: a}}\n";
  }
  return text;
}

std::string unescaped(std::string_view part) {
  std::string text;
  for (std::size_t at = 0; at < part.size(); ++at) {
    const char next = part[at] == '\\' && at + 1 < part.size() ? part[at + 1] : '\0';
    switch (next) {
      case 't':
        text += '\t';
        break;
      case 'r':
        text += '\r';
        break;
      case 's':
        text += ' ';
        break;
      case '\\':
        text += '\\';
        break;
      case 'u':
        text += utf8_of(
            static_cast<unsigned>(std::stoul(std::string(part.substr(at + 2, 4)), nullptr, 16)));
        at += 4;
        break;
      default:
        text += part[at];
        continue;
    }
    ++at;
  }
  return text;
}

std::vector<runbook::Diagnostic> findings_of(const std::string& text,
                                             const runbook::RuleSpec& rule) {
  const runbook::Profile profile = std::max(rule.profile, runbook::Profile::Ci);
  static const auto kKinds = std::make_shared<const runbook::KindTypes>();
  runbook::Knowledge known(runbook::test_specs(), kKinds);
  known.include = find_included;
  return runbook::lint(text, "x.yaml", known, profile).findings;
}

std::string shown_findings(const RuleCase& example, const runbook::RuleSpec& rule) {
  const std::string text = completed(unescaped(example.bad));
  std::string shown;
  for (const runbook::Diagnostic& finding : findings_of(text, rule)) {
    shown += finding.code == rule.code ? runbook::render(finding, text) : "";
  }
  return shown;
}

}  // namespace cfkops::test
