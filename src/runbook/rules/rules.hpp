#pragma once

#include "lint_context.hpp"

#include "cfkops/runbook/action_spec.hpp"
#include "cfkops/runbook/expression.hpp"
#include "cfkops/runbook/model.hpp"

// The rules of lint, each in a file of its own. Expressions are judged on the way, in lint.cpp.
namespace cfkops::runbook::rules {

/// CFK-S006: the spec of a step's action; nullptr after a finding.
[[nodiscard]] const ActionSpec* known_action(LintContext& context, const Step& step);

/// CFK-S006: the spec of a check; nullptr for `expr`, and after a finding.
[[nodiscard]] const ActionSpec* known_check(LintContext& context, const CheckEntry& entry);

/// CFK-S007, CFK-E006: arguments that the spec does not have, lacks, or cannot take. `pos` is where
/// the action's name stands.
void arguments(LintContext& context,
               const ActionSpec& spec,
               const ArgumentMap& with,
               const Scope& scope,
               const SourcePos& pos);

/// CFK-X002, CFK-X013: a step that must not happen twice and could.
void repetition(LintContext& context, const Step& step, const ActionSpec& spec);

/// CFK-P001: a parameter that nothing uses.
void unused_params(LintContext& context);

}  // namespace cfkops::runbook::rules
