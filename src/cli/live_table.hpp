#pragma once

#include "live_state.hpp"
#include "live_terminal.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/concealed.hpp"

#include <cstddef>
#include <vector>

namespace cfkops::cli {

/// How a live table is to look just now.
struct LiveLook {
  Screen screen;
  bool colours = false;
  bool unicode = false;
  std::size_t frame = 0;  ///< what turns, turns with it
  MonoTime now = {};
};

/// A run as a table that fits the screen: how far it is, its steps, the objects of the one that is
/// under way, and what is waited for and why. What does not fit is counted. Nothing that a runbook
/// or a server said can drive the terminal, and no secret is in it.
[[nodiscard]] std::vector<LiveLine> live_table(const LiveState& state,
                                               const base::Concealed& concealed,
                                               const LiveLook& look);

/// The same of a run that has ended: its steps, to be left behind.
[[nodiscard]] std::vector<LiveLine> final_table(const LiveState& state,
                                                const base::Concealed& concealed,
                                                const LiveLook& look);

}  // namespace cfkops::cli
