#include "undo.hpp"

#include "evaluate.hpp"
#include "json_text.hpp"
#include "planner.hpp"
#include "steps.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

using Kind = Outcome::Kind;

/// Between two tries of an undo that is not through yet.
constexpr Duration kUndoPause = std::chrono::seconds(2);

/// The steps of it, of a list of instances, in the same order.
std::vector<std::string> of_element(const std::vector<std::string>& ids,
                                    const runbook::Step& step,
                                    std::string_view suffix) {
  std::vector<std::string> own;
  for (const std::string& id : ids) {
    const std::string base = base_of(id);
    if (!path_to({step}, base).empty() &&
        std::string_view(id).substr(base.size()).starts_with(suffix)) {
      own.push_back(id);
    }
  }
  return own;
}

}  // namespace

bool Undo::carry_out() {
  const kube::Loop::SafeStretch stretch(state_.loop());
  state_.loop().on_held_stop([&observer = state_.environment.observer] {
    observer.on_notice(
        "the undo goes on, so that nothing is left half undone; ask once more to stop it now");
  });
  const bool undone = undo_all(order());
  const bool complete = roll_back() && undone;
  state_.loop().on_held_stop(nullptr);
  return complete;
}

bool Undo::take_back_element(const runbook::Step& step, const std::string& element) {
  const kube::Loop::SafeStretch stretch(state_.loop());
  element_ = element;
  return undo_all(of_element(order(), step, std::string_view(element).substr(step.id.size())));
}

bool Undo::undo_all(const std::vector<std::string>& ids) {
  // Where that cannot be written, each step says that it is not undone.
  bool complete = tell("start", Json(nlohmann::json::object())).has_value();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    complete = undo_step(ids[i]) && complete;
    for (const Group& group : left_behind(ids, i)) {
      complete = roll_back(group) && complete;
    }
  }
  tell_what_has_no_undo(ids);
  return complete;
}

Status Undo::tell(const std::string& event, const Json& data) const {
  nlohmann::json record = data.raw();
  if (!element_.empty()) {
    record["of"] = element_;
  }
  return state_.tell_step(audit::Phase::Undo, event, Json(std::move(record)), audit::Durable::Yes);
}

/// The steps that were begun, the last first, but for those of an undo.
std::vector<std::string> Undo::order() const {
  std::vector<const StepRecord*> begun;
  for (const StepRecord& record : state_.steps) {
    const bool own = !path_to(state_.request.runbook->steps, record.base).empty();
    if (own && record.order > 0 && record.action != nullptr) {
      begun.push_back(&record);
    }
  }
  std::ranges::sort(begun, std::ranges::greater(), &StepRecord::order);
  std::vector<std::string> ids;
  ids.reserve(begun.size());
  for (const StepRecord* record : begun) {
    ids.push_back(record->report.id);
  }
  return ids;
}

std::vector<PlannedStep> Undo::planned() const {
  std::vector<PlannedStep> planned;
  const std::vector<std::string> ids = order();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::string& id = ids[i];
    const StepRecord& record = *state_.find(id);
    PlannedStep step{.id = id,
                     .title = "take back: " + record.report.title,
                     .action = record.step->action,
                     .plan = {},
                     .skipped = {},
                     .unknown = {}};
    const std::string& none =
        record.step->no_rollback.empty() ? record.action->spec().no_undo : record.step->no_rollback;
    std::vector<PlannedChange> changes;
    for (const Remembered& one : state_.environment.journal.remembered()) {
      if (one.step == id) {
        changes.insert(changes.begin(), record.action->planned_undo(one.data));
      }
    }
    if (!record.step->rollback.empty()) {
      step.plan.notes = {"by the steps that the runbook has for it"};
      step.skipped = record.mutated ? "" : "it changed nothing";
    } else if (!none.empty()) {
      step.skipped = "it has no undo: " + none;
    } else if (changes.empty()) {
      step.skipped = "nothing is left to take back";
    } else {
      step.plan.changes = std::move(changes);
      step.plan.notes = {"a field that somebody has changed since stays as it is, and is named"};
    }
    planned.push_back(std::move(step));
    for (const Group& group : left_behind(ids, i)) {
      plan_rollback(group, planned);
    }
  }
  for (const runbook::Step& step : state_.request.runbook->rollback) {
    planned.push_back({.id = step.id,
                       .title = step.title,
                       .action = step.action,
                       .plan = {},
                       .skipped = {},
                       .unknown = "it belongs to the runbook's rollback, and is planned when it "
                                  "comes"});
  }
  return planned;
}

bool Undo::undo_step(const std::string& id) {
  const StepRecord& record = *state_.find(id);
  if (!record.step->no_rollback.empty()) {
    return true;
  }
  const bool shown = record.mutated;
  const StepInfo info = state_.info_of(record, 1);
  if (shown) {
    state_.environment.observer.on_undo_started(info);
  }
  const bool complete = take_back(id);
  if (shown) {
    state_.environment.observer.on_undo_finished(info, complete);
  }
  return complete;
}

/// By the steps that the runbook has for it, or by what was remembered.
bool Undo::take_back(const std::string& id) {
  const StepRecord& record = *state_.find(id);
  if (record.step->rollback.empty()) {
    return undo_remembered(id);
  }
  const bool undone = record.undone || record.report.state == "undone";
  return !record.mutated || undone || undo_by_steps(id);
}

bool Undo::undo_remembered(const std::string& id) {
  // A copy: an undo may itself remember something, which nobody takes back.
  std::vector<Remembered> remembered = state_.environment.journal.remembered();
  std::erase_if(remembered, [&id](const Remembered& one) { return one.step != id || one.undone; });
  std::reverse(remembered.begin(), remembered.end());
  bool complete = true;
  for (const Remembered& one : remembered) {
    complete = undo_one(one) && complete;
  }
  return complete;
}

/// Nothing more may be done, or nobody wants it.
bool Undo::stopped(StepRecord& record) {
  const auto stop = state_.must_stop(record.report.id);
  if (stop && std::exchange(record.report.state, "undo_failed") != "undo_failed") {
    state_.left.push_back("step '" + record.report.id + "' is not undone: " + stop->error.message);
  }
  return stop.has_value();
}

/// The names that the step's own `each` had bound are bound again meanwhile.
bool Undo::undo_by_steps(const std::string& id) {
  StepRecord& record = *state_.find(id);
  if (stopped(record)) {
    return false;
  }
  const runbook::Step& step = *record.step;
  const std::string suffix = id.substr(record.base.size());
  const Names names = state_.names;
  Status bound = bind_elements(state_, record.base, suffix);
  std::optional<Error> error;
  if (!bound) {
    error = bound.error();
  } else if (const auto failure = StepRunner(state_).run(step.rollback, suffix)) {
    error = failure->error;
  }
  state_.names = names;
  const Outcome outcome = error ? Outcome::from(*error) : Outcome::done();
  state_.environment.journal.set_step(id, 1);
  const Status told = tell("end", Json(to_json(outcome)));
  state_.environment.journal.set_step("", 0);
  StepRecord& again = *state_.find(id);  // the steps of the undo stand among the others now
  if (error) {
    again.report.state = "undo_failed";
    state_.left.push_back("step '" + id + "' is not undone: " + error->text());
    return false;
  }
  again.undone = true;
  tell_no_more(id);
  if (again.report.state == "done" || again.report.state == "undo_failed") {
    again.report.state = "undone";
  }
  return told.has_value();
}

bool Undo::undo_one(const Remembered& remembered) {
  StepRecord* record = state_.find(remembered.step);
  if (stopped(*record)) {
    return false;
  }
  Journal& journal = state_.environment.journal;
  journal.set_step(remembered.step, 1);
  const Outcome outcome = attempts(*record, remembered);
  nlohmann::json end = to_json(outcome);
  end["entry"] = remembered.entry;
  const Status told = tell("end", Json(std::move(end)));
  journal.set_step("", 0);
  const bool undone = outcome.kind == Kind::Done;
  if (undone) {
    journal.note_undone(remembered.entry);
    tell_no_more(remembered.step);
  }
  if (!undone) {
    record->report.state = "undo_failed";
  } else if (record->report.state == "done") {
    record->report.state = "undone";  // a step that failed stays so, whatever it had done is undone
  }
  const PlannedChange change = record->action->planned_undo(remembered.data);
  const std::string what = change.verb + " " + change.object;
  state_.environment.observer.on_progress(
      state_.info_of(*record, 1),
      undone ? "undone: " + what : "not undone: " + what + ": " + outcome.why);
  if (!undone) {
    state_.left.push_back("step '" + remembered.step + "' is not undone: " + outcome.why);
  }
  state_.left.insert(state_.left.end(), outcome.left.begin(), outcome.left.end());
  return undone && told.has_value();
}

Outcome Undo::attempts(const StepRecord& record, const Remembered& remembered) {
  kube::Client& client = state_.environment.client;
  const MonoTime deadline =
      state_.now() + record.step->timeout.value_or(record.action->spec().timeout);
  for (int number = 1;; ++number) {
    const StepInfo info = state_.info_of(record, number);
    state_.environment.journal.set_step(record.report.id, number);
    set_scope(client, state_.request.run_id, "undo-" + record.report.id, number);
    const Status told =
        tell("begin",
             Json(nlohmann::json{{"entry", remembered.entry}, {"undo", remembered.data.raw()}}));
    if (!told) {
      return Outcome::from(told.error());
    }
    Outcome outcome =
        record.action->undo(state_.context_of(info, deadline), client, remembered.data);
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

/// What an undo of an element has said of the step, which another one has undone.
void Undo::tell_no_more(const std::string& step) {
  const std::string told = "step '" + step + "' is not undone: ";
  std::erase_if(state_.left, [&told](const std::string& line) { return line.starts_with(told); });
}

bool Undo::remembered_by(const std::string& step) const {
  const std::vector<Remembered>& all = state_.environment.journal.remembered();
  return std::any_of(
      all.begin(), all.end(), [&](const Remembered& one) { return one.step == step; });
}

void Undo::tell_what_has_no_undo(const std::vector<std::string>& ids) {
  for (const StepRecord& record : state_.steps) {
    const bool meant = std::ranges::find(ids, record.report.id) != ids.end();
    if (!meant || !record.mutated || record.action == nullptr || !record.step->rollback.empty()) {
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
