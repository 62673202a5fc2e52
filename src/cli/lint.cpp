#include "cfkops/runbook/lint.hpp"

#include "commands.hpp"
#include "exit_code.hpp"
#include "library.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <system_error>

namespace cfkops::cli {
namespace {

/// The files that the words of the command line mean: folders are searched, names are looked up.
Result<std::vector<RunbookFile>> files_of(const std::vector<std::string>& words) {
  std::vector<RunbookFile> files;
  for (const std::string& word : words) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(word, ignored)) {
      CFKOPS_ASSIGN(RunbookFile file, find_runbook(word));
      files.push_back(std::move(file));
      continue;
    }
    CFKOPS_ASSIGN(const std::vector<std::string> paths, runbook_files_below(word));
    for (const std::string& path : paths) {
      CFKOPS_ASSIGN(RunbookFile file, find_runbook(path));
      files.push_back(std::move(file));
    }
  }
  return files;
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

}  // namespace

int lint_command(const Arguments& arguments, const AppEnvironment& environment) {
  Terminal& terminal = environment.terminal;
  auto files = arguments.names.empty() ? Result<std::vector<RunbookFile>>(all_runbooks())
                                       : files_of(arguments.names);
  if (!files) {
    return fail(terminal, files.error());
  }
  std::size_t count = 0;
  std::string text;
  nlohmann::json findings = nlohmann::json::array();
  for (const RunbookFile& file : *files) {
    const runbook::LintReport report = runbook::lint(file.text, file.path, actions::specs());
    count += report.findings.size();
    for (const runbook::Diagnostic& finding : report.findings) {
      text += runbook::render(finding, file.text);
      findings.push_back(to_json(finding));
    }
  }
  if (arguments.global.output == Output::Json) {
    const nlohmann::json record = {
        {"schemaVersion", 1}, {"files", files->size()}, {"findings", std::move(findings)}};
    terminal.out(record.dump() + "\n");
  } else {
    terminal.out(text);
    terminal.err(
        base::counted(static_cast<long long>(files->size()), "runbook") + " checked, " +
        (count == 0 ? "nothing found" : base::counted(static_cast<long long>(count), "finding")) +
        "\n");
  }
  return count == 0 ? kOk : kUsage;
}

}  // namespace cfkops::cli
