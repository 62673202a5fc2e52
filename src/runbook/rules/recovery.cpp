#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "rules/kafka_facts.hpp"
#include "span.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kNoUndo = "CFK-R001";
constexpr std::string_view kNoValidation = "CFK-R003";
constexpr std::string_view kUndoBreaksGuard = "CFK-R004";

void no_undo(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    const Step& step = *placed.step;
    if (placed.undoing || !placed.mutates() || placed.spec->no_undo.empty() ||
        !step.rollback.empty() || !step.no_rollback.empty()) {
      continue;
    }
    context.report(kNoUndo,
                   span_of(step),
                   fmt::format("step '{}' changes something that {} cannot take back, and nothing "
                               "else does",
                               step.id,
                               placed.spec->name),
                   "add rollback: with the steps that do, or rollback: {none: why}");
  }
}

/// Whether a check can fail because the steps broke something.
bool notices_harm(const CheckEntry& entry) {
  if (entry.kind != "expr") {
    return entry.kind != "permission" && entry.kind != "version";
  }
  const std::vector<std::string> names = entry.that.names();
  return std::find(names.begin(), names.end(), "steps") != names.end();
}

Span place_of(const CheckEntry& entry) {
  return {entry.pos, count_characters(entry.kind)};
}

void no_validation(LintContext& context) {
  const Runbook& runbook = context.runbook();
  const auto first =
      std::find_if(context.steps().begin(), context.steps().end(), [](const PlacedStep& placed) {
        return placed.mutates() && !placed.undoing;
      });
  if (first == context.steps().end() ||
      std::any_of(runbook.validation.begin(), runbook.validation.end(), notices_harm)) {
    return;
  }
  const bool none = runbook.validation.empty();
  context.report(kNoValidation,
                 none ? span_of(*first->step) : place_of(runbook.validation.front()),
                 none ? "nothing is looked at when the steps are done: a run that breaks "
                        "something succeeds"
                      : "no check of the validation can fail because of what the steps do",
                 "add a check of what the steps change to validation");
}

/// The kind of a guard that watches Kafka, or "".
std::string_view watching_kafka(const Runbook& runbook) {
  const auto found =
      std::find_if(runbook.guards.begin(), runbook.guards.end(), [](const Guard& guard) {
        return guard.check.kind == "kafka.replication" || guard.check.kind == "kafka.quorum";
      });
  return found == runbook.guards.end() ? std::string_view() : found->check.kind;
}

/// It takes a process of Kafka away, or a pod that may be one. What looks at Kafka itself, before
/// or after, is all right.
bool may_harm_kafka(const LintContext& context, const PlacedStep& placed) {
  if (placed.step->action.starts_with("kafka.") || asks(placed.step->expect, "kafka.replication") ||
      asks(placed.step->expect, "kafka.quorum")) {
    return false;
  }
  const bool any_pod = removes_pods(placed) && !literal(argument(*placed.step, "pod"));
  return any_pod || takes_brokers(context, placed) || restarts_kafka(context, placed);
}

/// A guard is not asked during an undo: what it is to prevent, an undo may do.
void undo_breaks_guard(LintContext& context) {
  const std::string_view guard = watching_kafka(context.runbook());
  if (guard.empty()) {
    return;
  }
  for (const PlacedStep& placed : context.steps()) {
    if (placed.undoing && may_harm_kafka(context, placed)) {
      context.report(kUndoBreaksGuard,
                     span_of(*placed.step),
                     fmt::format("step '{}' of an undo may break what the guard {} watches, and no "
                                 "guard is asked during an undo",
                                 placed.step->id,
                                 guard),
                     fmt::format("use do: kafka.roll, or add expect: [{{check: {}, with: {{…}}}}] "
                                 "to it",
                                 guard));
    }
  }
}

}  // namespace

std::span<const Rule> recovery_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 4> kRules = {{
      {{kNoUndo, "no-undo", "a change that nothing takes back", Error, Production}, no_undo},
      {{kNeedsSuccess, "needs-success", "an undo needs what a failure may lack", Error, Basic}},
      {{kNoValidation, "no-validation", "no validation that could fail", Warning, Production},
       no_validation},
      {{kUndoBreaksGuard,
        "undo-breaks-guard",
        "an undo may do what a guard is there for",
        Warning,
        Ci},
       undo_breaks_guard},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
