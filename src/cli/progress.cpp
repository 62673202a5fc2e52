#include "progress.hpp"

namespace cfkops::cli {

std::optional<Progress> progress_named(std::string_view word) {
  return word == "auto"    ? std::optional(Progress::Auto)
         : word == "live"  ? std::optional(Progress::Live)
         : word == "plain" ? std::optional(Progress::Plain)
                           : std::nullopt;
}

Result<bool> progress_is_live(const GlobalArguments& global,
                              const std::string& variable,
                              const Terminal& terminal) {
  if (global.progress == Progress::Live && !terminal.lively()) {
    return make_error(ErrorCode::InvalidInput,
                      "--progress live needs a terminal on standard error, and a TERM that is not "
                      "dumb",
                      "leave it out, or take --progress plain");
  }
  std::optional<Progress> wanted = global.progress;
  if (!wanted && !variable.empty()) {
    wanted = progress_named(variable);
    if (!wanted) {
      return make_error(ErrorCode::InvalidInput,
                        "CFKOPS_PROGRESS is '" + variable + "'",
                        "set it to auto, live or plain, or unset it");
    }
  }
  if (wanted.value_or(Progress::Auto) == Progress::Auto) {
    return terminal.lively() && terminal.out_is_terminal() && !global.verbose;
  }
  return wanted == Progress::Live && terminal.lively();
}

}  // namespace cfkops::cli
