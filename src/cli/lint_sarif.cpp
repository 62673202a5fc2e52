// SARIF 2.1.0 (OASIS): one run with all rules, and a result for each finding.

#include "json_line.hpp"
#include "lint_formats.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/base/utf8.hpp"
#include "cfkops/base/version.hpp"
#include "cfkops/runbook/rule.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace cfkops::cli {
namespace {

using nlohmann::json;
using runbook::Diagnostic;
using runbook::Severity;

std::string_view level_of(Severity severity) {
  return severity == Severity::Info ? "note" : to_string(severity);
}

/// A rule as its page begins: "no-timeout (error, profile ci): a step may take for ever".
std::string in_full(const runbook::RuleSpec& rule) {
  std::string text(rule.name);
  text.append(" (").append(runbook::to_string(rule.severity));
  text.append(", profile ").append(runbook::to_string(rule.profile));
  return text.append("): ").append(rule.summary);
}

/// What a reader of a finding may want to know of its rule; GitHub asks for a text in any case.
/// `uri` is the address of the page, or "" where none is known.
json help(const std::string& page, const std::string& uri) {
  constexpr std::string_view kWhatItTells = "A bad example, a good one, and why";
  if (uri.empty()) {
    return {{"text", std::string(kWhatItTells) + ": docs/" + page + " of cfkops"}};
  }
  return {{"text", std::string(kWhatItTells) + ": " + uri},
          {"markdown", "[" + std::string(kWhatItTells) + "](" + uri + ")"}};
}

json rules(const std::string& docs) {
  json list = json::array();
  for (const runbook::RuleSpec& rule : runbook::all_rules()) {
    const std::string page = runbook::rule_page(rule.code);
    std::string uri = docs;
    if (!uri.empty()) {
      uri.append("/").append(page);
    }
    json told = {{"id", rule.code},
                 {"name", rule.name},
                 {"shortDescription", {{"text", rule.summary}}},
                 {"fullDescription", {{"text", in_full(rule)}}},
                 {"help", help(page, uri)},
                 {"defaultConfiguration", {{"level", level_of(rule.severity)}}},
                 {"properties", {{"profile", runbook::to_string(rule.profile)}}}};
    if (!uri.empty()) {
      told["helpUri"] = std::move(uri);
    }
    list.push_back(std::move(told));
  }
  return list;
}

/// The place of a rule in the list of all; -1 of none.
std::ptrdiff_t rule_index(std::string_view code) {
  const auto all = runbook::all_rules();
  const auto found = std::find_if(
      all.begin(), all.end(), [code](const runbook::RuleSpec& rule) { return rule.code == code; });
  return found == all.end() ? -1 : found - all.begin();
}

/// A path as a relative reference, or as a file: address where it is absolute.
std::string uri_of(const std::string& path) {
  std::vector<std::string> parts = base::split(repository_path(path), '/');
  for (std::string& part : parts) {
    part = base::url_encode(part);
  }
  const std::string joined = base::join(parts, "/");
  return joined.starts_with('/') ? "file://" + joined : joined;
}

/// A file as SARIF names it: relative to the root of the repository, or absolute.
json artifact(const std::string& path) {
  std::string uri = uri_of(path);
  const bool absolute = uri.starts_with("file://");
  json named = {{"uri", std::move(uri)}};
  if (!absolute) {
    named["uriBaseId"] = "%SRCROOT%";
  }
  return named;
}

/// Where a finding is shown. GitHub wants all four numbers, also of what is about the whole file.
json location(const LintedFile& file, const Diagnostic& finding) {
  const int line = std::max(finding.pos.line, 1);
  const int column = finding.pos.line > 0 ? std::max(finding.pos.column, 1) : 1;
  const int length = finding.pos.line > 0 ? std::max(finding.length, 0) : 0;
  return {{"physicalLocation",
           {{"artifactLocation", artifact(file.path)},
            {"region",
             {{"startLine", line},
              {"startColumn", column},
              {"endLine", line},
              {"endColumn", column + length}}}}}};
}

/// Lines and columns of the bytes of a text.
class Places {
 public:
  explicit Places(std::string_view text)
      : text_(text),
        starts_({marked() ? kMark.size() : 0}) {
    for (std::size_t at = text.find('\n'); at != std::string_view::npos;
         at = text.find('\n', at + 1)) {
      starts_.push_back(at + 1);
    }
  }

  /// A byte order mark stands before the first column.
  [[nodiscard]] bool has(std::size_t byte) const {
    return starts_.front() <= byte && byte <= text_.size();
  }

  /// Writes where a byte that has a place is, as <which>Line and <which>Column.
  void write(json& region, const std::string& which, std::size_t byte) const {
    const auto next = std::upper_bound(starts_.begin(), starts_.end(), byte);
    const std::size_t start = *std::prev(next);
    region[which + "Line"] = next - starts_.begin();
    region[which + "Column"] = base::count_code_points(text_.substr(start, byte - start)) + 1;
  }

 private:
  static constexpr std::string_view kMark = "\xEF\xBB\xBF";

  [[nodiscard]] bool marked() const { return text_.starts_with(kMark); }

  std::string_view text_;
  std::vector<std::size_t> starts_;
};

/// What an edit takes away, in bytes and, for readers that edit text, in lines and columns.
json deleted(const Places& places, const runbook::Edit& edit) {
  json region = {{"byteOffset", edit.begin}, {"byteLength", edit.end - edit.begin}};
  if (places.has(edit.begin) && places.has(edit.end)) {
    places.write(region, "start", edit.begin);
    places.write(region, "end", edit.end);
  }
  return region;
}

json fix(const LintedFile& file, const Places& places, const Diagnostic& finding) {
  json replacements = json::array();
  for (const runbook::Edit& edit : finding.edits) {
    json replacement = {{"deletedRegion", deleted(places, edit)}};
    if (!edit.text.empty()) {
      replacement["insertedContent"] = {{"text", edit.text}};
    }
    replacements.push_back(std::move(replacement));
  }
  return {{"description", {{"text", finding.remedy}}},
          {"artifactChanges",
           json::array({{{"artifactLocation", artifact(file.path)},
                         {"replacements", std::move(replacements)}}})}};
}

json result(const LintedFile& file,
            const Places& places,
            const Diagnostic& finding,
            const std::string& print) {
  json record = {{"ruleId", finding.code},
                 {"ruleIndex", rule_index(finding.code)},
                 {"level", level_of(finding.severity)},
                 {"message", {{"text", full_message(finding)}}},
                 {"locations", json::array({location(file, finding)})},
                 {"partialFingerprints", {{"cfkops/v1", print}}}};
  if (!finding.edits.empty()) {
    record["fixes"] = json::array({fix(file, places, finding)});
  }
  return record;
}

}  // namespace

std::string lint_sarif(std::span<const LintedFile> files, const std::string& docs) {
  json results = json::array();
  for (const LintedFile& file : files) {
    const std::vector<std::string> prints = fingerprints(file);
    const Places places(file.text);
    for (std::size_t i = 0; i < file.findings.size(); ++i) {
      results.push_back(result(file, places, file.findings[i], prints[i]));
    }
  }
  json driver = {{"name", "cfkops"}, {"version", base::version()}, {"rules", rules(docs)}};
  if (!docs.empty()) {
    driver["informationUri"] = docs + "/lint-rules.md";
  }
  return json_line({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs",
                     json::array({{{"tool", {{"driver", std::move(driver)}}},
                                   {"columnKind", "unicodeCodePoints"},
                                   {"results", std::move(results)}}})}});
}

}  // namespace cfkops::cli
