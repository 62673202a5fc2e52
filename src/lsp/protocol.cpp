#include "protocol.hpp"

#include "wording.hpp"

#include "cfkops/base/version.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace cfkops::lsp {

namespace {

using nlohmann::json;

constexpr int kIncremental = 2;

json to_json(const Position& position) {
  return {{"line", position.line}, {"character", position.character}};
}

json to_json(const Range& range) {
  return {{"start", to_json(range.start)}, {"end", to_json(range.end)}};
}

bool names_markdown(const Json& params, std::string_view pointer, bool otherwise) {
  const std::vector<Json> formats = params.items(pointer);
  return formats.empty() ? otherwise
                         : std::any_of(formats.begin(), formats.end(), [](const Json& format) {
                             return format.string_or("", "") == "markdown";
                           });
}

json markup(const std::string& markdown, bool as_markdown) {
  return {{"kind", as_markdown ? "markdown" : "plaintext"},
          {"value", as_markdown ? markdown : plain(markdown)}};
}

int severity_of(runbook::Severity severity) {
  switch (severity) {
    case runbook::Severity::Error:
      return 1;
    case runbook::Severity::Warning:
      return 2;
    case runbook::Severity::Info:
      return 3;
  }
  return 1;
}

/// The protocol's CompletionItemKind.
int kind_of(Candidate::Kind kind) {
  switch (kind) {
    case Candidate::Kind::Key:
      return 10;  // Property
    case Candidate::Kind::Action:
      return 9;  // Module
    case Candidate::Kind::Argument:
      return 5;  // Field
    case Candidate::Kind::Function:
      return 3;
    case Candidate::Kind::Name:
      return 6;  // Variable
    case Candidate::Kind::Word:
      return 12;  // Value
  }
  return 1;
}

}  // namespace

ClientAbilities read_abilities(const Json& params) {
  ClientAbilities abilities;
  for (const Json& encoding : params.items("/capabilities/general/positionEncodings")) {
    const std::string name = encoding.string_or("", "");
    if (name == "utf-8" || name == "utf-16") {
      abilities.encoding = name == "utf-8" ? Encoding::Utf8 : Encoding::Utf16;
      break;
    }
  }
  abilities.markdown =
      names_markdown(params, "/capabilities/textDocument/hover/contentFormat", true);
  abilities.markdown_in_items = names_markdown(
      params, "/capabilities/textDocument/completion/completionItem/documentationFormat", false);
  return abilities;
}

Json initialize_result(const ClientAbilities& abilities) {
  const char* encoding = abilities.encoding == Encoding::Utf8 ? "utf-8" : "utf-16";
  return Json(
      json{{"capabilities",
            {{"positionEncoding", encoding},
             {"textDocumentSync", {{"openClose", true}, {"change", kIncremental}}},
             {"hoverProvider", true},
             {"completionProvider", {{"triggerCharacters", json::array({".", "{", " "})}}},
             {"definitionProvider", true}}},
           {"serverInfo", {{"name", "cfkops"}, {"version", std::string(base::version())}}}});
}

Result<Position> read_position(const Json& position) {
  CFKOPS_ASSIGN(const std::int64_t line, position.int_at("/line"));
  CFKOPS_ASSIGN(const std::int64_t character, position.int_at("/character"));
  if (line < 0 || character < 0) {
    return make_error(ErrorCode::InvalidInput, "a position counts from 0");
  }
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  return Position{static_cast<int>(std::min(line, kMost)),
                  static_cast<int>(std::min(character, kMost))};
}

Result<Range> read_range(const Json& range) {
  CFKOPS_ASSIGN(const Position start, read_position(range.get("/start")));
  CFKOPS_ASSIGN(const Position end, read_position(range.get("/end")));
  return Range{start, end};
}

Json to_json(const std::optional<Hover>& hover,
             const Document& document,
             const ClientAbilities& abilities) {
  if (!hover) {
    return {};
  }
  return Json(json{{"contents", markup(hover->markdown, abilities.markdown)},
                   {"range", to_json(document.range_of(hover->span))}});
}

Json to_json(const Completion& completion,
             const Document& document,
             const ClientAbilities& abilities) {
  const json range = to_json(document.range_of(completion.replaced));
  json items = json::array();
  for (const Candidate& candidate : completion.candidates) {
    json item = {{"label", candidate.label},
                 {"kind", kind_of(candidate.kind)},
                 {"sortText", fmt::format("{:04}", items.size())},
                 {"textEdit", {{"range", range}, {"newText", candidate.text}}}};
    if (!candidate.detail.empty()) {
      item["detail"] = candidate.detail;
    }
    if (!candidate.markdown.empty()) {
      item["documentation"] = markup(candidate.markdown, abilities.markdown_in_items);
    }
    items.push_back(std::move(item));
  }
  return Json(json{{"isIncomplete", false}, {"items", std::move(items)}});
}

Json to_json(const std::optional<ByteSpan>& declared,
             const Document& document,
             const std::string& uri) {
  if (!declared) {
    return {};
  }
  return Json(json{{"uri", uri}, {"range", to_json(document.range_of(*declared))}});
}

Json file_json(const std::string& uri) {
  return Json(json{{"uri", uri}, {"range", to_json(Range())}});
}

Json findings_json(const std::string& uri,
                   std::optional<std::int64_t> version,
                   std::span<const Finding> findings,
                   const Document& document,
                   const std::string& docs) {
  json diagnostics = json::array();
  for (const Finding& finding : findings) {
    const runbook::Diagnostic& told = finding.diagnostic;
    json diagnostic = {{"range", to_json(document.range_of(finding.span))},
                       {"severity", severity_of(told.severity)},
                       {"code", told.code},
                       {"source", "cfkops"},
                       {"message", told.message + (told.remedy.empty() ? "" : "\n" + told.remedy)}};
    if (!docs.empty()) {
      diagnostic["codeDescription"] = {{"href", docs + "/" + runbook::rule_page(told.code)}};
    }
    diagnostics.push_back(std::move(diagnostic));
  }
  json params = {{"uri", uri}, {"diagnostics", std::move(diagnostics)}};
  if (version) {
    params["version"] = *version;
  }
  return Json(std::move(params));
}

Json error_json(const std::string& message) {
  constexpr int kError = 1;
  return Json(json{{"type", kError}, {"message", "cfkops: " + message}});
}

}  // namespace cfkops::lsp
