#pragma once

#include "cfkops/base/error.hpp"
#include "cfkops/engine/observer.hpp"

namespace cfkops::cli {

/// What the process ends with; documented in docs/cli.md and a contract.
enum ExitCode : int {
  kOk = 0,
  kRunFailed = 1,
  kUsage = 2,
  kRefused = 4,
  kPrerequisite = 5,
  kUndoIncomplete = 7,
  kValidationFailed = 9,
  kInternal = 10,
  kInterrupted = 128,  ///< plus the number of the signal
};

[[nodiscard]] int exit_code(const engine::RunReport& report);

/// For commands that end in an error before there is a run: the code that a run which is not begun
/// for the same reason ends with. `signal_number` is that of the request to stop, or 0.
[[nodiscard]] int exit_code(const Error& error, int signal_number);

}  // namespace cfkops::cli
