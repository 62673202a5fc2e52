#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include <fmt/format.h>

#include <array>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kHasty = "CFK-X011";

void weakened_effect(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    const Step& step = *placed.step;
    if (placed.spec == nullptr ||
        step.effect.value_or(placed.spec->effect) >= placed.spec->effect) {
      continue;
    }
    context.report(kWeakenedEffect,
                   span_of(step),
                   fmt::format("step '{}' says effect {}, but {} is {}",
                               step.id,
                               to_string(*step.effect),
                               placed.spec->name,
                               to_string(placed.spec->effect)),
                   "remove 'effect'; a step may only be more careful than its action");
  }
}

void repeated_once(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    const Step& step = *placed.step;
    const bool once =
        placed.spec != nullptr && step.effect.value_or(placed.spec->effect) == Effect::Once;
    if (!once || step.attempts.max < 2) {
      continue;
    }
    for (const std::string& outcome : step.attempts.on) {
      if (outcome == "unknown" || outcome == "failed") {
        context.report(
            kRepeatedOnce,
            span_of(step),
            fmt::format(
                "step '{}' must not happen twice, but is tried again when {}", step.id, outcome),
            "remove it from 'on': it may have taken effect all the same");
      }
    }
  }
}

/// The pauses between all attempts together, as far as `most`.
Duration pauses(const Attempts& attempts, Duration most) {
  Duration sum = {};
  double pause = static_cast<double>(attempts.every.count());
  for (int i = 1; i < attempts.max && sum < most; ++i) {
    const double left = static_cast<double>((most - sum).count());
    sum = pause >= left ? most : sum + Duration(static_cast<Duration::rep>(pause));
    pause *= attempts.backoff;
  }
  return sum;
}

void hasty_attempts(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    const Step& step = *placed.step;
    if (placed.spec == nullptr || step.attempts.max < 2) {
      continue;
    }
    const Span place = context.key_of(step, "attempts");
    const Duration limit = step.timeout.value_or(placed.spec->timeout);
    if (step.attempts.every < std::chrono::seconds(1)) {
      context.report(kHasty,
                     place,
                     fmt::format("step '{}' is tried again after {}: that is a load, no patience",
                                 step.id,
                                 base::format_duration(step.attempts.every)),
                     "write every: 5s");
    } else if (pauses(step.attempts, limit) >= limit) {
      context.report(kHasty,
                     place,
                     fmt::format("the pauses between {} attempts take longer than the {} that "
                                 "step '{}' has: the last ones never come",
                                 step.attempts.max,
                                 base::format_duration(limit),
                                 step.id),
                     "add a longer timeout, or try less often");
    }
  }
}

}  // namespace

std::span<const Rule> repetition_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 3> kRules = {{
      {{kRepeatedOnce, "repeated-once", "what must not happen twice is repeated", Error, Basic},
       repeated_once},
      {{kHasty, "hasty-attempts", "attempts that are too many or too quick", Warning, Ci},
       hasty_attempts},
      {{kWeakenedEffect, "weakened-effect", "an effect weaker than its action's", Error, Basic},
       weakened_effect},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
