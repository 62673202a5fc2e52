#include "cfkops/runbook/lint.hpp"

#include "commands.hpp"
#include "docs_uri.hpp"
#include "exit_code.hpp"
#include "knowledge.hpp"
#include "known_kinds.hpp"
#include "library.hpp"
#include "lint_formats.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iterator>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace cfkops::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStandardInput = "-";

/// What is to be checked, and what of it could not be found.
struct Work {
  std::vector<RunbookPlace> places;
  std::vector<LintedFile> missing;
};

LintedFile unreadable(const std::string& path, const Error& error) {
  runbook::Diagnostic finding = runbook::to_diagnostic(error, "CFK-F001");
  finding.pos = {.file = path};
  return {.path = path, .text = {}, .findings = {std::move(finding)}, .found = false};
}

/// The files that the words of the command line mean: folders are searched, names are looked up.
Work work_of(const std::vector<std::string>& words) {
  Work work;
  for (const std::string& word : words) {
    if (word == kStandardInput) {
      work.places.push_back({.name = "stdin", .path = word, .origin = "standard input"});
      continue;
    }
    std::error_code ignored;
    std::vector<std::string> paths = {word};
    if (fs::is_directory(word, ignored)) {
      auto below = runbooks_in(word);
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

/// Judges files, and mends them where that is asked for. Any thread.
class Judge {
 public:
  Judge(runbook::Profile profile, bool fix, runbook::Knowledge knowledge)
      : profile_(profile),
        fix_(fix),
        knowledge_(std::move(knowledge)) {}

  [[nodiscard]] LintedFile file(const RunbookPlace& place) const {
    auto file = read_runbook(place);
    if (!file) {
      LintedFile missing = unreadable(place.path, file.error());
      missing.found = true;
      return missing;
    }
    LintedFile judged = text(place.path, file->text);
    if (judged.text != file->text && !place.builtin) {
      if (const Status written = replace_file(place.path, judged.text); !written) {
        return unreadable(place.path, written.error());
      }
    }
    return judged;
  }

  /// What is left of a text when it is mended, and the findings about that.
  [[nodiscard]] LintedFile text(const std::string& path, std::string text) const {
    constexpr int kRounds = 8;  // what is mended may show what else is wrong
    runbook::LintReport report = runbook::lint(text, path, knowledge_, profile_);
    for (int round = 0; fix_ && round < kRounds; ++round) {
      std::string better = runbook::mended(text, report.findings);
      if (better == text) {
        break;
      }
      runbook::LintReport next = runbook::lint(better, path, knowledge_, profile_);
      if (report.runbook && !next.runbook) {
        break;  // nothing that could be run may become something that cannot
      }
      text = std::move(better);
      report = std::move(next);
    }
    return {.path = path, .text = std::move(text), .findings = std::move(report.findings)};
  }

 private:
  runbook::Profile profile_;
  bool fix_;
  runbook::Knowledge knowledge_;
};

/// Judges all files at once, as many as there are processors; the order stays.
std::vector<LintedFile> judge_all(const Judge& judge, const std::vector<RunbookPlace>& places) {
  std::vector<LintedFile> files(places.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < places.size(); i = next++) {
      if (places[i].path != kStandardInput) {
        files[i] = judge.file(places[i]);
      }
    }
  };
  const std::size_t most = std::max(std::thread::hardware_concurrency(), 1U);
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < std::min(most, places.size()); ++i) {
    others.emplace_back(work);
  }
  work();
  others.clear();
  return files;
}

/// The first `most` bytes of standard input; lint says where a text is too long.
Result<std::string> read_start(Terminal& terminal, std::size_t most) {
  std::string text;
  while (text.size() < most) {
    CFKOPS_ASSIGN(const std::string more, terminal.read_some());
    if (more.empty()) {
      break;
    }
    text += more;
  }
  return text.substr(0, most);
}

std::string report_of(std::span<const LintedFile> files, const Arguments& arguments) {
  switch (arguments.global.output) {
    case Output::Json:
      return lint_json(files);
    case Output::Github:
      return lint_github(files);
    case Output::Gitlab:
      return lint_gitlab(files);
    case Output::Sarif:
      return lint_sarif(files, docs_uri(arguments.docs));
    case Output::Junit:
      return lint_junit(files);
    default:
      return lint_text(files);
  }
}

struct Counts {
  long long files = 0;
  long long findings = 0;
  bool fail = false;
};

Counts count(std::span<const LintedFile> files) {
  Counts counts;
  for (const LintedFile& file : files) {
    counts.files += file.found ? 1 : 0;
    counts.findings += static_cast<long long>(file.findings.size());
    for (const runbook::Diagnostic& finding : file.findings) {
      counts.fail = counts.fail || finding.severity != runbook::Severity::Info;
    }
  }
  return counts;
}

}  // namespace

int lint_command(const Arguments& arguments, const AppEnvironment& environment) {
  Terminal& terminal = environment.terminal;
  auto kinds = known_kinds(arguments.crds);
  if (!kinds) {
    return fail(environment, kinds.error());
  }
  Work work = arguments.names.empty() ? Work{.places = runbooks_found(), .missing = {}}
                                      : work_of(arguments.names);
  runbook::Knowledge known = knowledge();
  known.kinds = *std::move(kinds);
  const Judge judge(runbook::profile_of(arguments.profile).value_or(runbook::Profile::Ci),
                    arguments.fix,
                    std::move(known));
  std::vector<LintedFile> files = judge_all(judge, work.places);
  const auto input = std::find_if(work.places.begin(), work.places.end(), [](const auto& place) {
    return place.path == kStandardInput;
  });
  const bool mended_out = arguments.fix && input != work.places.end();
  if (input != work.places.end()) {
    LintedFile& file = files[static_cast<std::size_t>(input - work.places.begin())];
    auto text = read_start(terminal, runbook::kMostBytes + 1);
    file = text ? judge.text("stdin", *std::move(text)) : unreadable("stdin", text.error());
    if (mended_out) {
      terminal.out(file.text);
    }
  }
  files.insert(files.begin(),
               std::make_move_iterator(work.missing.begin()),
               std::make_move_iterator(work.missing.end()));
  const std::string report = report_of(files, arguments);
  mended_out ? terminal.err(report) : terminal.out(report);
  const Counts counts = count(files);
  if (arguments.global.output == Output::Text) {
    terminal.err(
        base::counted(counts.files, "runbook") + " checked, " +
        (counts.findings == 0 ? "nothing found" : base::counted(counts.findings, "finding")) +
        "\n");
  }
  return counts.fail ? kUsage : kOk;
}

}  // namespace cfkops::cli
