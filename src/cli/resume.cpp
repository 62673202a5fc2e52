#include "commands.hpp"
#include "recovered.hpp"

#include "cfkops/engine/recovery.hpp"

namespace cfkops::cli {

int resume_command(const Arguments& arguments, const AppEnvironment& environment) {
  return take_up_run(arguments, environment, true, engine::resume);
}

}  // namespace cfkops::cli
