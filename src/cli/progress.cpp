#include "progress.hpp"

namespace cfkops::cli {

Result<bool> progress_is_live(const GlobalArguments& global,
                              const std::string& variable,
                              const Terminal& terminal) {
  if (global.progress == Progress::Live && !terminal.lively()) {
    return make_error(ErrorCode::InvalidInput,
                      "--progress live needs a terminal on standard error, and a TERM that is not "
                      "dumb",
                      "leave it out, or take --progress plain");
  }
  if (global.progress == Progress::Live || global.progress == Progress::Plain) {
    return global.progress == Progress::Live;
  }
  if (!global.progress && !variable.empty() && variable != "auto") {
    if (variable != "live" && variable != "plain") {
      return make_error(ErrorCode::InvalidInput,
                        "CFKOPS_PROGRESS is '" + variable + "'",
                        "set it to auto, live or plain, or unset it");
    }
    return variable == "live" && terminal.lively();
  }
  return terminal.lively() && terminal.out_is_terminal() && !global.verbose;
}

}  // namespace cfkops::cli
