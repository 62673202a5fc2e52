#include "cfkops/engine/executor.hpp"

#include "actor.hpp"
#include "checks.hpp"
#include "guards.hpp"
#include "json_text.hpp"
#include "planner.hpp"
#include "report.hpp"
#include "run_state.hpp"
#include "secret_text.hpp"
#include "steps.hpp"
#include "undo.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/base/version.hpp"
#include "cfkops/engine/drift.hpp"
#include "cfkops/engine/saved_plan.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

/// How a run ends.
struct Verdicts {
  RunResult result = RunResult::Succeeded;
  std::string summary;
  std::optional<Error> error = {};
};

/// The parameters as typed. What belongs to no parameter may be a secret under a misspelt name.
nlohmann::json typed_params(const RunRequest& request) {
  nlohmann::json params = nlohmann::json::object();
  for (const auto& [name, text] : request.params) {
    const runbook::Param* param = request.runbook->param(name);
    const bool shown = param != nullptr && !mentions_secret(param->type);
    params[name] = shown ? text : Redacted::text();
  }
  return params;
}

void conceal(Journal& journal, const runbook::Value& value) {
  if (const auto* secret = value.as<Redacted>()) {
    journal.conceal(*secret);
  } else if (value.list() != nullptr) {
    for (const runbook::Value& item : *value.list()) {
      conceal(journal, item);
    }
  } else if (value.map() != nullptr) {
    for (const auto& [key, item] : *value.map()) {
      conceal(journal, item);
    }
  }
}

/// It changed something and did not get through.
bool is_incomplete(const StepRecord& record) {
  return record.mutated && record.report.state != "done";
}

/// One run from its beginning to its end.
class Run {
 public:
  Run(const RunRequest& request, const RunEnvironment& environment)
      : state_(request, environment),
        guards_(state_) {}

  RunReport carry_out() {
    const Verdicts end = take_the_stages();
    for (std::string& kept : state_.locks.release()) {
      state_.left.push_back(std::move(kept));
    }
    return close_run(state_, end.result, end.summary, end.error);
  }

 private:
  Verdicts take_the_stages();
  Verdicts go_through_steps();
  Status begin();
  Result<runbook::ValueMap> resolve();
  Status write_plan(const Plan& plan) const;
  Status ask_approval(const Plan& plan) const;
  Verdicts not_begun(const Error& error);
  Verdicts not_planned(DriftWatch& watch, const Error& error);
  std::optional<Verdicts> drifted(DriftWatch& watch, const Plan* plan);
  static Verdicts blocked(const Plan& plan);
  Verdicts interrupted(const Error& error);
  Verdicts without_lock(const Error& lost);
  Verdicts failed(const Failure& failure);
  Verdicts validate();
  void look_after_failure();

  RunState state_;
  Guards guards_;
};

Status Run::begin() {
  const RunRequest& request = state_.request;
  state_.environment.observer.on_run_started({.run_id = request.run_id,
                                              .runbook = request.runbook->name,
                                              .title = request.runbook->title,
                                              .server = state_.environment.client.server(),
                                              .context = request.context,
                                              .ns = request.ns,
                                              .journal = request.journal});
  set_scope(state_.environment.client, request.run_id, "start");
  const auto identity = state_.environment.client.who_am_i();
  nlohmann::json start = {
      {"runbook",
       {{"name", request.runbook->name},
        {"file", request.runbook->file},
        {"sha256", request.runbook->sha256}}},
      {"params", typed_params(request)},
      {"cluster", {{"server", state_.environment.client.server()}, {"context", request.context}}},
      {"namespace", request.ns},
      {"actor",
       {{"user", identity ? identity->user : ""}, {"osUser", os_user()}, {"host", host_name()}}},
      {"tool", {{"version", base::version()}, {"commit", base::build_commit()}}}};
  if (request.saved != nullptr) {
    start["savedPlan"] = saved_plan_record(request).raw();
  }
  CFKOPS_TRY(
      state_.environment.journal.write(audit::Phase::Start, Json(start), audit::Durable::Yes));
  if (!identity && identity.error().code == ErrorCode::Cancelled) {
    return identity.error();
  }
  return {};
}

Result<runbook::ValueMap> Run::resolve() {
  set_scope(state_.environment.client, state_.request.run_id, "resolve");
  CFKOPS_ASSIGN(
      runbook::ValueMap params,
      resolve_params(state_.request, state_.environment.catalogue, state_.environment.client));
  for (const auto& [name, value] : params) {
    conceal(state_.environment.journal, value);
    state_.environment.observer.on_parameter(name, value);
  }
  return params;
}

Status Run::write_plan(const Plan& plan) const {
  const Json json = plan.to_json();
  return state_.environment.journal.write(
      audit::Phase::Plan,
      Json(nlohmann::json{{"plan", json.raw()}, {"sha256", base::sha256_hex(json.dump())}}),
      audit::Durable::Yes);
}

Status Run::ask_approval(const Plan& plan) const {
  Status approved = state_.environment.approver.approve(plan);
  const std::string text =
      approved ? std::string("the plan was approved") : "not approved: " + approved.error().text();
  CFKOPS_TRY(
      state_.environment.journal.write(audit::Phase::Note,
                                       Json(nlohmann::json{{"kind", "approval"}, {"text", text}}),
                                       audit::Durable::Yes));
  return approved;
}

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

Verdicts Run::not_begun(const Error& error) {
  const std::string unharmed = "; nothing was changed";
  if (concerns_lock(error)) {
    return {RunResult::Locked, "the run was not begun, for want of a lock" + unharmed, error};
  }
  switch (error.code) {
    case ErrorCode::Cancelled:
      return interrupted(error);
    case ErrorCode::InvalidInput:
    case ErrorCode::NotFound:
      return {RunResult::InvalidInput, "the run was not begun" + unharmed, error};
    case ErrorCode::Forbidden:
    case ErrorCode::Unauthorized:
    case ErrorCode::Refused:
    case ErrorCode::Unknown:
      return {
          RunResult::PrerequisiteFailed, "what the run would do cannot be told" + unharmed, error};
    default:
      return {RunResult::Failed, "the run was not begun" + unharmed, error};
  }
}

Verdicts Run::blocked(const Plan& plan) {
  const std::vector<std::string> failing = not_passed(plan.prerequisites);
  std::vector<std::string> reasons = failing;
  for (const PlannedStep& step : plan.steps) {
    for (const PlannedChange& change : step.plan.changes) {
      if (change.refused) {
        reasons.push_back("step '" + step.id + "': " + change.verb + " " + change.object + ": " +
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
          summary + "; nothing was changed",
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
  const Error error = drift->error();
  const Status noted = state_.environment.journal.write(
      audit::Phase::Note,
      Json(nlohmann::json{
          {"kind", "drift"}, {"text", error.message}, {"drift", drift->to_json().raw()}}),
      audit::Durable::Yes);
  return noted ? Verdicts{RunResult::Drifted,
                          "this is not the cluster that the plan was made for; nothing was changed",
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

Verdicts Run::take_the_stages() {
  if (const Status begun = begin(); !begun) {
    return not_begun(begun.error());
  }
  DriftWatch watch(state_.request, state_.environment.client);
  const auto params = resolve();
  if (!params) {
    return not_planned(watch, params.error());
  }
  state_.names = Names(state_.request, *params, state_.started_wall);
  const auto plan = Planner(state_.request,
                            state_.environment.catalogue,
                            state_.environment.client,
                            state_.environment.observer,
                            &state_.environment.journal)
                        .make(*params);
  if (!plan) {
    return not_planned(watch, plan.error());
  }
  for (const PlannedCheck& check : plan->prerequisites) {
    state_.names.set_check(check.id, check.result.outputs);
  }
  for (const PlannedStep& step : plan->steps) {
    StepRecord record;
    record.base = step.id.substr(0, step.id.find('['));
    record.report.id = step.id;
    record.report.title = step.title;
    record.report.state = "not_started";
    state_.steps.push_back(std::move(record));
  }
  if (const Status written = write_plan(*plan); !written) {
    return not_begun(written.error());
  }
  if (auto end = drifted(watch, &*plan)) {
    return *std::move(end);
  }
  if (plan->blocked()) {
    return blocked(*plan);
  }
  if (const Status approved = ask_approval(*plan); !approved) {
    return approved.error().code == ErrorCode::Refused
               ? Verdicts{RunResult::NotConfirmed,
                          "the plan was not approved; nothing was changed",
                          approved.error()}
               : not_begun(approved.error());
  }
  if (const Status locked = state_.locks.acquire(plan->locks); !locked) {
    return not_begun(locked.error());
  }
  return go_through_steps();
}

Verdicts Run::go_through_steps() {
  if (const Status well = guards_.begin(); !well) {
    const bool fails =
        well.error().code == ErrorCode::Refused || well.error().code == ErrorCode::Unknown;
    return fails ? Verdicts{RunResult::PrerequisiteFailed,
                            "a guard does not hold, so no step was begun",
                            well.error()}
                 : not_begun(well.error());
  }
  auto failure = StepRunner(state_).run(state_.request.runbook->steps);
  if (!failure) {
    failure = state_.must_stop("");
    if (failure && !state_.request.runbook->validation.empty()) {
      state_.left.emplace_back("the steps are done, but the validation was not made");
    }
  }
  if (failure) {
    failure = guards_.judged(*std::move(failure));
  }
  guards_.end();
  return failure ? failed(*failure) : validate();
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
  const auto asked = checks.all(state_.request.runbook->validation, state_.names);
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
  return {RunResult::Succeeded, base::counted(done, "step") + " done, everything checked", {}};
}

}  // namespace

RunReport run(const RunRequest& request, const RunEnvironment& environment) {
  return Run(request, environment).carry_out();
}

}  // namespace cfkops::engine
