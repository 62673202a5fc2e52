#include "undo.hpp"

#include "json_text.hpp"
#include "planner.hpp"
#include "steps.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

using Kind = Outcome::Kind;

/// Between two tries of an undo that is not through yet.
constexpr Duration kUndoPause = std::chrono::seconds(2);

}  // namespace

bool Undo::carry_out() {
  const kube::Loop::SafeStretch stretch(state_.loop());
  // A copy: an undo may itself remember something, which nobody takes back.
  std::vector<Remembered> remembered = state_.environment.journal.remembered();
  std::reverse(remembered.begin(), remembered.end());
  bool complete = true;
  for (const Remembered& one : remembered) {
    complete = undo_one(one) && complete;
  }
  tell_what_has_no_undo();
  return roll_back() && complete;
}

bool Undo::undo_one(const Remembered& remembered) {
  StepRecord* record = state_.find(remembered.step);
  if (record == nullptr || record->action == nullptr || !record->step->no_rollback.empty()) {
    return true;
  }
  if (const auto stop = state_.must_stop(remembered.step)) {
    if (std::exchange(record->report.state, "undo_failed") != "undo_failed") {
      state_.left.push_back("step '" + remembered.step + "' is not undone: " + stop->error.message);
    }
    return false;
  }
  Journal& journal = state_.environment.journal;
  journal.set_step(remembered.step, 1);
  const Outcome outcome = attempts(*record, remembered.data);
  const Status told =
      state_.tell_step(audit::Phase::Undo, "end", Json(to_json(outcome)), audit::Durable::Yes);
  journal.set_step("", 0);
  const bool undone = outcome.kind == Kind::Done;
  if (!undone) {
    record->report.state = "undo_failed";
  } else if (record->report.state == "done") {
    record->report.state = "undone";  // a step that failed stays so, whatever it had done is undone
  }
  state_.environment.observer.on_progress(state_.info_of(*record, 1),
                                          undone ? "undone" : "not undone: " + outcome.why);
  if (!undone) {
    state_.left.push_back("step '" + remembered.step + "' is not undone: " + outcome.why);
  }
  state_.left.insert(state_.left.end(), outcome.left.begin(), outcome.left.end());
  return undone && told.has_value();
}

Outcome Undo::attempts(const StepRecord& record, const Json& remembered) {
  kube::Client& client = state_.environment.client;
  const MonoTime deadline =
      state_.now() + record.step->timeout.value_or(record.action->spec().timeout);
  for (int number = 1;; ++number) {
    const StepInfo info = state_.info_of(record, number);
    state_.environment.journal.set_step(record.report.id, number);
    set_scope(client, state_.request.run_id, "undo-" + record.report.id, number);
    const Status told = state_.tell_step(audit::Phase::Undo,
                                         "begin",
                                         Json(nlohmann::json{{"undo", remembered.raw()}}),
                                         audit::Durable::Yes);
    if (!told) {
      return Outcome::from(told.error());
    }
    Outcome outcome = record.action->undo(state_.context_of(info, deadline), client, remembered);
    if (outcome.kind != Kind::NotYet || state_.now() + kUndoPause >= deadline) {
      return outcome;
    }
    state_.environment.observer.on_wait(info,
                                        {.what = "the undo of step '" + record.report.id + "'",
                                         .why = outcome.why,
                                         .details = {},
                                         .estimate = {},
                                         .elapsed = {}});
    if (const Status waited = state_.loop().pause(kUndoPause); !waited) {
      return Outcome::from(waited.error());
    }
  }
}

bool Undo::remembered_by(const std::string& step) const {
  const std::vector<Remembered>& all = state_.environment.journal.remembered();
  return std::any_of(
      all.begin(), all.end(), [&](const Remembered& one) { return one.step == step; });
}

void Undo::tell_what_has_no_undo() {
  for (const StepRecord& record : state_.steps) {
    if (!record.mutated || record.action == nullptr) {
      continue;
    }
    const std::string& why =
        record.step->no_rollback.empty() ? record.action->spec().no_undo : record.step->no_rollback;
    if (!why.empty()) {
      state_.left.push_back("step '" + record.report.id + "' has no undo: " + why);
    } else if (record.report.state != "undone" && !remembered_by(record.report.id)) {
      state_.left.push_back("step '" + record.report.id +
                            "' changed something and kept nothing to undo it with");
    }
  }
}

bool Undo::roll_back() {
  const std::vector<runbook::Step>& steps = state_.request.runbook->rollback;
  if (steps.empty()) {
    return true;
  }
  const auto failure = StepRunner(state_).run(steps);
  if (failure) {
    state_.left.push_back("the runbook's rollback is not complete: " + failure->error.text());
  }
  return !failure;
}

}  // namespace cfkops::engine
