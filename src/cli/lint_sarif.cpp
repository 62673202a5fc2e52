// SARIF 2.1.0 (OASIS): one run with all rules, and a result for each finding.

#include "json_line.hpp"
#include "lint_formats.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/base/version.hpp"
#include "cfkops/runbook/rule.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cfkops::cli {
namespace {

using nlohmann::json;
using runbook::Diagnostic;
using runbook::Severity;

std::string_view level_of(Severity severity) {
  return severity == Severity::Info ? "note" : to_string(severity);
}

json rules() {
  json list = json::array();
  for (const runbook::RuleSpec& rule : runbook::all_rules()) {
    list.push_back({{"id", rule.code},
                    {"name", rule.name},
                    {"shortDescription", {{"text", rule.summary}}},
                    {"defaultConfiguration", {{"level", level_of(rule.severity)}}},
                    {"properties", {{"profile", runbook::to_string(rule.profile)}}}});
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

json location(const LintedFile& file, const Diagnostic& finding) {
  json place = {{"artifactLocation", {{"uri", uri_of(file.path)}}}};
  if (finding.pos.line > 0) {
    json region = {{"startLine", finding.pos.line}};
    if (finding.pos.column > 0) {
      region["startColumn"] = finding.pos.column;
      region["endColumn"] = finding.pos.column + finding.length;
    }
    place["region"] = std::move(region);
  }
  return {{"physicalLocation", std::move(place)}};
}

json fix(const LintedFile& file, const Diagnostic& finding) {
  json replacements = json::array();
  for (const runbook::Edit& edit : finding.edits) {
    json replacement = {
        {"deletedRegion", {{"byteOffset", edit.begin}, {"byteLength", edit.end - edit.begin}}}};
    if (!edit.text.empty()) {
      replacement["insertedContent"] = {{"text", edit.text}};
    }
    replacements.push_back(std::move(replacement));
  }
  return {{"description", {{"text", finding.remedy}}},
          {"artifactChanges",
           json::array({{{"artifactLocation", {{"uri", uri_of(file.path)}}},
                         {"replacements", std::move(replacements)}}})}};
}

json result(const LintedFile& file, const Diagnostic& finding, const std::string& print) {
  json record = {{"ruleId", finding.code},
                 {"ruleIndex", rule_index(finding.code)},
                 {"level", level_of(finding.severity)},
                 {"message", {{"text", full_message(finding)}}},
                 {"locations", json::array({location(file, finding)})},
                 {"partialFingerprints", {{"cfkops/v1", print}}}};
  if (!finding.edits.empty()) {
    record["fixes"] = json::array({fix(file, finding)});
  }
  return record;
}

}  // namespace

std::string lint_sarif(std::span<const LintedFile> files) {
  json results = json::array();
  for (const LintedFile& file : files) {
    const std::vector<std::string> prints = fingerprints(file);
    for (std::size_t i = 0; i < file.findings.size(); ++i) {
      results.push_back(result(file, file.findings[i], prints[i]));
    }
  }
  const json driver = {{"name", "cfkops"}, {"version", base::version()}, {"rules", rules()}};
  return json_line({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs",
                     json::array({{{"tool", {{"driver", driver}}},
                                   {"columnKind", "unicodeCodePoints"},
                                   {"results", std::move(results)}}})}});
}

}  // namespace cfkops::cli
