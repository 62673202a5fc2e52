#pragma once

#include "live_table.hpp"

#include "cfkops/health/report.hpp"

#include <vector>

namespace cfkops::cli {

/// The last look at a cluster as one screen: what it comes to and how long ago it was, a line for
/// each group of checks where there is room, then what was found, the worst first, and what is not
/// known. What does not fit is counted. Nothing that a server said can drive the terminal.
[[nodiscard]] std::vector<LiveLine> health_screen(const health::Report& report,
                                                  Duration ago,
                                                  const LiveLook& look);

}  // namespace cfkops::cli
