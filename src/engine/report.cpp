#include "report.hpp"

#include "cfkops/base/shell_word.hpp"
#include "cfkops/engine/saved_plan.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <utility>

namespace cfkops::engine {
namespace {

/// What an interrupted run leaves done, which a failed one would have undone.
void add_kept_steps(const RunState& state, std::vector<std::string>& left) {
  for (const StepRecord& record : state.steps) {
    if (record.mutated && record.report.state == "done") {
      left.push_back("step '" + record.report.id + "' is done and stays so");
    } else if (record.mutated && record.report.state != "undone") {
      left.push_back("step '" + record.report.id + "' is done in part" +
                     (record.report.why.empty() ? "" : ": " + record.report.why));
    }
  }
}

void add_not_started(const RunState& state, std::vector<std::string>& left) {
  for (const StepRecord& record : state.steps) {
    if (record.report.state == "not_started") {
      left.push_back("step '" + record.report.id + "' was not started");
    }
  }
}

std::vector<std::string> left_behind(const RunState& state, RunResult result) {
  std::vector<std::string> left = state.left;
  if (result == RunResult::Succeeded) {
    return left;
  }
  if (state.environment.journal.intents() > 0) {
    if (result == RunResult::Interrupted || result == RunResult::Locked ||
        result == RunResult::NotConfirmed) {
      add_kept_steps(state, left);
    }
    add_not_started(state, left);
  }
  for (const std::string& mutation : state.environment.journal.unresolved()) {
    left.push_back("the outcome of '" + mutation + "' is not known: look at that object");
  }
  if (state.environment.journal.broken()) {
    left.emplace_back("the audit log ends early: it could not be written any more");
  }
  return left;
}

/// There is something to resume: a step was begun, by this process or an earlier one, or the run
/// was refused before it was taken up, so that all is as it was.
bool can_go_on(const RunState& state) {
  return state.begun > 0 ||
         (state.before != nullptr && (state.before->began_steps || state.untold));
}

/// What goes on with the run, or takes it back.
void add_going_on(const RunState& state, RunResult result, std::vector<std::string>& next) {
  const std::string& run = state.request.run_id;
  if (result == RunResult::Failed || !can_go_on(state)) {
    return;
  }
  if (state.rolls_back) {
    if (result != RunResult::ValidationFailed) {
      next.push_back("cfkops rollback " + run);
    }
    return;
  }
  next.push_back("cfkops resume " + run);
  if (result != RunResult::UndoIncomplete && state.environment.journal.intents() > 0) {
    next.push_back("cfkops rollback " + run);
  }
}

/// The words that make a saved plan once more; secrets are to be given again.
std::string planned_anew(const SavedPlan& saved) {
  const bool named = saved.runbook_file.starts_with("built-in/");
  std::string text =
      base::shell_word(named ? saved.runbook : saved.runbook_file) + " -n " + saved.ns;
  for (const auto& [name, value] : saved.params) {
    std::string assignment = name;
    assignment += "=";
    assignment += value;
    text += " --param " + base::shell_word(assignment);
  }
  for (const std::string& name : saved.secret_params) {
    text += " --param " + name + "=SECRET";
  }
  return text + " --out FILE";
}

/// Nobody said yes: a run that was begun before is what it was.
void add_after_no(const RunState& state, const std::string& again, std::vector<std::string>& next) {
  const std::string& run = state.request.run_id;
  if (!can_go_on(state)) {
    next.push_back("cfkops run " + again + " --yes");
    return;
  }
  if (state.rolls_back) {
    next.push_back("cfkops rollback " + run + " --yes");
  }
  if (state.before == nullptr || state.before->nothing_to_resume().empty()) {
    next.push_back("cfkops resume " + run + (state.rolls_back ? "" : " --yes"));
  }
}

/// What the steps that are done, and stay so, leave to a person.
void add_later(const RunState& state, std::vector<std::string>& next) {
  std::map<std::string, std::string> all;
  for (const StepRecord& record : state.steps) {
    const bool stands = record.report.state == "done" || record.report.state == "undo_failed";
    if (record.action == nullptr || !stands) {
      continue;
    }
    for (auto& [about, command] : record.action->later(record.report.outputs)) {
      all[about] = std::move(command);
    }
  }
  for (const auto& [about, command] : all) {
    if (!command.empty()) {
      next.push_back(command + state.request.connection);
    }
  }
}

std::vector<std::string> next_commands(const RunState& state, RunResult result) {
  std::vector<std::string> next;
  const RunRequest& request = state.request;
  const std::string word =
      request.runbook_word.empty() ? request.runbook->name : request.runbook_word;
  const std::string again = request.command_line.empty() ? word : request.command_line;
  const bool begun = can_go_on(state);
  switch (result) {
    case RunResult::Succeeded:
      break;
    case RunResult::InvalidInput:
      if (!begun) {
        return {"cfkops show " + word};
      }
      next.push_back("cfkops runs show " + request.run_id);
      break;
    case RunResult::PrerequisiteFailed:
    case RunResult::Drifted:
      if (begun) {
        add_going_on(state, result, next);
      } else {
        next.push_back("cfkops plan " +
                       (request.saved == nullptr ? again : planned_anew(*request.saved)));
      }
      break;
    case RunResult::NotConfirmed:
      add_after_no(state, again, next);
      break;
    case RunResult::Failed:
    case RunResult::ValidationFailed:
    case RunResult::UndoIncomplete:
      next.push_back("cfkops runs show " + request.run_id);
      add_going_on(state, result, next);
      if (result == RunResult::Failed && !state.rolls_back) {
        next.push_back("cfkops run " + again);
      }
      break;
    case RunResult::Locked:
      next.push_back("cfkops locks -n " + request.ns);
      [[fallthrough]];
    case RunResult::Interrupted:
      if (begun) {
        add_going_on(state, result, next);
      } else {
        next.push_back("cfkops run " + again);
      }
      break;
    case RunResult::PolicyRefused:
      next.push_back(begun ? "cfkops runs show " + request.run_id : "cfkops run " + again);
      break;
  }
  if (result != RunResult::PrerequisiteFailed && result != RunResult::Drifted) {
    add_later(state, next);
  }
  next.push_back("cfkops audit verify " + request.run_id);
  return next;
}

Status write_end(const RunState& state, const RunReport& report) {
  state.environment.journal.set_step("", 0);
  const nlohmann::json end = {{"result", to_string(report.result)},
                              {"summary", report.summary},
                              {"left", report.left},
                              {"next", report.next},
                              {"requests", report.requests},
                              {"took", base::format_duration(report.took)}};
  return state.environment.journal.write(audit::Phase::End, Json(end), audit::Durable::Yes);
}

}  // namespace

std::string_view to_string(RunResult result) {
  switch (result) {
    case RunResult::Succeeded:
      return "Succeeded";
    case RunResult::Failed:
      return "Failed";
    case RunResult::InvalidInput:
      return "InvalidInput";
    case RunResult::PrerequisiteFailed:
      return "PrerequisiteFailed";
    case RunResult::NotConfirmed:
      return "NotConfirmed";
    case RunResult::ValidationFailed:
      return "ValidationFailed";
    case RunResult::UndoIncomplete:
      return "UndoIncomplete";
    case RunResult::Interrupted:
      return "Interrupted";
    case RunResult::Drifted:
      return "Drifted";
    case RunResult::Locked:
      return "Locked";
    case RunResult::PolicyRefused:
      return "PolicyRefused";
  }
  return "Failed";
}

RunReport close_run(RunState& state,
                    RunResult result,
                    const std::string& summary,
                    const std::optional<Error>& error) {
  RunReport report;
  report.result = result;
  report.run_id = state.request.run_id;
  report.summary = summary;
  for (const StepRecord& record : state.steps) {
    report.steps.push_back(record.report);
  }
  report.left = left_behind(state, result);
  report.next = next_commands(state, result);
  report.error = error;
  report.signal_number =
      result == RunResult::Interrupted ? state.loop().cancel().signal_number() : 0;
  report.took = state.now() - state.started;
  report.requests = state.environment.client.requests_sent() + state.locks.requests_sent();
  report.journal = state.request.journal;
  const bool was_broken = state.environment.journal.broken();
  const Status ended = state.untold ? Status() : write_end(state, report);
  if (!ended && !was_broken) {
    report.left.emplace_back("the audit log has no end: it could not be written any more");
  }
  if (!ended && result == RunResult::Succeeded) {
    report.result = RunResult::Failed;
    report.summary += ", but the audit log could not be finished";
    report.error = ended.error();
    report.next = next_commands(state, report.result);
  }
  report.journal_hash = state.environment.journal.log().last_hash();
  report.journal_signer = state.environment.journal.log().signer();
  state.environment.observer.on_run_finished(report);
  return report;
}

}  // namespace cfkops::engine
