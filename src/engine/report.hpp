#pragma once

#include "run_state.hpp"

namespace cfkops::engine {

/// Writes the run's end and puts the report together: states, what is left, what to type next.
[[nodiscard]] RunReport close_run(RunState& state,
                                  RunResult result,
                                  const std::string& summary,
                                  const std::optional<Error>& error);

}  // namespace cfkops::engine
