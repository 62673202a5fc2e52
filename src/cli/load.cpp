#include "load.hpp"

#include "commands.hpp"
#include "exit_code.hpp"
#include "knowledge.hpp"
#include "library.hpp"

#include "cfkops/base/shell_word.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/runbook/lint.hpp"

namespace cfkops::cli {

std::optional<runbook::Runbook> load(const std::string& word,
                                     const AppEnvironment& environment,
                                     int& exit_code) {
  const auto file = find_runbook(word);
  if (!file) {
    exit_code = fail(environment, file.error());
    return std::nullopt;
  }
  return load_text(file->text, file->place.path, word, knowledge(), environment, exit_code);
}

std::optional<runbook::Runbook> load_text(const std::string& text,
                                          const std::string& path,
                                          const std::string& word,
                                          const runbook::Knowledge& knowledge,
                                          const AppEnvironment& environment,
                                          int& exit_code) {
  Terminal& terminal = environment.terminal;
  runbook::LintReport report = runbook::lint(text, path, knowledge);
  if (report.has_errors() || !report.runbook) {
    for (const std::string& finding : runbook::render(report.findings, text)) {
      terminal.err(base::printable_lines(finding));
    }
    terminal.err(base::printable_lines("cfkops: " + path +
                                       " cannot be used as it is\n  next: cfkops lint " +
                                       base::shell_word(word) + "\n"));
    exit_code = kUsage;
    return std::nullopt;
  }
  return std::move(report.runbook);
}

}  // namespace cfkops::cli
