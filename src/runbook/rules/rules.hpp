#pragma once

#include "lint_context.hpp"

#include "cfkops/runbook/action_spec.hpp"
#include "cfkops/runbook/expression.hpp"
#include "cfkops/runbook/model.hpp"

// The rules that lint.cpp asks on its walk over the expressions; the others are in families.hpp.
namespace cfkops::runbook::rules {

/// CFK-S006: the spec of a step's action; nullptr after a finding.
[[nodiscard]] const ActionSpec* known_action(LintContext& context, const Step& step);

/// CFK-S006: the spec of a check; nullptr for `expr`, and after a finding.
[[nodiscard]] const ActionSpec* known_check(LintContext& context, const CheckEntry& entry);

/// CFK-S007, CFK-E006, CFK-Z002: arguments that the spec does not have, lacks, or cannot take.
/// `pos` is where the action's name stands; `word` is what messages call an argument.
void arguments(LintContext& context,
               const ActionSpec& spec,
               const ArgumentMap& with,
               const Scope& scope,
               const SourcePos& pos,
               std::string_view word = "argument");

/// The same of the parameters that a step gives to the runbook which it includes, their limits, and
/// whether what that one locks is known when the run begins.
void included(LintContext& context, const Step& step, const Scope& scope);

}  // namespace cfkops::runbook::rules
