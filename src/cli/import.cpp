#include "cfkops/authoring/import.hpp"

#include "commands.hpp"
#include "exit_code.hpp"
#include "file_error.hpp"
#include "json_line.hpp"
#include "library.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/runbook/lint.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace cfkops::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStandardInput = "-";
constexpr std::size_t kMostBytes = std::size_t{8} << 20U;

/// A draft, where it goes, and what lint says of it.
struct Drafted {
  authoring::Draft draft;
  fs::path path;
  long long errors = 0;
  long long warnings = 0;
};

Result<std::string> read(const std::string& word, Terminal& terminal) {
  return word == kStandardInput ? terminal.read_all(kMostBytes) : base::read_file(word, kMostBytes);
}

std::vector<Drafted> judge(std::vector<authoring::Draft> drafts, const std::string& folder) {
  std::vector<Drafted> all;
  for (authoring::Draft& draft : drafts) {
    const runbook::LintReport report =
        runbook::lint(draft.text, draft.name + ".yaml", actions::specs(), runbook::Profile::Ci);
    Drafted one{.draft = std::move(draft), .path = {}};
    if (!folder.empty()) {
      one.path = fs::path(folder) / (one.draft.name + ".yaml");
    }
    for (const runbook::Diagnostic& finding : report.findings) {
      one.errors += finding.severity == runbook::Severity::Error ? 1 : 0;
      one.warnings += finding.severity == runbook::Severity::Warning ? 1 : 0;
    }
    all.push_back(std::move(one));
  }
  return all;
}

/// All or none: nothing is written where a file is in the way.
Status write(const std::vector<Drafted>& drafted, const std::string& folder, bool force) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return make_error(ErrorCode::Io,
                      folder + ": the folder cannot be made: " + error.message(),
                      "give --dir a folder that you may write to");
  }
  std::vector<std::string> there;
  for (const Drafted& one : drafted) {
    if (fs::exists(fs::symlink_status(one.path, error))) {
      there.push_back(one.path.string());
    }
  }
  if (!there.empty() && !force) {
    return make_error(
        ErrorCode::InvalidInput,
        base::enumerate(there) + (there.size() == 1 ? " is" : " are") + " there already",
        "name another folder, or add --force to replace what is there");
  }
  for (const Drafted& one : drafted) {
    CFKOPS_TRY(write_runbook(one.path.string(), one.draft.text, force));
  }
  return {};
}

std::string summary_of(const Drafted& one) {
  return fmt::format("{}: {} typed, {} for people, {} to fill in; lint: {}, {}\n",
                     one.path.empty() ? one.draft.name : one.path.string(),
                     one.draft.typed,
                     base::counted(static_cast<long long>(one.draft.tasks), "task"),
                     base::counted(static_cast<long long>(one.draft.blanks), "place"),
                     base::counted(one.errors, "error"),
                     base::counted(one.warnings, "warning"));
}

std::string json_of(const std::vector<Drafted>& drafted, const std::string& file) {
  nlohmann::json drafts = nlohmann::json::array();
  for (const Drafted& one : drafted) {
    drafts.push_back(
        {{"name", one.draft.name},
         {"title", one.draft.title},
         {"line", one.draft.line},
         {"path", one.path.empty() ? nlohmann::json() : nlohmann::json(one.path.string())},
         {"typed", one.draft.typed},
         {"tasks", one.draft.tasks},
         {"blanks", one.draft.blanks},
         {"errors", one.errors},
         {"warnings", one.warnings},
         {"text", one.draft.text}});
  }
  return json_line({{"schemaVersion", 1}, {"file", file}, {"drafts", std::move(drafts)}});
}

}  // namespace

int import_command(const Arguments& arguments, const AppEnvironment& environment) {
  const std::string& file = arguments.names.front();
  const auto text = read(file, environment.terminal);
  if (!text) {
    return fail_on_file(environment, text.error());
  }
  const std::string name =
      file == kStandardInput ? "standard input" : fs::path(file).filename().string();
  auto drafts =
      authoring::import_sop(*text,
                            {.file = name, .section = arguments.section, .owner = arguments.owner},
                            actions::specs());
  if (!drafts) {
    return fail(environment, drafts.error());
  }
  const std::vector<Drafted> drafted = judge(*std::move(drafts), arguments.folder);
  if (!arguments.folder.empty()) {
    if (const Status written = write(drafted, arguments.folder, arguments.force); !written) {
      return fail_on_file(environment, written.error());
    }
  }
  if (arguments.global.output == Output::Json) {
    environment.terminal.out(json_of(drafted, file));
    return kOk;
  }
  for (std::size_t i = 0; i < drafted.size() && arguments.folder.empty(); ++i) {
    environment.terminal.out((i == 0 ? "" : "---\n") + drafted[i].draft.text);
  }
  for (const Drafted& one : drafted) {
    environment.terminal.err(base::printable_lines(summary_of(one)));
  }
  return kOk;
}

}  // namespace cfkops::cli
