#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "library.hpp"
#include "line_diff.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/format.hpp"
#include "cfkops/runbook/lint.hpp"
#include "cfkops/runbook/loader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace cfkops::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStandardInput = "-";

/// A file, and what came of it.
struct Work {
  enum class State { Same, Changed, Failed, Foreign };

  RunbookPlace place;
  bool named = true;  ///< on the command line, not found in a folder
  State state = State::Same;
  std::string before = {};
  std::string after = {};
  std::vector<runbook::Diagnostic> findings = {};
};

Work failed(const std::string& path, const Error& error) {
  Work work{.place = {.name = path, .path = path, .origin = "file"}};
  work.state = Work::State::Failed;
  work.findings = {runbook::to_diagnostic(error, "CFK-F001")};
  work.findings.front().pos = {.file = path};
  return work;
}

Work looked_up(const std::string& word, bool named) {
  auto place = look_up(word);
  if (!place) {
    return failed(word, place.error());
  }
  if (place->builtin) {
    return failed(word,
                  make_error(ErrorCode::InvalidInput,
                             "the runbook '" + word + "' is built in, there is no file to format",
                             "make one: cfkops new NAME --from " + word));
  }
  return {.place = *std::move(place), .named = named};
}

/// The files that the words of the command line mean; without any those of ./runbooks.
std::vector<Work> work_of(std::vector<std::string> words) {
  if (words.empty()) {
    words = {"./runbooks"};
  }
  std::vector<Work> works;
  for (const std::string& word : words) {
    std::error_code ignored;
    if (word == kStandardInput) {
      works.push_back({.place = {.name = "stdin", .path = word, .origin = "standard input"}});
    } else if (!fs::is_directory(word, ignored)) {
      works.push_back(looked_up(word, true));
    } else if (auto below = runbooks_in(word)) {
      for (const std::string& path : *below) {
        works.push_back(looked_up(path, false));
      }
    } else {
      works.push_back(failed(word, below.error()));
    }
  }
  return works;
}

Result<RunbookFile> input_of(Terminal& terminal) {
  CFKOPS_ASSIGN(std::string text, terminal.read_all(runbook::kMostBytes));
  return RunbookFile{.place = {}, .text = std::move(text)};
}

void read(Work& work, Terminal& terminal) {
  const bool input = work.place.path == kStandardInput;
  auto file = input ? input_of(terminal) : read_runbook(work.place);
  work.place.path = input ? "stdin" : work.place.path;
  if (!file) {
    work = failed(work.place.path, file.error());
    return;
  }
  work.before = std::move(file->text);
}

void format(Work& work) {
  // Files of a folder that are something else are nobody's mistake.
  if (!work.named && runbook::claim_of(work.before) != runbook::Claim::Runbook) {
    work.state = Work::State::Foreign;
    return;
  }
  auto text = runbook::format_runbook(work.before, work.place.path);
  work.findings = text ? std::vector<runbook::Diagnostic>() : text.error();
  work.after = text ? *std::move(text) : work.before;
  work.state = !work.findings.empty()      ? Work::State::Failed
               : work.after != work.before ? Work::State::Changed
                                           : Work::State::Same;
}

nlohmann::json to_json(const Work& work) {
  nlohmann::json findings = nlohmann::json::array();
  for (const runbook::Diagnostic& finding : work.findings) {
    findings.push_back({{"code", finding.code},
                        {"message", finding.message},
                        {"remedy", finding.remedy},
                        {"line", finding.pos.line},
                        {"column", finding.pos.column}});
  }
  return {{"path", work.place.path},
          {"changed", work.state == Work::State::Changed},
          {"findings", std::move(findings)}};
}

std::string json_report(const std::vector<Work>& works) {
  nlohmann::json files = nlohmann::json::array();
  for (const Work& work : works) {
    if (work.state != Work::State::Foreign) {
      files.push_back(to_json(work));
    }
  }
  return json_line({{"schemaVersion", 1}, {"files", std::move(files)}});
}

std::string findings_text(const Work& work) {
  std::string text;
  for (const runbook::Diagnostic& finding : work.findings) {
    text += runbook::render(finding, work.before);
  }
  return base::printable_lines(text);
}

/// Writes what has changed, and tells of it.
void tell(Work& work, const Arguments& arguments, Terminal& terminal) {
  const bool json = arguments.global.output == Output::Json;
  const bool writes = !arguments.check && !arguments.diff;
  const bool input = work.place.path == "stdin";
  if (writes && input) {
    terminal.out(work.state == Work::State::Failed ? std::string_view() : work.after);
  } else if (writes && work.state == Work::State::Changed) {
    if (const Status written = replace_file(work.place.path, work.after); !written) {
      work = failed(work.place.path, written.error());
    }
  }
  if (json) {
    return;
  }
  const bool changed = work.state == Work::State::Changed;
  if (changed && arguments.diff) {
    // As it is, so that it can be applied: the reader of YAML refuses what drives a terminal.
    const std::string path = base::printable(work.place.path);
    terminal.out(unified_diff(work.before, work.after, path, path + " (formatted)"));
  } else if (changed && !(writes && input)) {
    terminal.out(base::printable(work.place.path) + "\n");
  }
  terminal.err(findings_text(work));
}

int code_of(const std::vector<Work>& works, bool check) {
  int code = kOk;
  for (const Work& work : works) {
    if (work.state == Work::State::Failed) {
      const bool defect = work.findings.front().code == runbook::kFormatDefect;
      code = defect || code == kInternal ? kInternal : kUsage;
    } else if (check && work.state == Work::State::Changed) {
      code = std::max(code, static_cast<int>(kUsage));
    }
  }
  return code;
}

}  // namespace

int fmt_command(const Arguments& arguments, const AppEnvironment& environment) {
  Terminal& terminal = environment.terminal;
  std::vector<Work> works = work_of(arguments.names);
  for (Work& work : works) {
    if (work.state != Work::State::Failed) {
      read(work, terminal);
    }
    if (work.state != Work::State::Failed) {
      format(work);
    }
    tell(work, arguments, terminal);
  }
  if (arguments.global.output == Output::Json) {
    const bool text_out = !arguments.check && !arguments.diff &&
                          std::any_of(works.begin(), works.end(), [](const Work& w) {
                            return w.place.path == "stdin";
                          });
    text_out ? terminal.err(json_report(works)) : terminal.out(json_report(works));
  }
  return code_of(works, arguments.check);
}

}  // namespace cfkops::cli
