// What a planner asks of each step, in the order in which a run carries them out.
#include "evaluate.hpp"
#include "planner.hpp"
#include "recall.hpp"
#include "steps.hpp"

#include "cfkops/base/text.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::engine {
namespace {

/// "elements 2 to 3 of 10 together; 1 of all may fail"
std::string batch_note(const runbook::Each& each, const Batch& batch, std::size_t size) {
  const bool one = batch.end - batch.begin == 1;
  std::string note =
      one ? "element " + std::to_string(batch.end)
          : "elements " + std::to_string(batch.begin + 1) + " to " + std::to_string(batch.end);
  note += " of " + std::to_string(size) + (one ? "" : " together");
  const std::size_t allowed = each.max_failures.of(size);
  return note + (allowed > 0 ? "; " + std::to_string(allowed) + " of all may fail" : "");
}

/// What a run does when the step fails, where that is not the usual.
std::string failure_note(const runbook::Step& step) {
  using runbook::OnFailure;
  switch (step.on_failure.value_or(OnFailure::Rollback)) {
    case OnFailure::Rollback:
      return "";
    case OnFailure::Stop:
      return "if it fails the run stops, and what was done stays done";
    case OnFailure::Continue:
      return "if it fails the run goes on";
    case OnFailure::Ask:
      return "if it fails a person is asked whether to go on";
  }
  return "";
}

std::string false_text(const runbook::Expression& condition, const runbook::Bindings& bindings) {
  const std::string values = condition.explain(bindings);
  return "`" + condition.source() + "` is false" + (values.empty() ? "" : " (" + values + ")");
}

/// "steps untell, tell"
std::string ids_of(const std::vector<runbook::Step>& steps) {
  std::vector<std::string> ids;
  ids.reserve(steps.size());
  for (const runbook::Step& step : steps) {
    ids.push_back(step.id);
  }
  return (ids.size() == 1 ? "step " : "steps ") + base::enumerate(ids);
}

/// What is asked before the step; as written where it uses what is not known yet.
std::string confirmation_of(const runbook::Step& step, const runbook::Bindings& bindings) {
  if (step.confirm.source().empty()) {
    return "";
  }
  const auto text = step.confirm.evaluate(bindings);
  return text ? text->text() : step.confirm.source();
}

}  // namespace

Status Planner::plan_steps(const std::vector<runbook::Step>& steps, const Branch& branch) {
  for (const runbook::Step& step : steps) {
    CFKOPS_TRY(plan_step(step, branch));
  }
  return {};
}

Status Planner::plan_step(const runbook::Step& step, Branch branch) {
  if (branch.skipped.empty()) {
    branch.skipped = left_out(instance_id(step, branch.suffix));
  }
  const bool open = branch.skipped.empty() && branch.unknown.empty();
  if (open) {
    CFKOPS_TRY(needs_nothing_lost(step, Part::Entry, before_, request_.run_id));
  }
  if (open && !step.when.empty()) {
    branch.unknown = needs(not_known_yet(step.when, names_.bindings()));
    if (branch.unknown.empty()) {
      auto wanted = holds(step.when, names_.bindings());
      if (!wanted) {
        return std::move(wanted).error().in("step '" + step.id + "'");
      }
      branch.skipped = *wanted ? "" : false_text(step.when, names_.bindings());
    }
  }
  if (step.each && branch.skipped.empty() && branch.unknown.empty()) {
    return plan_each(step, branch);
  }
  return plan_body(step, branch);
}

Status Planner::plan_each(const runbook::Step& step, const Branch& branch) {
  const std::string unknown = needs(not_known_yet(step.each->in, names_.bindings()));
  if (!unknown.empty()) {
    return plan_body(step, {.suffix = branch.suffix, .skipped = "", .unknown = unknown});
  }
  auto list = elements(*step.each, names_.bindings());
  if (!list) {
    return std::move(list).error().in("step '" + step.id + "'");
  }
  if (list->empty()) {
    return plan_body(step,
                     {.suffix = branch.suffix,
                      .skipped = "`" + step.each->in.source() + "` is empty",
                      .unknown = ""});
  }
  for (const Batch& batch : batches_of(*step.each, list->size())) {
    CFKOPS_TRY(plan_batch(step, *list, batch, branch.suffix));
  }
  return {};
}

/// One step of a group for all elements of a batch; without one all of it.
Status Planner::plan_elements(const runbook::Step& step,
                              const runbook::Step* child,
                              const runbook::ValueList& list,
                              const Batch& batch,
                              const std::string& suffix) {
  for (std::size_t i = batch.begin; i < batch.end; ++i) {
    const std::string place = suffix + "[" + std::to_string(i + 1) + "]";
    auto before = names_.bind(step.each->as, list[i]);
    names_.enter(step, place);
    const Branch branch{.suffix = place, .skipped = left_out(step.id + place), .unknown = ""};
    const Status planned = child == nullptr ? plan_body(step, branch) : plan_step(*child, branch);
    names_.restore(step.each->as, std::move(before));
    CFKOPS_TRY(planned);
  }
  return {};
}

/// In the order in which it is carried out.
Status Planner::plan_batch(const runbook::Step& step,
                           const runbook::ValueList& list,
                           const Batch& batch,
                           const std::string& suffix) {
  const std::size_t first = plan_.steps.size();
  std::vector<const runbook::Step*> parts = {nullptr};  // all of it
  if (goes_together(step) && batch.end - batch.begin > 1) {
    parts.clear();
    for (const runbook::Step& child : step.steps) {
      parts.push_back(&child);
    }
  }
  for (const runbook::Step* child : parts) {
    CFKOPS_TRY(plan_elements(step, child, list, batch, suffix));
  }
  if (first < plan_.steps.size() &&
      (!step.each->batch.empty() || step.each->max_failures.number > 0)) {
    std::vector<std::string>& notes = plan_.steps[first].plan.notes;
    notes.insert(notes.begin(), batch_note(*step.each, batch, list.size()));
  }
  return {};
}

/// Why it is not done in a run that goes on, or "".
std::string Planner::left_out(const std::string& id) const {
  const RecoveredStep* failed = before_ == nullptr ? nullptr : before_->passed_over_by(id);
  return failed == nullptr ? "" : std::string(kPassedOver) + ": " + failed->why;
}

Status Planner::plan_group(const runbook::Step& step, const Branch& branch) {
  const std::size_t first = plan_.steps.size();
  CFKOPS_TRY(step.included == nullptr ? plan_steps(step.steps, branch)
                                      : plan_included(step, branch));
  const std::string note = failure_note(step);
  if (!note.empty() && first < plan_.steps.size()) {
    std::vector<std::string>& notes = plan_.steps[first].plan.notes;
    notes.insert(notes.begin(), "of the group '" + step.id + "': " + note);
  }
  return {};
}

Status Planner::plan_body(const runbook::Step& step, const Branch& branch) {
  if (step.action.empty()) {
    return plan_group(step, branch);
  }
  const Action* action = catalogue_.action(step.action);
  if (action == nullptr) {
    return make_error(ErrorCode::InvalidInput,
                      "step '" + step.id + "': there is no action '" + step.action + "'");
  }
  PlannedStep planned{.id = instance_id(step, branch.suffix),
                      .title = step.title,
                      .action = step.action,
                      .plan = {},
                      .skipped = branch.skipped,
                      .unknown = branch.unknown,
                      .confirm = confirmation_of(step, names_.bindings()),
                      .for_a_person = action->spec().for_a_person};
  if (is_done(planned.id)) {
    planned.skipped = "done already";
  } else if (planned.skipped.empty() && planned.unknown.empty()) {
    CFKOPS_TRY(needs_nothing_lost(step, Part::Body, before_, request_.run_id));
  }
  if (planned.unknown.empty()) {
    planned.unknown = needs(not_known_yet(step.with, names_.bindings()));
  }
  if (planned.skipped.empty() && planned.unknown.empty()) {
    CFKOPS_TRY(plan_action(step, *action, planned));
  }
  if (!step.no_rollback.empty()) {
    planned.plan.undo = "none: " + step.no_rollback;
  } else if (!step.rollback.empty()) {
    planned.plan.undo = "instead of the action's own: " + ids_of(step.rollback);
  } else if (planned.plan.undo.empty() && !action->spec().no_undo.empty()) {
    planned.plan.undo = "none: " + action->spec().no_undo;
  }
  if (const std::string note = failure_note(step); !note.empty() && planned.skipped.empty()) {
    planned.plan.notes.push_back(note);
  }
  if (planned.skipped.empty()) {
    collect_permissions(planned, action->spec());
  }
  plan_.steps.push_back(std::move(planned));
  return {};
}

Status Planner::plan_action(const runbook::Step& step, const Action& action, PlannedStep& planned) {
  const auto arguments = evaluate_arguments(step.with, action.spec(), names_.bindings(), site_);
  if (!arguments) {
    if (arguments.error().code == ErrorCode::Cancelled) {
      return arguments.error();
    }
    keep_error(step, arguments.error(), planned);
    return {};
  }
  Context context;
  context.run_id = request_.run_id;
  context.ns = request_.ns;
  context.files = request_.files;
  context.step = {.id = planned.id,
                  .title = step.title,
                  .action = step.action,
                  .number = plan_.steps.size() + 1,
                  .count = 0,
                  .attempt = 1};
  context.deadline = reader_.loop().clock().now() + step.timeout.value_or(action.spec().timeout);
  context.observer = &observer_;
  context.comes_first = !changes_before();
  if (earlier_ != nullptr && earlier_->contains(planned.id)) {
    context.earlier = &earlier_->at(planned.id);
  }
  auto told = action.plan(context, reader_, *arguments);
  if (!told) {
    if (told.error().code == ErrorCode::Cancelled) {
      return std::move(told).error();
    }
    keep_error(step, std::move(told).error(), planned);
    return {};
  }
  planned.plan = *std::move(told);
  return {};
}

}  // namespace cfkops::engine
