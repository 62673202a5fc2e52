#include "cfkops/runbook/schema.hpp"

#include "commands.hpp"
#include "exit_code.hpp"

#include "cfkops/actions/table.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::cli {

int schema_command(const Arguments& /*arguments*/, const AppEnvironment& environment) {
  environment.terminal.out(runbook::runbook_schema(actions::specs()).raw().dump(2) + "\n");
  return kOk;
}

}  // namespace cfkops::cli
