#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "library.hpp"

#include "cfkops/base/shell_word.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/runbook/skeleton.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

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

Error not_written(const std::string& path, int number) {
  return make_error(ErrorCode::Io,
                    path + " cannot be written: " + std::generic_category().message(number),
                    "give another file with --out");
}

/// A file of the user's, to share as any other, unlike what base/file writes.
Status write_fresh(const std::string& path, std::string_view text) {
  constexpr mode_t kPermissions = 0666;  // less what the umask takes
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kPermissions);
  if (file < 0) {
    return errno == EEXIST ? make_error(ErrorCode::InvalidInput,
                                        path + " is there already",
                                        "take another name or file, or replace it with --force")
                           : not_written(path, errno);
  }
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno != EINTR) {
      const int number = errno;
      ::close(file);
      ::unlink(path.c_str());
      return not_written(path, number);
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  return ::close(file) == 0 ? Status() : not_written(path, errno);
}

Status write(const std::string& path, std::string_view text, bool force) {
  std::error_code ignored;
  return force && fs::exists(path, ignored) ? replace_file(path, text) : write_fresh(path, text);
}

}  // namespace

int new_command(const Arguments& arguments, const AppEnvironment& environment) {
  const auto text = text_of(arguments.names.front(), arguments.from);
  if (!text) {
    return fail(environment, text.error());
  }
  const std::string path = path_of(arguments);
  if (path == "-") {
    environment.terminal.out(*text);
    return kOk;
  }
  if (const Status written = write(path, *text, arguments.force); !written) {
    return fail(environment, written.error());
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
