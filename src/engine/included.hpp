#pragma once

#include "references.hpp"

#include "cfkops/engine/recovery.hpp"
#include "cfkops/runbook/include.hpp"
#include "cfkops/runbook/model.hpp"

#include <string>
#include <vector>

// What the engine knows of steps that include runbooks.
namespace cfkops::engine {

/// The parameters that a step gives to the runbook which it includes: evaluated, converted, within
/// their limits, references resolved, defaults filled in. One that evaluates to null was left out.
/// Errors: InvalidInput naming the parameter; what looking for a reference says.
[[nodiscard]] Result<runbook::ValueMap> included_params(const runbook::Step& step,
                                                        const runbook::Bindings& bindings,
                                                        const Site& site);

/// Those of them that are known by now; the others are left out, and so is what would have to be
/// looked for.
[[nodiscard]] runbook::ValueMap known_params(const runbook::Step& step,
                                             const runbook::Bindings& bindings);

/// Whether a step's instance ("restart_roll[2]") is in that instance of a group; `suffix` is the
/// group's place in each `each` around it.
[[nodiscard]] bool is_part_of(const std::string& instance,
                              const runbook::Step& group,
                              const std::string& suffix);

/// Whether an earlier process has begun a step of that instance of a group; not where there was
/// none.
[[nodiscard]] bool was_begun(const RecoveredRun* before,
                             const runbook::Step& group,
                             const std::string& suffix);

/// Whether it got through with it, validation and all.
[[nodiscard]] bool was_finished(const RecoveredRun* before, const std::string& instance);

}  // namespace cfkops::engine
