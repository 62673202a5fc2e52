#include "cfkops/rehearse/snapshot.hpp"

#include "commands.hpp"
#include "connection.hpp"
#include "exit_code.hpp"
#include "file_error.hpp"
#include "json_line.hpp"
#include "planning_observer.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/shell_word.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace cfkops::cli {
namespace {

/// Before the cluster is asked: an old file is not to be lost, nor the work of reading.
Status may_write(const Arguments& arguments) {
  std::error_code error;
  const std::filesystem::path path(arguments.out);
  const auto status = std::filesystem::symlink_status(path, error);
  if (std::filesystem::is_directory(status)) {
    return make_error(ErrorCode::InvalidInput,
                      "'" + arguments.out + "' is a directory",
                      "give --out the path of a file");
  }
  if (std::filesystem::exists(status) && !arguments.force) {
    return make_error(ErrorCode::InvalidInput,
                      "'" + arguments.out + "' is there already",
                      "give --out another path, or add --force to replace it");
  }
  return {};
}

std::string text_of(const Arguments& arguments,
                    const rehearse::Snapshot& snapshot,
                    const std::string& scope) {
  std::string text = "Wrote " + base::counted(static_cast<long long>(snapshot.objects), "object") +
                     " of " + scope + " to " + arguments.out + ".\n";
  if (!snapshot.missing.empty()) {
    text += "Missing:\n";
  }
  for (const std::string& line : snapshot.missing) {
    text += "  - " + line + "\n";
  }
  return text;
}

/// A file in the current folder needs a slash to be told from a name.
std::string as_file(const std::string& path) {
  return path.find('/') == std::string::npos ? "./" + path : path;
}

void show(const Arguments& arguments,
          const AppEnvironment& environment,
          const rehearse::Snapshot& snapshot,
          const std::string& scope) {
  if (arguments.global.output == Output::Json) {
    environment.terminal.out(json_line({{"schemaVersion", 1},
                                        {"file", arguments.out},
                                        {"objects", snapshot.objects},
                                        {"missing", snapshot.missing}}));
    return;
  }
  environment.terminal.out(base::printable_lines(text_of(arguments, snapshot, scope)));
  environment.terminal.err(base::printable_lines("next: cfkops rehearse RUNBOOK --snapshot " +
                                                 base::shell_word(as_file(arguments.out)) + "\n"));
}

}  // namespace

int snapshot_command(const Arguments& arguments, const AppEnvironment& environment) {
  if (const Status allowed = may_write(arguments); !allowed) {
    return fail(environment, allowed.error());
  }
  SilentObserver silent;
  PlanningObserver human(environment.terminal);
  const bool json = arguments.global.output == Output::Json;
  engine::Observer& observer = json ? static_cast<engine::Observer&>(silent) : human;
  auto connection = connect(arguments.global, environment, observer);
  if (!connection) {
    return fail(environment, connection.error());
  }
  kube::Reader reader(*connection->loop, connection->reader_options(arguments.global));
  reader.set_audit_scope("snapshot");
  std::vector<std::string> namespaces;
  if (!arguments.all_namespaces) {
    namespaces.push_back(connection->ns);
  }
  const auto snapshot = rehearse::take_snapshot(reader, namespaces);
  human.end();
  if (!snapshot) {
    return fail(environment, snapshot.error());
  }
  if (const Status written = base::write_private_file(arguments.out, snapshot->text); !written) {
    return fail_on_file(environment, written.error());
  }
  show(arguments,
       environment,
       *snapshot,
       namespaces.empty() ? "all namespaces" : "namespace " + connection->ns);
  return kOk;
}

}  // namespace cfkops::cli
