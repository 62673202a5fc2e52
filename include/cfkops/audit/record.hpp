#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/json.hpp"

#include <string>

namespace cfkops::audit {

/// What a line of the log says.
enum class Phase {
  Start,       ///< the run begins: runbook, parameters, cluster, who
  Plan,        ///< what was going to be done
  Check,       ///< a prerequisite's or validation's verdict with its evidence
  Step,        ///< a step begins or ends
  Intent,      ///< a mutation is about to be sent
  Effect,      ///< what came of it
  Observed,    ///< something seen that decisions rest on
  Note,        ///< a retry, a warning, a wait and its reason
  Undo,        ///< an undo begins or ends
  Checkpoint,  ///< all lines so far, signed
  Resume,      ///< the run goes on, or is taken back later: the only one that may follow an end
  End,         ///< the run's verdict
};

/// The word that the log has for it: "start", "intent".
[[nodiscard]] std::string_view to_string(Phase phase);

/// One line, before it is chained.
struct Record {
  Phase phase = Phase::Note;
  std::string step;  ///< step id, or ""
  int attempt = 0;
  Json data;  ///< an object; members depend on the phase (docs/audit-format.md)
};

}  // namespace cfkops::audit
