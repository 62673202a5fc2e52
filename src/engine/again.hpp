#pragma once

#include "run_state.hpp"

namespace cfkops::engine {

/// What is to be done with a step that an earlier process had begun.
enum class Again {
  Apply,  ///< it is applied, again where need be
  Done,   ///< it counts as done
};

/// Decides it for a step that must not happen twice: where nothing of it took effect, or where its
/// action goes on by itself, it is applied; otherwise a person is asked, and the answer journalled.
/// Errors: Cancelled where nobody says what to do, Io.
[[nodiscard]] Result<Again> decide_again(RunState& state, const StepRecord& record);

}  // namespace cfkops::engine
