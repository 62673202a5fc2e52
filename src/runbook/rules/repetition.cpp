#include "rules/rules.hpp"
#include "span.hpp"

#include <fmt/format.h>

namespace cfkops::runbook::rules {

void repetition(LintContext& context, const Step& step, const ActionSpec& spec) {
  const Effect effect = step.effect.value_or(spec.effect);
  if (effect < spec.effect) {
    context.report(kWeakenedEffect,
                   step.pos,
                   count_characters(step.id),
                   fmt::format("step '{}' says effect {}, but {} is {}",
                               step.id,
                               to_string(effect),
                               spec.name,
                               to_string(spec.effect)),
                   "remove 'effect'; a step may only be more careful than its action");
  }
  if (effect != Effect::Once || step.attempts.max < 2) {
    return;
  }
  for (const std::string& outcome : step.attempts.on) {
    if (outcome == "unknown" || outcome == "failed") {
      context.report(
          kRepeatedOnce,
          step.pos,
          count_characters(step.id),
          fmt::format(
              "step '{}' must not happen twice, but is tried again when {}", step.id, outcome),
          "remove it from 'on': it may have taken effect all the same");
    }
  }
}

}  // namespace cfkops::runbook::rules
