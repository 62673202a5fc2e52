// How a run ends that does not get through, or does.
#include "checks.hpp"
#include "planner.hpp"
#include "run.hpp"
#include "undo.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

/// It changed something and did not get through.
bool is_incomplete(const StepRecord& record) {
  return record.mutated && record.report.state != "done";
}

/// From now on `run.undone` holds.
void tell_that_it_is_undone(Names& names) {
  runbook::ValueMap run = *names.bindings().at("run").map();
  run["undone"] = true;
  names.bind("run", runbook::Value(std::move(run)));
}

}  // namespace

/// Nothing is undone: what the run has changed is no longer its own.
Verdicts Run::without_lock(const Error& lost) {
  if (state_.environment.journal.intents() == 0) {
    return {RunResult::Locked, "the run lost its lock; nothing was changed", lost};
  }
  state_.left.emplace_back(
      "nothing was undone, because the lock is lost: another run may be at work on the same");
  return {RunResult::Locked, "the run lost its lock and stopped at once", lost};
}

Verdicts Run::interrupted(const Error& error) {
  if (const auto lost = state_.locks.lost()) {
    return without_lock(*lost);
  }
  const bool asked = state_.loop().cancel().requested();
  const std::string why = asked ? " as asked" : ": " + error.message;
  if (state_.environment.journal.intents() == 0) {
    return {RunResult::Interrupted, "stopped" + why + "; nothing was changed", error};
  }
  // Of two requests the second ends a wait even where there is no safe point; one that came when
  // every change was complete did no such harm.
  const bool broken_off = state_.loop().cancel().forced() &&
                          std::any_of(state_.steps.begin(), state_.steps.end(), is_incomplete);
  return {RunResult::Interrupted,
          broken_off ? "stopped at once, not at a safe point: look at what is left"
                     : "stopped at a safe point" + std::string(asked ? "," : "") + why,
          error};
}

/// What a run that takes no step has changed.
std::string Run::unharmed() const {
  return state_.environment.journal.intents() == 0 ? "; nothing was changed"
                                                   : "; nothing more was changed";
}

/// How a run ends whose steps may not be begun now; nothing where they may.
std::optional<Verdicts> Run::outside_window(const std::vector<PlannedStep>& steps) const {
  const Status open = window_.check(steps);
  return open ? std::nullopt
              : std::optional(Verdicts{RunResult::PolicyRefused,
                                       "the change windows do not let the run begin" + unharmed(),
                                       open.error()});
}

Verdicts Run::not_begun(const Error& error) {
  if (concerns_lock(error)) {
    return {RunResult::Locked, "the run was not begun, for want of a lock" + unharmed(), error};
  }
  switch (error.code) {
    case ErrorCode::Cancelled:
      return interrupted(error);
    case ErrorCode::InvalidInput:
    case ErrorCode::NotFound:
      return {RunResult::InvalidInput, "the run was not begun" + unharmed(), error};
    case ErrorCode::Forbidden:
    case ErrorCode::Unauthorized:
    case ErrorCode::Refused:
    case ErrorCode::Unknown:
      return {RunResult::PrerequisiteFailed,
              "what the run would do cannot be told" + unharmed(),
              error};
    default:
      return {RunResult::Failed, "the run was not begun" + unharmed(), error};
  }
}

Verdicts Run::blocked(const Plan& plan) const {
  const std::vector<std::string> failing = not_passed(plan.prerequisites);
  std::vector<std::string> reasons = failing;
  for (const PlannedStep& step : plan.steps) {
    for (const PlannedChange& change : step.plan.changes) {
      if (change.refused) {
        reasons.push_back("step '" + step.id + "': " + change.verb +
                          (change.object.empty() ? "" : " " + change.object) + ": " +
                          change.verdict);
      }
    }
  }
  const std::string summary =
      failing.empty()
          ? "the server would refuse " +
                base::counted(static_cast<long long>(reasons.size()), "change")
          : base::counted(static_cast<long long>(failing.size()), "prerequisite") + " did not pass";
  return {RunResult::PrerequisiteFailed,
          summary + unharmed(),
          make_error(ErrorCode::Refused, base::join(reasons, "; "))};
}

/// How a run ends that was to carry out a saved plan and finds another world; nothing where all is
/// as planned.
std::optional<Verdicts> Run::drifted(DriftWatch& watch, const Plan* plan) {
  set_scope(state_.environment.client, state_.request.run_id, "drift");
  const auto drift = watch.drift(plan);
  if (!drift) {
    return not_begun(drift.error());
  }
  if (drift->empty()) {
    return std::nullopt;
  }
  for (const std::string& line : drift->lines()) {
    state_.environment.observer.on_notice("drift: " + line);
  }
  Error error = drift->error();
  if (state_.begun > 0) {
    error.hint = "put that back as it was and resume, or take the run back with: cfkops rollback " +
                 state_.request.run_id;
  }
  const Status noted = state_.environment.journal.write(
      audit::Phase::Note,
      Json(nlohmann::json{
          {"kind", "drift"}, {"text", error.message}, {"drift", drift->to_json().raw()}}),
      audit::Durable::Yes);
  return noted ? Verdicts{RunResult::Drifted,
                          "this is not the cluster that the plan was made for" + unharmed(),
                          error}
               : not_begun(noted.error());
}

/// What a saved plan rests on may be gone so far that no plan can be made any more.
Verdicts Run::not_planned(DriftWatch& watch, const Error& error) {
  const bool answered = error.code == ErrorCode::InvalidInput ||
                        error.code == ErrorCode::NotFound || error.code == ErrorCode::Refused;
  if (answered) {
    if (auto end = drifted(watch, nullptr)) {
      return *std::move(end);
    }
  }
  return not_begun(error);
}

Verdicts Run::failed(const Failure& failure) {
  if (const auto lost = state_.locks.lost()) {
    return without_lock(*lost);
  }
  if (failure.stopped) {
    return interrupted(failure.error);
  }
  Verdicts end{RunResult::Failed, "", failure.error};
  const std::string where = failure.step.empty() ? "" : " at step '" + failure.step + "'";
  if (state_.environment.journal.intents() == 0) {
    end.summary = "the run failed" + where + "; nothing was changed";
    return end;
  }
  const bool undone = Undo(state_).carry_out();
  if (!undone) {
    end.result = RunResult::UndoIncomplete;
  }
  look_after_failure();
  end.summary = "the run failed" + where +
                (undone ? "; what can be undone is undone" : "; not all could be undone");
  return end;
}

/// What the validation says about the state after an undo, for the person who takes over.
void Run::look_after_failure() {
  if (state_.must_stop("") || state_.request.runbook->validation.empty()) {
    return;
  }
  set_scope(state_.environment.client, state_.request.run_id, "validation");
  tell_that_it_is_undone(state_.names);
  Context context = state_.context_of({}, MonoTime::max());
  CheckRunner checks("validation", state_.site, context, &state_.environment.journal);
  if (const auto asked = checks.all(state_.request.runbook->validation, state_.names)) {
    for (const std::string& text : not_passed(*asked)) {
      state_.left.push_back("validation: " + text);
    }
  }
}

Verdicts Run::validate() {
  set_scope(state_.environment.client, state_.request.run_id, "validation");
  CheckRunner checks("validation",
                     state_.site,
                     state_.context_of({}, MonoTime::max()),
                     &state_.environment.journal);
  const auto asked = checks.together(state_.request.runbook->validation, state_.names);
  if (!asked) {
    state_.left.emplace_back("the steps are done, but the validation was not finished");
    return asked.error().code == ErrorCode::Cancelled
               ? interrupted(asked.error())
               : Verdicts{RunResult::ValidationFailed,
                          "all steps are done, the validation could not be finished",
                          asked.error()};
  }
  const std::vector<std::string> failing = not_passed(*asked);
  if (!failing.empty()) {
    for (const std::string& text : failing) {
      state_.left.push_back("validation: " + text);
    }
    return {RunResult::ValidationFailed,
            "all steps are done, the validation did not pass",
            make_error(ErrorCode::Refused, base::join(failing, "; "))};
  }
  const auto done =
      std::count_if(state_.steps.begin(), state_.steps.end(), [](const StepRecord& record) {
        return record.report.state == "done";
      });
  const auto passed =
      std::count_if(state_.steps.begin(), state_.steps.end(), [](const StepRecord& record) {
        return record.report.state == "passed_over";
      });
  return {RunResult::Succeeded,
          base::counted(done, "step") + " done, " +
              (passed > 0 ? std::to_string(passed) + " failed and passed over, " : "") +
              "everything checked",
          {}};
}

}  // namespace cfkops::engine
