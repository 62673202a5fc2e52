#include "commands.hpp"
#include "recovered.hpp"

#include "cfkops/engine/recovery.hpp"

namespace cfkops::cli {

/// By the runbook as it was when the run began, whatever it is now.
int rollback_command(const Arguments& arguments, const AppEnvironment& environment) {
  return take_up_run(arguments, environment, false, engine::roll_back);
}

}  // namespace cfkops::cli
