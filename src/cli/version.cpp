#include "cfkops/base/version.hpp"

#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::cli {

int version_command(const Arguments& arguments, const AppEnvironment& environment) {
  const std::string version(base::version());
  const std::string commit(base::build_commit());
  if (arguments.global.output == Output::Json) {
    const nlohmann::json record = {{"schemaVersion", 1}, {"version", version}, {"commit", commit}};
    environment.terminal.out(json_line(record));
  } else {
    environment.terminal.out("cfkops " + version + (commit.empty() ? "" : " (" + commit + ")") +
                             "\n");
  }
  return kOk;
}

}  // namespace cfkops::cli
