#pragma once

#include "evidence.hpp"

#include "cfkops/rehearse/rehearse.hpp"
#include "cfkops/runbook/model.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace cfkops::rehearse {

/// What the run did that must not be, in sentences; docs/rehearsal.md has the rule. Only what the
/// run could have known or prevented counts: what a fault does by itself is taken off.
[[nodiscard]] std::vector<std::string> find_harm(const Rehearsal& rehearsal,
                                                 const Rehearsed& run,
                                                 const Evidence& evidence);

/// How many checks of validation pass at least in a run that succeeds: those of the runbook, and of
/// what it includes in any case.
[[nodiscard]] std::size_t checks_of_validation(const runbook::Runbook& runbook);

}  // namespace cfkops::rehearse
