// How a run is gone on with, or taken back, by another process than the one that began it:
//
//  1. Refuse, before anything is written, what is not the same run any more: another runbook,
//     cluster, user, other parameters, a run that has nothing to go on with.
//  2. Write down who goes on. Take over what the log tells: steps, outputs, what can be undone.
//  3. Look at the live objects for what became of each mutation whose answer is not on record.
//  4. Where an undo was begun, or was due, finish it. Otherwise plan what is left, ask, and go on;
//     of the prerequisites only those are asked again that a half-done run cannot break.
#include "actor.hpp"
#include "fate.hpp"
#include "json_text.hpp"
#include "planner.hpp"
#include "recall.hpp"
#include "report.hpp"
#include "run.hpp"
#include "undo.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/base/version.hpp"
#include "cfkops/engine/saved_plan.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

/// A request may still be under way to the server for so long after its sender has died.
constexpr Duration kInFlight = std::chrono::seconds(5);

/// So many Audit-IDs has each process of a run to itself.
constexpr std::uint64_t kNumbersEach = 1'000'000;

Verdicts refused(const std::string& what, const Error& error) {
  return {RunResult::PolicyRefused, what + "; nothing was changed", error};
}

/// How what was given differs from what the log has: "settle: 30s before, 1m now".
std::vector<std::string> differences(const nlohmann::json& before, const nlohmann::json& now) {
  std::vector<std::string> texts;
  const auto shown = [](const nlohmann::json& all, const std::string& name) {
    return all.contains(name) ? Json(all[name]).dump() : std::string("not given");
  };
  for (const auto& [name, value] : before.items()) {
    if (!now.contains(name) || now[name] != value) {
      texts.push_back(name + ": " + Json(value).dump() + " before, " + shown(now, name) + " now");
    }
  }
  for (const auto& [name, value] : now.items()) {
    if (!before.contains(name)) {
      texts.push_back(name + ": not given before, " + Json(value).dump() + " now");
    }
  }
  return texts;
}

std::optional<Verdicts> another_runbook(const RunRequest& request, const RecoveredRun& before) {
  if (request.runbook->sha256 == before.runbook_sha256) {
    return std::nullopt;
  }
  return refused("the runbook is not the one that the run began with",
                 make_error(ErrorCode::Refused,
                            "the run began with a runbook of SHA-256 " + before.runbook_sha256 +
                                ", this one has " + request.runbook->sha256,
                            "put the runbook back as it was, or take the run back with: cfkops "
                            "rollback " +
                                request.run_id));
}

/// By the uid of the namespace kube-system; by the address where that could not be read.
std::optional<Verdicts> another_cluster(const RecoveredRun& before,
                                        const std::string& uid,
                                        const std::string& server) {
  const bool known = !before.cluster_uid.empty() && !uid.empty();
  if (known ? uid == before.cluster_uid : server == before.server) {
    return std::nullopt;
  }
  const std::string was = known ? before.cluster_uid + " (" + before.server + ")" : before.server;
  const std::string is = known ? uid + " (" + server + ")" : server;
  return refused("this is not the cluster that the run began on",
                 make_error(ErrorCode::Refused,
                            "the run began on cluster " + was + ", this is " + is,
                            "name the cluster with --context or --kubeconfig"));
}

std::optional<Verdicts> another_user(const RunRequest& request,
                                     const RecoveredRun& before,
                                     const std::string& user) {
  const bool same_user = before.user.empty() || user == before.user;
  if ((same_user && os_user() == before.os_user) || !request.take_over.empty()) {
    return std::nullopt;
  }
  const std::string was = before.user + " (" + before.os_user + " on " + before.host + ")";
  const std::string is = (user.empty() ? "somebody whom the API server does not tell" : user) +
                         " (" + os_user() + " on " + host_name() + ")";
  return refused("the run is somebody else's",
                 make_error(ErrorCode::Refused,
                            "the run is that of " + was + ", you are " + is,
                            "agree with them, then add --take-over REASON"));
}

/// Whether a failure of that step is no reason to undo the run by itself: it is tried again, and
/// then the run does what it would have done.
bool has_a_way_on(const std::vector<runbook::Step>& steps, const std::string& base) {
  auto path = path_to(steps, base);
  std::ranges::reverse(path);
  for (const runbook::Step* step : path) {
    if (step->on_failure) {
      return *step->on_failure != runbook::OnFailure::Rollback;
    }
    if (step->each && step->each->max_failures.number > 0) {
      return true;
    }
  }
  return false;
}

std::string heading(bool rolls_back) {
  return rolls_back ? "rollback" : "resume";
}

}  // namespace

Run::Run(const RunRequest& request, const RunEnvironment& environment, const RecoveredRun& before)
    : state_(request, environment),
      guards_(state_, request.runbook->guards),
      window_(state_) {
  state_.before = &before;
  if (const auto started = base::parse_rfc3339(before.started)) {
    state_.started_wall = *started;
  }
  const auto changes = std::ranges::count_if(
      before.sent, [](const SentMutation& one) { return one.fate != Fate::NotApplied; });
  environment.client.number_from(kNumbersEach * static_cast<std::uint64_t>(request.life - 1));
  environment.journal.carry_on({.remembered = before.remembered,
                                .entries = before.entries,
                                .intents = static_cast<std::uint64_t>(changes),
                                .numbered = before.numbered});
}

RunReport Run::go_on() {
  return close(take_up());
}

RunReport Run::take_back() {
  state_.rolls_back = true;
  return close(take_up());
}

/// The same run, cluster, user and parameters; how it ends where they are not. Nothing is written
/// before that is known.
std::optional<Verdicts> Run::refuse_strangers() {
  const RunRequest& request = state_.request;
  const RecoveredRun& before = *state_.before;
  const std::string nothing =
      state_.rolls_back ? before.nothing_to_roll_back() : before.nothing_to_resume();
  if (!nothing.empty()) {
    return Verdicts{RunResult::InvalidInput, nothing, make_error(ErrorCode::InvalidInput, nothing)};
  }
  if (auto end = another_runbook(request, before)) {
    return end;
  }
  if (const auto other = differences(nlohmann::json(before.params), typed_params(request));
      !other.empty()) {
    return refused("the parameters are not those that the run began with",
                   make_error(ErrorCode::Refused, base::join(other, "; ")));
  }
  kube::Client& client = state_.environment.client;
  set_scope(client, request.run_id, heading(state_.rolls_back), request.life);
  const auto uid = cluster_uid(client);
  const auto identity = client.who_am_i();
  if (!uid) {
    return not_begun(uid.error());
  }
  if (!identity && identity.error().code == ErrorCode::Cancelled) {
    return not_begun(identity.error());
  }
  if (auto end = another_cluster(before, *uid, client.server())) {
    return end;
  }
  user_ = identity ? identity->user : "";
  return another_user(request, before, user_);
}

/// A reference that means another object today, say.
std::optional<Verdicts> Run::other_params(const runbook::ValueMap& params) const {
  const Json before = state_.before->plan.get("/params");
  if (!before.is_object()) {
    return std::nullopt;  // it was killed before it had a plan
  }
  const auto other = differences(before.raw(), to_json(params));
  if (other.empty()) {
    return std::nullopt;
  }
  return refused("the parameters do not mean what they meant when the run began",
                 make_error(ErrorCode::Refused, base::join(other, "; ")));
}

Status Run::begin_again() {
  const RunRequest& request = state_.request;
  const nlohmann::json record = {
      {"task", heading(state_.rolls_back)},
      {"life", request.life},
      {"actor", {{"user", user_}, {"osUser", os_user()}, {"host", host_name()}}},
      {"takeOver", request.take_over},
      {"signedBefore", request.signed_before},
      {"tool", {{"version", base::version()}, {"commit", base::build_commit()}}}};
  return state_.environment.journal.write(audit::Phase::Resume, Json(record), audit::Durable::Yes);
}

Result<FoundFate> Run::look_for(const SentMutation& sent) {
  kube::Client& client = state_.environment.client;
  CFKOPS_ASSIGN(FoundFate found, find_fate(client, sent));
  const auto time = base::parse_rfc3339(sent.time);
  const Duration age = time ? state_.loop().clock().wall() - *time : kInFlight;
  if (found.fate != Fate::NotApplied || age >= kInFlight) {
    return found;
  }
  CFKOPS_TRY(state_.loop().pause(kInFlight - std::max(age, Duration::zero())));
  return find_fate(client, sent);
}

/// Finds out what became of it, where that is not known, and writes it down.
Status Run::settle_fate(SentMutation& one) {
  if (one.known) {
    return {};
  }
  CFKOPS_ASSIGN(const FoundFate found, look_for(one));
  one.fate = found.fate;
  const std::string words = in_words(one.mutation);
  state_.environment.observer.on_notice(
      words + ", the outcome of which was open: " + std::string(to_string(found.fate)) +
      ", since " + found.why);
  Journal& journal = state_.environment.journal;
  journal.set_step(one.step, state_.request.life);
  Status told = journal.write(audit::Phase::Observed,
                              Json(nlohmann::json{{"event", "fate"},
                                                  {"intent", one.number},
                                                  {"text", words},
                                                  {"fate", to_string(found.fate)},
                                                  {"why", found.why}}),
                              audit::Durable::Yes);
  journal.set_step("", 0);
  return told;
}

/// Does so with all that was sent, and keeps it for the steps.
Status Run::look_for_open() {
  for (SentMutation one : state_.before->sent) {
    CFKOPS_TRY(settle_fate(one));
    state_.sent.push_back(one);
    const RecoveredStep* step = state_.before->step(one.step);
    if (step != nullptr && step->state != "done") {
      state_.earlier[one.step].push_back(std::move(one));
    }
  }
  for (StepRecord& record : state_.steps) {
    const auto sent = state_.earlier.find(record.report.id);
    if (sent != state_.earlier.end()) {
      record.mutated = std::ranges::any_of(
          sent->second, [](const SentMutation& one) { return one.fate != Fate::NotApplied; });
    }
  }
  return {};
}

/// A run that is killed between a failure and its undo.
bool Run::has_failed_step() const {
  return state_.before->result.empty() &&
         std::ranges::any_of(state_.steps, [this](const StepRecord& record) {
           const std::string& state = record.report.state;
           const bool failed = state == "failed" || state == "refused";
           return state == "unknown" ||
                  (failed && !has_a_way_on(state_.request.runbook->steps, record.base));
         });
}

Verdicts Run::take_up() {
  tell_started();
  state_.untold = true;
  if (auto end = refuse_strangers()) {
    return *std::move(end);
  }
  const auto params = resolve();
  if (!params) {
    return not_begun(params.error());
  }
  if (auto end = other_params(*params)) {
    return *std::move(end);
  }
  state_.untold = false;
  if (const Status begun = begin_again(); !begun) {
    return not_begun(begun.error());
  }
  state_.names = Names(state_.request, *params, state_.started_wall);
  if (!state_.before->began_steps) {
    DriftWatch watch(state_.request, state_.environment.client);
    return plan_and_go(*params, watch);
  }
  state_.restore();
  if (const Status looked = look_for_open(); !looked) {
    return not_begun(looked.error());
  }
  recalled_ = *state_.before;
  state_.before = &*recalled_;
  if (const Status recalled = recall(state_, *recalled_); !recalled) {
    return not_begun(recalled.error());
  }
  const bool undo = state_.rolls_back || state_.before->undoing || has_failed_step();
  state_.rolls_back = state_.rolls_back || state_.before->rolling_back;
  return undo ? undo_all(*params) : take_up_steps(*params);
}

Verdicts Run::take_up_steps(const runbook::ValueMap& params) {
  Planner planner(state_.request,
                  state_.environment.catalogue,
                  state_.environment.client,
                  state_.environment.observer,
                  &state_.environment.journal);
  planner.take_up(*state_.before, state_.earlier);
  const BegunPart begun{.run = *state_.before, .sent = state_.sent};
  DriftWatch watch(state_.request, state_.environment.client, &begun);
  const auto plan = planner.make(params);
  if (!plan) {
    return not_planned(watch, plan.error());
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

/// What an undo would do, for whom is to approve of it.
Result<Plan> Run::plan_of_undo(const runbook::ValueMap& params) {
  Planner planner(state_.request,
                  state_.environment.catalogue,
                  state_.environment.client,
                  state_.environment.observer,
                  nullptr);
  CFKOPS_ASSIGN(Plan plan, planner.make_header(params));
  plan.title = "Take back: " + plan.title;
  plan.steps = Undo(state_).planned();
  return plan;
}

Verdicts Run::undo_all(const runbook::ValueMap& params) {
  const auto plan = plan_of_undo(params);
  if (!plan) {
    return not_begun(plan.error());
  }
  state_.environment.observer.on_plan(*plan);
  if (const Status written = write_plan(*plan); !written) {
    return not_begun(written.error());
  }
  if (auto end = obtain(*plan)) {
    return *std::move(end);
  }
  return finish_undo();
}

Verdicts Run::finish_undo() {
  const bool undone = Undo(state_).carry_out();
  const std::size_t left = state_.left.size();
  look_after_failure();
  const bool well = state_.left.size() == left;
  if (!undone) {
    return {RunResult::UndoIncomplete,
            "not all could be undone",
            make_error(ErrorCode::Refused, "the undo is not complete")};
  }
  if (!state_.rolls_back) {
    return {RunResult::Failed,
            "the run had failed; what can be undone is undone",
            make_error(ErrorCode::Refused, "the run had failed before it was resumed")};
  }
  if (!well) {
    return {RunResult::ValidationFailed,
            "what can be undone is undone, but the validation does not pass",
            make_error(ErrorCode::Refused, "the validation does not pass after the undo")};
  }
  return {RunResult::Succeeded, "what can be undone is undone", {}};
}

RunReport resume(const RunRequest& request,
                 const RecoveredRun& before,
                 const RunEnvironment& environment) {
  RunRequest again = request;
  again.life = before.lives + 1;
  return Run(again, environment, before).go_on();
}

RunReport roll_back(const RunRequest& request,
                    const RecoveredRun& before,
                    const RunEnvironment& environment) {
  RunRequest again = request;
  again.life = before.lives + 1;
  return Run(again, environment, before).take_back();
}

}  // namespace cfkops::engine
