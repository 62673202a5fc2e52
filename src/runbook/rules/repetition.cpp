#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "rules/kafka_facts.hpp"
#include "span.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kCrowd = "CFK-X005";
constexpr std::string_view kLastElement = "CFK-X006";
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
  auto pause = static_cast<double>(attempts.every.count());
  for (int i = 1; i < attempts.max && sum < most; ++i) {
    const auto left = static_cast<double>((most - sum).count());
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

/// Whether a batch may have more than one element.
bool has_large_batch(const Each& each) {
  return std::any_of(each.batch.begin(), each.batch.end(), [](const Share& share) {
    return share.percent || share.number > 1;
  });
}

/// A step that takes processes of Kafka away, whoever watches them.
bool takes_kafka(const LintContext& context, const PlacedStep& placed) {
  return takes_brokers(context, placed) || restarts_kafka(context, placed) ||
         placed.step->action == "kafka.roll";
}

void crowd(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    std::vector<const Step*> repeated = placed.around;
    repeated.push_back(placed.step);
    for (const Step* step : repeated) {
      if (step->each && has_large_batch(*step->each) && takes_kafka(context, placed)) {
        context.report(kCrowd,
                       context.key_of(*step, "each"),
                       fmt::format("a batch of more than one takes away several processes of Kafka "
                                   "at a time, in step '{}'",
                                   placed.step->id),
                       "write batch: [1], or use do: kafka.roll, which knows who may go together");
        return;
      }
    }
  }
}

/// Whether `step` is, or is in, the step or group `outer`.
bool is_in(const PlacedStep& placed, const Step& outer) {
  return placed.step == &outer ||
         std::find(placed.around.begin(), placed.around.end(), &outer) != placed.around.end();
}

/// The repeated step or group that the step of that id is in, where `reader` is outside it.
const Step* repeated_apart(const LintContext& context,
                           std::string_view id,
                           const PlacedStep* reader) {
  for (const PlacedStep& placed : context.all_steps()) {
    if (placed.step->id != id) {
      continue;
    }
    std::vector<const Step*> repeated = placed.around;
    repeated.push_back(placed.step);
    for (const Step* outer : repeated) {
      if (outer->each && (reader == nullptr || !is_in(*reader, *outer))) {
        return outer;
      }
    }
  }
  return nullptr;
}

void judge_reading(LintContext& context, const Expression& expression, const PlacedStep* reader) {
  for (const std::vector<std::string>& chain : expression.chains()) {
    if (chain.size() < 3 || chain[0] != "steps") {
      continue;
    }
    if (const Step* outer = repeated_apart(context, chain[1], reader)) {
      context.report(kLastElement,
                     expression.pos(),
                     count_characters(expression.source()),
                     fmt::format("steps.{}.{} is that of the last element only: '{}' is repeated",
                                 chain[1],
                                 chain[2],
                                 outer->id),
                     fmt::format("read it in a step of '{}', or ask the cluster again", outer->id));
      return;
    }
  }
}

void last_element(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    if (!placed.step->action.empty() && !placed.undoing) {
      each_expression(*placed.step, [&](const Expression& expression) {
        judge_reading(context, expression, &placed);
      });
    }
  }
  for (const CheckEntry& entry : context.runbook().validation) {
    judge_reading(context, entry.that, nullptr);
    for (const ArgumentValue::Member& member : entry.with) {
      runbook::each_expression(member.value, [&](const Expression& expression) {
        judge_reading(context, expression, nullptr);
      });
    }
  }
}

}  // namespace

std::span<const Rule> repetition_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 5> kRules = {{
      {{kRepeatedOnce, "repeated-once", "what must not happen twice is repeated", Error, Basic},
       repeated_once},
      {{kCrowd, "crowd", "several processes of Kafka are taken at a time", Warning, Ci}, crowd},
      {{kLastElement, "last-element", "what only the last element gave is used", Warning, Ci},
       last_element},
      {{kHasty, "hasty-attempts", "attempts that are too many or too quick", Warning, Ci},
       hasty_attempts},
      {{kWeakenedEffect, "weakened-effect", "an effect weaker than its action's", Error, Basic},
       weakened_effect},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
