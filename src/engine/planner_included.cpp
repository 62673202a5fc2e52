// The plan of a step that includes a runbook: its parameters, where they are known by now, its
// prerequisites, and its steps.
#include "evaluate.hpp"
#include "included.hpp"
#include "planner.hpp"
#include "recall.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::engine {

Status Planner::plan_included(const runbook::Step& step, Branch branch) {
  if (was_finished(before_, instance_id(step, branch.suffix))) {
    branch.skipped = "done already";
  }
  if (branch.skipped.empty() && branch.unknown.empty()) {
    CFKOPS_TRY(needs_nothing_lost(step, Part::Body, before_, request_.run_id));
    branch.unknown = needs(not_known_yet(step.with, names_.bindings()));
  }
  if (branch.skipped.empty()) {
    for (const runbook::CheckEntry& entry : step.included->runbook.validation) {
      plan_.validation.push_back(title_of(entry));
    }
  }
  if (!branch.skipped.empty() || !branch.unknown.empty()) {
    foresee_prerequisites(step, branch);
    return plan_steps(step.steps, branch);
  }
  CFKOPS_ASSIGN(const runbook::ValueMap params, included_params(step, names_.bindings(), site_));
  const std::string& binding = step.included->binding;
  auto before = names_.bind(binding, runbook::Value(params));
  const std::size_t first = plan_.prerequisites.size();
  Status planned = ask_prerequisites_of(step, branch);
  if (planned) {
    const bool open = std::all_of(plan_.prerequisites.begin() + static_cast<std::ptrdiff_t>(first),
                                  plan_.prerequisites.end(),
                                  [](const PlannedCheck& check) {
                                    return check.decides || lets_go_on(check.result.verdict);
                                  });
    branch.unknown = open ? "" : "the prerequisites of '" + step.id + "' do not pass yet";
    planned = plan_steps(step.steps, branch);
  }
  names_.restore(binding, std::move(before));
  return planned;
}

/// Something may be another than it is now when a step is taken that comes now.
bool Planner::changes_before() const {
  return std::any_of(plan_.steps.begin(), plan_.steps.end(), [&](const PlannedStep& step) {
    const Action* action = catalogue_.action(step.action);
    return step.skipped.empty() && action != nullptr &&
           action->spec().effect != runbook::Effect::Read;
  });
}

/// They are asked when the step comes.
void Planner::foresee_prerequisites(const runbook::Step& step, const Branch& branch) {
  if (!branch.skipped.empty()) {
    return;
  }
  for (const runbook::CheckEntry& entry : step.included->runbook.prerequisites) {
    plan_.prerequisites.push_back({.id = entry.id + branch.suffix,
                                   .title = title_of(entry),
                                   .result = {.verdict = Verdict::Unknown,
                                              .summary = "asked when it comes: " + branch.unknown,
                                              .details = {},
                                              .remedy = {},
                                              .outputs = {}},
                                   .decides = false});
  }
}

Status Planner::ask_prerequisites_of(const runbook::Step& step, const Branch& branch) {
  const bool begun = was_begun(before_, step, branch.suffix);
  const bool decides = !changes_before();
  set_scope(reader_, request_.run_id, "prerequisites");
  for (const runbook::CheckEntry& entry : step.included->runbook.prerequisites) {
    PlannedCheck check{.id = entry.id, .title = title_of(entry), .result = {}};
    if (begun) {
      check.result = {.verdict = Verdict::Skipped,
                      .summary = "not asked again: its steps have begun",
                      .details = {},
                      .remedy = {},
                      .outputs = names_.check(entry.id)};
    } else if (entry.kind == kPermission) {
      late_.push_back({.place = plan_.prerequisites.size(), .entry = &entry, .names = names_});
    } else {
      CFKOPS_ASSIGN(check, prerequisite_checks().one(entry, names_));
      check.decides = decides;
    }
    check.id += branch.suffix;
    plan_.prerequisites.push_back(std::move(check));
  }
  set_scope(reader_, request_.run_id, "plan");
  return {};
}

/// Those that ask for what the steps need.
Status Planner::ask_late_prerequisites() {
  for (LatePrerequisite& late : late_) {
    PlannedCheck& check = plan_.prerequisites[late.place];
    CFKOPS_ASSIGN(PlannedCheck asked, prerequisite_checks().one(*late.entry, late.names));
    check.result = std::move(asked.result);
  }
  return {};
}

}  // namespace cfkops::engine
