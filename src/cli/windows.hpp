#pragma once

#include "arguments.hpp"

#include "cfkops/base/result.hpp"
#include "cfkops/engine/plan.hpp"

namespace cfkops::cli {

/// Gives a request its change windows: those of the runbook, of `--windows` and of
/// `$CFKOPS_WINDOWS` (files with colons between them), each of them with a say; and the reason of
/// `--ignore-windows`. Errors: those of reading a file; InvalidInput with its line and column.
[[nodiscard]] Status set_windows(const Arguments& arguments, engine::RunRequest& request);

}  // namespace cfkops::cli
