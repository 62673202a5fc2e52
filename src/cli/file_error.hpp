#pragma once

#include "cfkops/base/error.hpp"
#include "cfkops/cli/app.hpp"

namespace cfkops::cli {

/// As `fail`, about a file that was named on the command line: that it cannot be read or written is
/// a mistake of usage or configuration, whatever the system says against it.
[[nodiscard]] int fail_on_file(const AppEnvironment& environment, Error error);

}  // namespace cfkops::cli
