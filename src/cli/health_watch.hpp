#pragma once

#include "arguments.hpp"

#include "cfkops/cli/app.hpp"
#include "cfkops/health/report.hpp"
#include "cfkops/kube/loop.hpp"

#include <functional>

namespace cfkops::cli {

/// A look at a cluster. Errors: see health::read_snapshot.
using HealthLook = std::function<Result<health::Report>()>;

/// Looks again and again, as `--watch` says, until a request to stop. On a terminal one screen is
/// kept up to date, and what it comes to in the end stays; elsewhere what changes is appended; as
/// JSON each look is a line. A look that fails is told, and does not end it, unless it is the first
/// one. Returns the exit code of the last look.
[[nodiscard]] int watch_health(const Arguments& arguments,
                               const AppEnvironment& environment,
                               kube::Loop& loop,
                               const HealthLook& look);

}  // namespace cfkops::cli
