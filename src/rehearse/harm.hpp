#pragma once

#include "evidence.hpp"

#include "cfkops/rehearse/rehearse.hpp"

#include <string>
#include <vector>

namespace cfkops::rehearse {

/// What the run did that must not be, in sentences; docs/rehearsal.md has the rule. Only what the
/// run could have known or prevented counts: what a fault does by itself is taken off.
[[nodiscard]] std::vector<std::string> find_harm(const Rehearsal& rehearsal,
                                                 const Rehearsed& run,
                                                 const Evidence& evidence);

}  // namespace cfkops::rehearse
