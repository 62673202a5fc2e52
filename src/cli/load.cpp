#include "load.hpp"

#include "commands.hpp"
#include "exit_code.hpp"
#include "file_error.hpp"
#include "knowledge.hpp"
#include "library.hpp"

#include "cfkops/base/shell_word.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/runbook/lint.hpp"

#include <utility>

namespace cfkops::cli {

namespace {

Loading judged(const std::string& text,
               const std::string& path,
               const runbook::Knowledge& knowledge) {
  runbook::LintReport report = runbook::lint(text, path, knowledge);
  if (report.has_errors() || !report.runbook) {
    return {.findings = runbook::render(report.findings, text)};
  }
  return {.runbook = std::move(report.runbook)};
}

}  // namespace

std::optional<runbook::Runbook> load(const std::string& word,
                                     const AppEnvironment& environment,
                                     int& exit_code) {
  const auto file = find_runbook(word);
  if (!file) {
    exit_code = fail_on_file(environment, file.error());
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
  Loading loading = judged(text, path, knowledge);
  if (!loading.runbook) {
    for (const std::string& finding : loading.findings) {
      terminal.err(base::printable_lines(finding));
    }
    terminal.err(base::printable_lines("cfkops: " + path +
                                       " cannot be used as it is\n  next: cfkops lint " +
                                       base::shell_word(word) + "\n"));
    exit_code = kUsage;
  }
  return std::move(loading.runbook);
}

Loading try_load(const std::string& word) {
  const auto file = find_runbook(word);
  return file ? judged(file->text, file->place.path, knowledge()) : Loading{.error = file.error()};
}

}  // namespace cfkops::cli
