#pragma once

#include "run_state.hpp"

#include "cfkops/base/result.hpp"
#include "cfkops/engine/recovery.hpp"
#include "cfkops/runbook/model.hpp"

namespace cfkops::engine {

/// The log keeps no secrets, so of a step that is done it may not tell all outputs. Where such a
/// step does no more than read it is carried out once more for them: what the log tells of it
/// stays, the rest is filled in, here and in `state`, which has been restored from `before`. What
/// cannot be recalled is told as a notice. Errors: Cancelled, Io.
[[nodiscard]] Status recall(RunState& state, RecoveredRun& before);

/// What of a step needs outputs.
enum class Part {
  Entry,  ///< `when` and `each`, which are looked at of a step that is done too
  Body,   ///< all else; what stands below a group is the matter of its steps
};

/// Nothing where all outputs of an earlier process's steps that this part needs are known; `before`
/// is null where there was none. Errors: Refused, with the output, its step, and what to do next.
[[nodiscard]] Status needs_nothing_lost(const runbook::Step& step,
                                        Part part,
                                        const RecoveredRun* before,
                                        const std::string& run_id);

}  // namespace cfkops::engine
