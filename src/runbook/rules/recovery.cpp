#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kNoUndo = "CFK-R001";
constexpr std::string_view kNoValidation = "CFK-R003";

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

}  // namespace

std::span<const Rule> recovery_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 3> kRules = {{
      {{kNoUndo, "no-undo", "a change that nothing takes back", Error, Production}, no_undo},
      {{kNeedsSuccess, "needs-success", "an undo needs what a failure may lack", Error, Basic}},
      {{kNoValidation, "no-validation", "no validation that could fail", Warning, Production},
       no_validation},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
