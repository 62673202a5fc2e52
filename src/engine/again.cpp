#include "again.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::engine {
namespace {

std::vector<std::string> details_of(const std::vector<SentMutation>& earlier) {
  std::vector<std::string> details;
  details.reserve(earlier.size());
  for (const SentMutation& one : earlier) {
    details.push_back(in_words(one.mutation) + " at " + one.time + ": " +
                      std::string(to_string(one.fate)));
  }
  return details;
}

Status note(const RunState& state, const StepRecord& record, const std::string& answer) {
  return state.environment.journal.write(
      audit::Phase::Note,
      Json(nlohmann::json{{"kind", "again"}, {"step", record.report.id}, {"text", answer}}),
      audit::Durable::Yes);
}

}  // namespace

Result<Again> decide_again(RunState& state, const StepRecord& record) {
  const auto found = state.earlier.find(record.report.id);
  if (found == state.earlier.end()) {
    return Again::Apply;
  }
  const std::vector<SentMutation>& earlier = found->second;
  const auto has = [&earlier](Fate fate) {
    return std::ranges::find(earlier, fate, &SentMutation::fate) != earlier.end();
  };
  if (!has(Fate::Unknown) && (!has(Fate::Applied) || record.action->spec().continues)) {
    return Again::Apply;
  }
  Approver& approver = state.environment.approver;
  const std::string name = "step '" + record.report.id + "'";
  const Status done = approver.ask(
      {.what = name + " must not happen twice, and may have happened. Does it count as done?",
       .details = details_of(earlier),
       .on_yes = "the run goes on behind it",
       .on_no = "you are asked whether it is to be carried out again"});
  state.locks.catch_up();
  if (done) {
    CFKOPS_TRY(note(state, record, "a person says that it counts as done"));
    return Again::Done;
  }
  const Status again =
      approver.ask({.what = "Carry " + name + " out again?",
                    .details = {},
                    .on_yes = "it is carried out once more, whatever it did before",
                    .on_no = "the run stops here"});
  state.locks.catch_up();
  if (again) {
    CFKOPS_TRY(note(state, record, "a person says that it is to be carried out again"));
    return Again::Apply;
  }
  CFKOPS_TRY(note(state, record, "nobody says what is to be done: " + again.error().message));
  return make_error(
      ErrorCode::Cancelled,
      name + " must not happen twice, and may have happened: " + again.error().message,
      "look at what it was to change, then resume at a terminal and answer");
}

}  // namespace cfkops::engine
