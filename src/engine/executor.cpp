#include "cfkops/engine/executor.hpp"

#include "actor.hpp"
#include "checks.hpp"
#include "planner.hpp"
#include "report.hpp"
#include "run.hpp"
#include "secret_text.hpp"
#include "steps.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/version.hpp"
#include "cfkops/engine/saved_plan.hpp"
#include "cfkops/runbook/include.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::engine {

nlohmann::json typed_params(const RunRequest& request) {
  nlohmann::json params = nlohmann::json::object();
  for (const auto& [name, text] : request.params) {
    // What belongs to no parameter may be a secret under a misspelt name.
    const runbook::Param* param = request.runbook->param(name);
    const bool shown = param != nullptr && !mentions_secret(param->type);
    params[name] = shown ? text : Redacted::text();
  }
  return params;
}

namespace {

/// The runbooks that it includes, as the log names them.
nlohmann::json included_json(const runbook::Runbook& runbook) {
  nlohmann::json list = nlohmann::json::array();
  runbook::each_include(runbook, [&list](const runbook::Step& step) {
    const runbook::Runbook& inside = step.included->runbook;
    list.push_back({{"step", step.id},
                    {"name", inside.name},
                    {"file", inside.file},
                    {"sha256", inside.sha256}});
  });
  return list;
}

/// What was typed, for the log: without what the parameters there do not show either.
std::string shown_command_line(const RunRequest& request) {
  std::string text = request.command_line;
  for (const auto& [name, value] : request.params) {
    const runbook::Param* param = request.runbook->param(name);
    const std::size_t at = text.find("--param " + name + "=");
    if (at != std::string::npos && (param == nullptr || mentions_secret(param->type))) {
      const std::size_t begin = at + std::string("--param ").size() + name.size() + 1;
      const std::size_t end = text.find(" --", begin);
      text.replace(begin, end == std::string::npos ? end : end - begin, Redacted::text());
    }
  }
  return text;
}

}  // namespace

RunReport Run::carry_out() {
  return close(take_the_stages());
}

RunReport Run::close(const Verdicts& end) {
  for (std::string& kept : state_.locks.release()) {
    state_.left.push_back(std::move(kept));
  }
  return close_run(state_, end.result, end.summary, end.error);
}

void Run::tell_started() const {
  const RunRequest& request = state_.request;
  state_.environment.observer.on_run_started({.run_id = request.run_id,
                                              .runbook = request.runbook->name,
                                              .title = request.runbook->title,
                                              .server = state_.environment.client.server(),
                                              .context = request.context,
                                              .ns = request.ns,
                                              .journal = request.journal});
}

Status Run::begin() {
  tell_started();
  const RunRequest& request = state_.request;
  kube::Client& client = state_.environment.client;
  set_scope(client, request.run_id, "start");
  const auto identity = client.who_am_i();
  const auto cluster = cluster_uid(client);
  nlohmann::json start = {
      {"runbook",
       {{"name", request.runbook->name},
        {"word", request.runbook_word},
        {"file", request.runbook->file},
        {"sha256", request.runbook->sha256},
        {"includes", included_json(*request.runbook)}}},
      {"commandLine", shown_command_line(request)},
      {"params", typed_params(request)},
      {"cluster",
       {{"server", client.server()},
        {"context", request.context},
        {"uid", cluster ? *cluster : ""}}},
      {"namespace", request.ns},
      {"started", base::format_rfc3339(state_.started_wall)},
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
  return cluster ? Status() : Status(cluster.error());
}

Result<runbook::ValueMap> Run::resolve() {
  set_scope(state_.environment.client, state_.request.run_id, "resolve");
  CFKOPS_ASSIGN(
      runbook::ValueMap params,
      resolve_params(state_.request, state_.environment.catalogue, state_.environment.client));
  for (const auto& [name, value] : params) {
    conceal(state_.environment, value);
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

Verdicts Run::take_the_stages() {
  if (const Status begun = begin(); !begun) {
    return not_begun(begun.error());
  }
  if (auto end = outside_window({})) {
    return *std::move(end);
  }
  DriftWatch watch(state_.request, state_.environment.client);
  const auto params = resolve();
  if (!params) {
    return not_planned(watch, params.error());
  }
  state_.names = Names(state_.request, *params, state_.started_wall);
  return plan_and_go(*params, watch);
}

void Run::keep_planned_steps(const Plan& plan) {
  for (const PlannedStep& step : plan.steps) {
    if (StepRecord* known = state_.find(step.id)) {
      known->locks = step.plan.locks;
      continue;
    }
    StepRecord record;
    record.base = base_of(step.id);
    record.report.id = step.id;
    record.report.title = step.title;
    record.report.state = "not_started";
    record.locks = step.plan.locks;
    state_.steps.push_back(std::move(record));
  }
  state_.environment.observer.on_plan(plan);
}

Verdicts Run::plan_and_go(const runbook::ValueMap& params, DriftWatch& watch) {
  const auto plan = Planner(state_.request,
                            state_.environment.catalogue,
                            state_.environment.client,
                            state_.environment.observer,
                            &state_.environment.journal)
                        .make(params);
  if (!plan) {
    return not_planned(watch, plan.error());
  }
  for (const PlannedCheck& check : plan->prerequisites) {
    state_.names.set_check(check.id, check.result.outputs);
  }
  keep_planned_steps(*plan);
  if (const Status written = write_plan(*plan); !written) {
    return not_begun(written.error());
  }
  if (auto end = drifted(watch, &*plan)) {
    return *std::move(end);
  }
  return approve_and_go(*plan);
}

/// Asks, takes the locks and goes through the steps.
Verdicts Run::approve_and_go(const Plan& plan) {
  if (plan.blocked()) {
    // What another run has under way is a better reason than what comes of it.
    const Status alone = state_.locks.find_living_holder(plan.locks);
    return alone ? blocked(plan) : not_begun(alone.error());
  }
  if (auto end = outside_window(plan.steps)) {
    return *std::move(end);
  }
  state_.permissions = plan.permissions;
  if (auto end = obtain(plan)) {
    return *std::move(end);
  }
  if (auto end = outside_window(plan.steps)) {  // the answer may have taken its time
    return *std::move(end);
  }
  return go_through_steps();
}

/// The approval and the locks; how the run ends where it does not get them.
std::optional<Verdicts> Run::obtain(const Plan& plan) {
  if (const Status approved = ask_approval(plan); !approved) {
    return approved.error().code == ErrorCode::Refused
               ? Verdicts{RunResult::NotConfirmed,
                          "the plan was not approved" + unharmed(),
                          approved.error()}
               : not_begun(approved.error());
  }
  if (const Status locked = state_.locks.acquire(plan.locks); !locked) {
    return not_begun(locked.error());
  }
  return std::nullopt;
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
  if (const Status watched = window_.begin(); !watched) {
    return not_begun(watched.error());
  }
  state_.loop().on_held_stop([&observer = state_.environment.observer] {
    observer.on_notice(
        "asked to stop: the run stops as soon as what it has taken down is back; ask once more to "
        "stop it now");
  });
  if (const auto& limit = state_.request.runbook->settings.run_timeout) {
    state_.no_step_after = state_.now() + *limit;
  }
  auto failure = StepRunner(state_).run(state_.request.runbook->steps);
  state_.no_step_after.reset();
  state_.loop().on_held_stop(nullptr);
  window_.end();
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

RunReport run(const RunRequest& request, const RunEnvironment& environment) {
  return Run(request, environment).carry_out();
}

}  // namespace cfkops::engine
