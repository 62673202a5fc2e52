#pragma once

#include "cfkops/base/error.hpp"
#include "cfkops/engine/observer.hpp"

namespace cfkops::cli {

// What the process ends with; documented in docs/cli.md and a contract.
inline constexpr int kOk = 0;
inline constexpr int kRunFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kChangesPending = 3;
inline constexpr int kRefused = 4;
inline constexpr int kPrerequisite = 5;
inline constexpr int kDrift = 6;
inline constexpr int kUndoIncomplete = 7;
inline constexpr int kLocked = 8;
inline constexpr int kValidationFailed = 9;
inline constexpr int kInternal = 10;
inline constexpr int kInterrupted = 128;  ///< plus the number of the signal

[[nodiscard]] int exit_code(const engine::RunReport& report);

/// For commands that end in an error before there is a run: the code that a run which is not begun
/// for the same reason ends with. `signal_number` is that of the request to stop, or 0.
[[nodiscard]] int exit_code(const Error& error, int signal_number);

}  // namespace cfkops::cli
