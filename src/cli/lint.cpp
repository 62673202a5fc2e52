#include "cfkops/runbook/lint.hpp"

#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "library.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <system_error>

namespace cfkops::cli {
namespace {

/// What is to be checked, and what of it could not be found.
struct Work {
  std::vector<RunbookPlace> places;
  std::vector<runbook::Diagnostic> missing;
};

runbook::Diagnostic unreadable(const std::string& path, const Error& error) {
  runbook::Diagnostic finding = runbook::to_diagnostic(error, "CFK-F001");
  finding.pos = {.file = path};
  return finding;
}

/// The files that the words of the command line mean: folders are searched, names are looked up.
Work work_of(const std::vector<std::string>& words) {
  Work work;
  for (const std::string& word : words) {
    std::error_code ignored;
    std::vector<std::string> paths = {word};
    if (std::filesystem::is_directory(word, ignored)) {
      auto below = runbook_files_below(word);
      if (!below) {
        work.missing.push_back(unreadable(word, below.error()));
        continue;
      }
      paths = *std::move(below);
    }
    for (const std::string& path : paths) {
      if (auto place = look_up(path)) {
        work.places.push_back(*std::move(place));
      } else {
        work.missing.push_back(unreadable(path, place.error()));
      }
    }
  }
  return work;
}

nlohmann::json to_json(const runbook::Diagnostic& finding) {
  return {{"severity", "error"},
          {"code", finding.code},
          {"message", finding.message},
          {"remedy", finding.remedy},
          {"file", finding.pos.file},
          {"line", finding.pos.line},
          {"column", finding.pos.column},
          {"length", finding.length}};
}

/// All findings, as text and as records.
struct Findings {
  std::size_t count = 0;
  std::string text;
  nlohmann::json records = nlohmann::json::array();

  void add(const runbook::Diagnostic& finding, std::string_view source) {
    ++count;
    text += runbook::render(finding, source);
    records.push_back(to_json(finding));
  }
};

}  // namespace

int lint_command(const Arguments& arguments, const AppEnvironment& environment) {
  const Work work = arguments.names.empty() ? Work{.places = runbooks_found(), .missing = {}}
                                            : work_of(arguments.names);
  Findings findings;
  for (const runbook::Diagnostic& finding : work.missing) {
    findings.add(finding, "");
  }
  for (const RunbookPlace& place : work.places) {
    const auto file = read_runbook(place);
    if (!file) {
      findings.add(unreadable(place.path, file.error()), "");
      continue;
    }
    for (const runbook::Diagnostic& finding :
         runbook::lint(file->text, place.path, actions::specs()).findings) {
      findings.add(finding, file->text);
    }
  }
  Terminal& terminal = environment.terminal;
  const auto checked = static_cast<long long>(work.places.size());
  if (arguments.global.output == Output::Json) {
    terminal.out(json_line(
        {{"schemaVersion", 1}, {"files", checked}, {"findings", std::move(findings.records)}}));
  } else {
    terminal.out(base::printable_lines(findings.text));
    terminal.err(base::counted(checked, "runbook") + " checked, " +
                 (findings.count == 0
                      ? "nothing found"
                      : base::counted(static_cast<long long>(findings.count), "finding")) +
                 "\n");
  }
  return findings.count == 0 ? kOk : kUsage;
}

}  // namespace cfkops::cli
