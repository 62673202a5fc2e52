#include "commands.hpp"
#include "exit_code.hpp"
#include "file_error.hpp"
#include "json_line.hpp"
#include "library.hpp"

#include "cfkops/base/shell_word.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/runbook/skeleton.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string_view>
#include <system_error>

namespace cfkops::cli {
namespace {

namespace fs = std::filesystem;

Result<std::string> text_of(const std::string& name, const std::string& from) {
  if (from.empty()) {
    return runbook::skeleton_runbook(name);
  }
  CFKOPS_ASSIGN(const RunbookFile file, find_runbook(from));
  return runbook::renamed_runbook(file.text, file.place.path, name);
}

std::string path_of(const Arguments& arguments) {
  if (!arguments.out.empty()) {
    return arguments.out;
  }
  std::error_code ignored;
  const std::string file = arguments.names.front() + ".yaml";
  return fs::is_directory("runbooks", ignored) ? "runbooks/" + file : file;
}

}  // namespace

int new_command(const Arguments& arguments, const AppEnvironment& environment) {
  const auto text = text_of(arguments.names.front(), arguments.from);
  if (!text) {
    return fail_on_file(environment, text.error());
  }
  const std::string path = path_of(arguments);
  if (path == "-") {
    environment.terminal.out(*text);
    return kOk;
  }
  if (const Status written = write_runbook(path, *text, arguments.force); !written) {
    return fail_on_file(environment, written.error());
  }
  if (arguments.global.output == Output::Json) {
    environment.terminal.out(json_line({{"schemaVersion", 1}, {"path", path}}));
    return kOk;
  }
  const std::string word = base::shell_word(path);
  environment.terminal.out(base::printable(path) + "\n");
  environment.terminal.err(base::printable_lines("  next: edit it, then cfkops lint " + word +
                                                 " and cfkops rehearse " + word + "\n"));
  return kOk;
}

}  // namespace cfkops::cli
