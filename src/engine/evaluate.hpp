#pragma once

#include "references.hpp"

#include "cfkops/engine/action.hpp"
#include "cfkops/runbook/model.hpp"

#include <set>
#include <string>

namespace cfkops::engine {

/// The arguments as their declarations say: evaluated, converted, references resolved, defaults
/// filled in; an optional argument that evaluates to null was left out. Errors: InvalidInput naming
/// the argument; what looking for a reference says.
[[nodiscard]] Result<Arguments> evaluate_arguments(const runbook::ArgumentMap& written,
                                                   const runbook::ActionSpec& spec,
                                                   const runbook::Bindings& bindings,
                                                   const Site& site);

/// Whether the condition is true; an empty one is. Errors: InvalidInput.
[[nodiscard]] Result<bool> holds(const runbook::Expression& condition,
                                 const runbook::Bindings& bindings);

/// The elements that `each` goes through. Errors: InvalidInput.
[[nodiscard]] Result<runbook::ValueList> elements(const runbook::Each& each,
                                                  const runbook::Bindings& bindings);

/// What an expression or arguments use that is not there yet: outputs of steps and of checks not
/// asked so far, "steps.roll.restarted".
[[nodiscard]] std::set<std::string> not_known_yet(const runbook::Expression& expression,
                                                  const runbook::Bindings& bindings);
[[nodiscard]] std::set<std::string> not_known_yet(const runbook::ArgumentMap& written,
                                                  const runbook::Bindings& bindings);

}  // namespace cfkops::engine
