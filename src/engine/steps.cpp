#include "steps.hpp"

#include "again.hpp"
#include "asking.hpp"
#include "checks.hpp"
#include "evaluate.hpp"
#include "included_group.hpp"
#include "json_text.hpp"
#include "planner.hpp"
#include "value_log.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace cfkops::engine {

/// The attempts at one step, so far.
struct StepRunner::Attempted {
  StepInfo info;
  MonoTime deadline;
  const Arguments* arguments = nullptr;
  int before = 0;                  ///< attempts of an earlier process
  std::optional<Outcome> applied;  ///< of a step that must not be applied twice: how it went
};

namespace {

using Kind = Outcome::Kind;

/// A runbook may say that repeating a step is worse than its action says, never that it is better.
bool only_once(const runbook::Step& step, const Action& action) {
  return std::max(step.effect.value_or(runbook::Effect::Read), action.spec().effect) ==
         runbook::Effect::Once;
}

/// As lint demands it of the runbook: what must not happen twice is tried again only on outcomes
/// that promise that nothing has happened.
bool tried_again(const runbook::Step& step, const Action& action, const Outcome& outcome) {
  const bool doubtful = outcome.kind == Kind::Failed || outcome.kind == Kind::Unknown;
  const bool cancelled = outcome.error && outcome.error->code == ErrorCode::Cancelled;
  if (outcome.kind == Kind::Done || outcome.kind == Kind::Stopped || cancelled ||
      (doubtful && only_once(step, action))) {
    return false;
  }
  const std::vector<std::string>& on = step.attempts.on;
  if (on.empty()) {
    return outcome.kind == Kind::NotYet;
  }
  return std::find(on.begin(), on.end(), to_string(outcome.kind)) != on.end();
}

/// The wait after attempt number `attempt`.
Duration wait_after(const runbook::Attempts& attempts, int attempt) {
  const double factor = std::pow(std::max(attempts.backoff, 1.0), attempt - 1);
  const double most = static_cast<double>(std::chrono::hours(24) / Duration(1));
  const double wait = static_cast<double>(attempts.every.count()) * factor;
  return Duration(static_cast<Duration::rep>(std::min(wait, most)));
}

std::string state_of(const Outcome& outcome) {
  return outcome.kind == Kind::NotYet ? "failed" : std::string(to_string(outcome.kind));
}

/// What a person is told about an outcome that ends the run.
Error error_of(const Outcome& outcome, const std::string& step) {
  ErrorCode code = ErrorCode::Timeout;
  if (outcome.kind == Kind::Refused) {
    code = ErrorCode::Refused;
  } else if (outcome.kind == Kind::Unknown) {
    code = ErrorCode::Unknown;
  }
  Error error = outcome.error.value_or(make_error(code, outcome.why));
  if (!outcome.override_parameter.empty()) {
    error = std::move(error).with_hint("if you accept that risk, permit it with --param " +
                                       outcome.override_parameter);
  }
  return std::move(error).in("step '" + step + "'");
}

Error out_of_time(Duration run_timeout) {
  return make_error(ErrorCode::Timeout,
                    "the run has taken longer than its run_timeout of " +
                        base::format_duration(run_timeout) + ", so that no further step begins",
                    "begin again with fewer elements, or a longer run_timeout in 'settings'");
}

}  // namespace

std::optional<Failure> StepRunner::run(const std::vector<runbook::Step>& steps,
                                       const std::string& suffix) {
  for (const runbook::Step& step : steps) {
    if (auto failure = run_step(step, suffix)) {
      return failure;
    }
  }
  return std::nullopt;
}

Failure StepRunner::broken_off(const std::string& step, Error error) const {
  const bool stopped = error.code == ErrorCode::Cancelled;
  return {.stopped = stopped, .error = std::move(error).in("step '" + step + "'"), .step = step};
}

Status StepRunner::known_to(const runbook::Step& step, Part part) const {
  return needs_nothing_lost(step, part, state_.before, state_.request.run_id);
}

std::optional<Failure> StepRunner::run_step(const runbook::Step& step, const std::string& suffix) {
  if (was_passed_over(instance_id(step, suffix))) {
    return std::nullopt;
  }
  auto failure = enter_step(step, suffix);
  return failure ? after_failure(step, suffix, *std::move(failure)) : std::nullopt;
}

std::optional<Failure> StepRunner::enter_step(const runbook::Step& step,
                                              const std::string& suffix) {
  if (const Status known = known_to(step, Part::Entry); !known) {
    return broken_off(step.id, known.error());
  }
  const auto wanted = holds(step.when, state_.names.bindings());
  if (!wanted) {
    return broken_off(step.id, wanted.error());
  }
  if (!*wanted) {
    const std::string values = step.when.explain(state_.names.bindings());
    const Status told =
        skip(step,
             suffix,
             "`" + step.when.source() + "` is false" + (values.empty() ? "" : " (" + values + ")"));
    return told ? std::nullopt : std::optional<Failure>(broken_off(step.id, told.error()));
  }
  return step.each ? run_each(step, suffix) : run_body(step, suffix);
}

std::optional<Failure> StepRunner::run_body(const runbook::Step& step, const std::string& suffix) {
  if (step.included != nullptr) {
    return IncludedGroup(state_, step, suffix).carry_out([&] { return run(step.steps, suffix); });
  }
  if (step.action.empty()) {
    return run(step.steps, suffix);
  }
  const std::string id = instance_id(step, suffix);
  if (auto stop = state_.must_stop(id)) {
    return stop;
  }
  if (state_.no_step_after && state_.now() >= *state_.no_step_after) {
    return broken_off(id, out_of_time(*state_.request.runbook->settings.run_timeout));
  }
  const Action* action = state_.environment.catalogue.action(step.action);
  if (action == nullptr) {
    return broken_off(
        id, make_error(ErrorCode::InvalidInput, "there is no action '" + step.action + "'"));
  }
  StepRecord& record = state_.record_of(step.id, id, step.title);
  record.step = &step;
  record.action = action;
  if (was_done(record)) {
    state_.names.set_outputs(id, record.report.outputs);
    return std::nullopt;
  }
  if (const Status known = known_to(step, Part::Body); !known) {
    return broken_off(id, known.error());
  }
  if (record.order == 0) {
    record.order = ++state_.begun;
  }
  if (const Status confirmed = confirm(step, record); !confirmed) {
    return broken_off(id, confirmed.error());
  }
  return run_action(step, *action, record);
}

/// By an earlier process of this run.
bool StepRunner::was_done(StepRecord& record) const {
  const RecoveredStep* before =
      state_.before == nullptr ? nullptr : state_.before->step(record.report.id);
  if (before == nullptr) {
    return false;
  }
  record.report.attempts = before->attempts;
  if (before->state != "done") {
    return false;
  }
  record.report.state = "done";
  record.report.outputs = before->outputs;
  return true;
}

Status StepRunner::confirm(const runbook::Step& step, StepRecord& record) {
  if (step.confirm.source().empty()) {
    return {};
  }
  CFKOPS_ASSIGN(const runbook::Value text, step.confirm.evaluate(state_.names.bindings()));
  const Status answer = Asking(state_, "confirm", record.report.id)
                            .ask({.what = text.text(),
                                  .details = {},
                                  .on_yes = "step '" + record.report.id + "' begins",
                                  .on_no = "the run stops here, and what was done stays done",
                                  .shown_in_plan = true});
  if (!answer) {
    record.report.why = "not confirmed";
    return make_error(ErrorCode::Cancelled, "not confirmed: " + answer.error().message);
  }
  return {};
}

std::optional<Failure> StepRunner::run_action(const runbook::Step& step,
                                              const Action& action,
                                              StepRecord& record) {
  Journal& journal = state_.environment.journal;
  journal.set_step(record.report.id, 1);
  const MonoTime begin = state_.now();
  const std::uint64_t intents = journal.intents();
  const Outcome outcome = begin_again(step, action, record);
  record.mutated = record.mutated || journal.intents() > intents;
  record.report.took = state_.now() - begin;
  auto failure = finish(record, outcome);
  journal.set_step("", 0);
  const bool stays = !action.spec().no_undo.empty() && step.rollback.empty();
  if (outcome.kind == Kind::Done && stays) {
    give_back_locks(record);
  }
  return failure;
}

/// Those that no other step wants: what comes next may last, and others wait for them.
void StepRunner::give_back_locks(StepRecord& record) {
  std::vector<LockTarget> free = std::exchange(record.locks, {});
  std::erase_if(free, [this](const LockTarget& lock) {
    return std::ranges::any_of(state_.steps, [&lock](const StepRecord& other) {
      return std::ranges::find(other.locks, lock) != other.locks.end();
    });
  });
  state_.locks.release_early(free);
}

/// A step that was begun by an earlier process, and all others.
Outcome StepRunner::begin_again(const runbook::Step& step,
                                const Action& action,
                                StepRecord& record) {
  const RecoveredStep* before =
      state_.before == nullptr ? nullptr : state_.before->step(record.report.id);
  if (before != nullptr && !before->applied && only_once(step, action)) {
    const auto again = decide_again(state_, record);
    if (!again) {
      state_.environment.observer.on_step_started(state_.info_of(record, record.report.attempts));
      return Outcome::from(again.error());
    }
    if (*again == Again::Done) {
      state_.environment.observer.on_step_started(state_.info_of(record, record.report.attempts));
      return Outcome::done();
    }
  }
  return attempt_until_over(step, action, record);
}

Outcome StepRunner::attempt_until_over(const runbook::Step& step,
                                       const Action& action,
                                       StepRecord& record) {
  const auto arguments =
      evaluate_arguments(step.with, action.spec(), state_.names.bindings(), state_.site);
  Attempted so_far;
  so_far.info = state_.info_of(record, 1);
  so_far.deadline = state_.now() + step.timeout.value_or(action.spec().timeout);
  if (!arguments) {
    state_.environment.observer.on_step_started(so_far.info);
    return Outcome::from(arguments.error());
  }
  so_far.arguments = &*arguments;
  so_far.before = record.report.attempts;
  if (const RecoveredStep* before =
          state_.before == nullptr ? nullptr : state_.before->step(record.report.id);
      before != nullptr && before->applied && only_once(step, action)) {
    so_far.applied = Outcome::done(before->outputs);
    state_.names.set_outputs(record.report.id, before->outputs);
  }
  for (int number = so_far.before + 1;; ++number) {
    so_far.info = state_.info_of(record, number);
    record.report.attempts = number;
    Outcome outcome = attempt(step, action, so_far);
    const Status told =
        state_.tell_step(audit::Phase::Step, "attempt", Json(to_json(outcome)), audit::Durable::No);
    if (!told) {
      return Outcome::from(told.error());
    }
    if (!tried_again(step, action, outcome)) {
      return outcome;
    }
    const int tries = number - so_far.before;
    const Duration wait = wait_after(step.attempts, tries);
    if (tries >= step.attempts.max || state_.now() + wait >= so_far.deadline) {
      const bool last = tries >= step.attempts.max;
      outcome.why = (last ? "not so after " + base::counted(number, "attempt")
                          : "not so before the step's time was over") +
                    ": " + outcome.why;
      return outcome;
    }
    if (const Status waited = wait_before_next(step, so_far, outcome); !waited) {
      return Outcome::from(waited.error());
    }
  }
}

Outcome StepRunner::attempt(const runbook::Step& step, const Action& action, Attempted& so_far) {
  kube::Client& client = state_.environment.client;
  const int number = so_far.info.attempt;
  state_.environment.journal.set_step(so_far.info.id, number);
  set_scope(client, state_.request.run_id, so_far.info.id, number);
  state_.environment.observer.on_step_started(so_far.info);
  const Status told =
      state_.tell_step(audit::Phase::Step,
                       "begin",
                       Json(nlohmann::json{{"action", step.action},
                                           {"title", step.title},
                                           {"arguments", to_json(so_far.arguments->values())}}),
                       audit::Durable::Yes);
  if (!told) {
    return Outcome::from(told.error());
  }
  if (!so_far.applied) {
    Asking asking(state_, "task", so_far.info.id);
    Context context = state_.context_of(so_far.info, so_far.deadline);
    context.approver = &asking;
    context.locks = &state_.locks;
    Outcome outcome = action.apply(context, client, *so_far.arguments);
    if (outcome.error && outcome.error->code == ErrorCode::Cancelled) {
      outcome.kind = Kind::Stopped;
    }
    conceal(state_.environment, runbook::Value(outcome.outputs));
    if (outcome.kind != Kind::Done) {
      return outcome;
    }
    if (only_once(step, action)) {
      so_far.applied = outcome;  // done is done: from now on only what is expected is asked again
      const Status kept =
          state_.tell_step(audit::Phase::Step,
                           "applied",
                           Json(nlohmann::json{{"outputs", to_log(outcome.outputs)}}),
                           audit::Durable::Yes);
      if (!kept) {
        return Outcome::from(kept.error());
      }
    }
    state_.names.set_outputs(so_far.info.id, outcome.outputs);
    return expectations(step, so_far, std::move(outcome));
  }
  return expectations(step, so_far, *so_far.applied);
}

Outcome StepRunner::expectations(const runbook::Step& step, const Attempted& so_far, Outcome done) {
  if (step.expect.empty()) {
    return done;
  }
  CheckRunner checks("expect",
                     state_.site,
                     state_.context_of(so_far.info, so_far.deadline),
                     &state_.environment.journal);
  const auto asked = checks.all(step.expect, state_.names);
  if (!asked) {
    Outcome outcome = Outcome::from(asked.error());
    outcome.outputs = std::move(done.outputs);
    return outcome;
  }
  if (all_pass(*asked)) {
    return done;
  }
  const bool unknown = std::any_of(asked->begin(), asked->end(), [](const PlannedCheck& check) {
    return check.result.verdict == Verdict::Unknown;
  });
  done.kind = unknown ? Kind::Unknown : Kind::NotYet;
  done.why = "expected " + base::join(not_passed(*asked), "; ");
  return done;
}

Status StepRunner::wait_before_next(const runbook::Step& step,
                                    const Attempted& so_far,
                                    const Outcome& outcome) {
  const int number = so_far.info.attempt - so_far.before;
  const Duration wait = wait_after(step.attempts, number);
  const WaitState state{
      .what = "attempt " + std::to_string(number + 1) + " of " + std::to_string(step.attempts.max),
      .why = outcome.why,
      .details = {},
      .estimate = wait,
      .elapsed = {}};
  state_.environment.observer.on_wait(so_far.info, state);
  // The journal has each attempt with its outcome already.
  return state_.loop().pause(wait);
}

Status StepRunner::skip(const runbook::Step& step,
                        const std::string& suffix,
                        const std::string& why) {
  if (step.action.empty()) {
    Status all;
    for (auto child = step.steps.begin(); all && child != step.steps.end(); ++child) {
      all = skip(*child, suffix, why);
    }
    return all;
  }
  StepRecord& record = state_.record_of(step.id, instance_id(step, suffix), step.title);
  record.report.state = "skipped";
  record.report.why = why;
  state_.names.set_outputs(record.report.id, {});
  state_.environment.observer.on_step_skipped(state_.info_of(record, 1), why);
  state_.environment.journal.set_step(record.report.id, 0);
  Status told = state_.tell_step(audit::Phase::Step,
                                 "end",
                                 Json(nlohmann::json{{"state", "skipped"}, {"why", why}}),
                                 audit::Durable::No);
  state_.environment.journal.set_step("", 0);
  return told;
}

std::optional<Failure> StepRunner::finish(StepRecord& record, const Outcome& outcome) {
  record.report.state = state_of(outcome);
  record.report.why = outcome.why;
  record.report.outputs = outcome.outputs;
  state_.left.insert(state_.left.end(), outcome.left.begin(), outcome.left.end());
  const StepInfo info = state_.info_of(record, std::max(record.report.attempts, 1));
  state_.environment.observer.on_step_finished(info, outcome, record.report.took);
  const Status told =
      state_.tell_step(audit::Phase::Step,
                       "end",
                       Json(nlohmann::json{{"state", record.report.state},
                                           {"why", record.report.why},
                                           {"outputs", to_log(record.report.outputs)}}),
                       audit::Durable::Yes);
  if (outcome.kind == Kind::Done) {
    return told ? std::nullopt : std::optional<Failure>(broken_off(record.report.id, told.error()));
  }
  const bool known =
      outcome.kind == Kind::Failed || outcome.kind == Kind::NotYet || outcome.kind == Kind::Refused;
  return Failure{.stopped = outcome.kind == Kind::Stopped,
                 .passable = known && told && !state_.must_stop(record.report.id),
                 .error = error_of(outcome, record.report.id),
                 .step = record.report.id};
}

}  // namespace cfkops::engine
