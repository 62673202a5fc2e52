#include "recall.hpp"

#include "evaluate.hpp"
#include "planner.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

using Chain = std::vector<std::string>;

void collect(const runbook::Expression& expression, std::vector<Chain>& chains) {
  if (!expression.empty()) {
    for (Chain& chain : expression.chains()) {
      chains.push_back(std::move(chain));
    }
  }
}

void collect(const runbook::ArgumentMap& written, std::vector<Chain>& chains) {
  for (const auto& [name, value] : written) {
    runbook::each_expression(
        value, [&](const runbook::Expression& expression) { collect(expression, chains); });
  }
}

std::vector<Chain> chains_of(const runbook::Step& step, Part part) {
  std::vector<Chain> chains;
  if (part == Part::Entry) {
    collect(step.when, chains);
    if (step.each) {
      collect(step.each->in, chains);
    }
    return chains;
  }
  for (const runbook::Expression& expression : step.confirm.expressions()) {
    collect(expression, chains);
  }
  collect(step.with, chains);
  for (const runbook::CheckEntry& check : step.expect) {
    collect(check.when, chains);
    collect(check.that, chains);
    collect(check.with, chains);
  }
  return chains;
}

bool only_reads(const runbook::Step& step, const Action& action) {
  return std::max(step.effect.value_or(runbook::Effect::Read), action.spec().effect) ==
         runbook::Effect::Read;
}

/// It is not carried out again, but for the sake of its secrets.
bool is_kept(const RecoveredStep& step) {
  return step.state == "done" || step.applied;
}

/// The outputs of one that is carried out once more. Errors: what keeps it from being done.
Result<runbook::ValueMap> outputs_again(RunState& state, const StepRecord& record) {
  kube::Client& client = state.environment.client;
  const Names names = state.names;
  const Status bound =
      bind_elements(state, record.base, record.report.id.substr(record.base.size()));
  Result<Arguments> arguments =
      bound.has_value()
          ? evaluate_arguments(
                record.step->with, record.action->spec(), state.names.bindings(), state.site)
          : Result<Arguments>(bound.error());
  state.names = names;
  if (!arguments) {
    return arguments.error();
  }
  const StepInfo info = state.info_of(record, record.report.attempts + 1);
  set_scope(client, state.request.run_id, "recall-" + info.id, state.request.life);
  const MonoTime deadline =
      state.now() + record.step->timeout.value_or(record.action->spec().timeout);
  Outcome outcome = record.action->apply(state.context_of(info, deadline), client, *arguments);
  if (outcome.kind == Outcome::Kind::Done) {
    return std::move(outcome.outputs);
  }
  return outcome.error.value_or(make_error(ErrorCode::Unknown, outcome.why));
}

Status tell(const RunState& state, const std::string& step, const std::string& text) {
  state.environment.observer.on_notice(text);
  return state.environment.journal.write(
      audit::Phase::Note,
      Json(nlohmann::json{{"kind", "recall"}, {"step", step}, {"text", text}}),
      audit::Durable::Yes);
}

Status recall_one(RunState& state, StepRecord& record, RecoveredStep& step) {
  const std::string what = base::enumerate(step.secrets) + " of step '" + step.id + "'";
  if (!only_reads(*record.step, *record.action)) {
    step.why_lost = "it is not carried out again, since it does more than read";
    return tell(state,
                step.id,
                "the log does not keep secrets: " + what + " is not known any more, since " +
                    record.action->spec().name + " does more than read");
  }
  const auto again = outputs_again(state, record);
  if (!again) {
    step.why_lost = "it could not be carried out again: " + again.error().text();
    return again.error().code == ErrorCode::Cancelled
               ? Status(again.error())
               : tell(state,
                      step.id,
                      "the log does not keep secrets, and " + what +
                          " could not be read again: " + again.error().text());
  }
  conceal(state.environment, runbook::Value(*again));
  step.outputs.insert(again->begin(), again->end());
  step.secrets.clear();
  record.report.outputs = step.outputs;
  state.names.set_outputs(record.report.id, step.outputs);
  return tell(state, step.id, "the log does not keep secrets: " + what + " was read again");
}

/// The output of a finished step that the chain leads to and that is lost, or nullptr.
const RecoveredStep* lost_step(const Chain& chain, const RecoveredRun& before) {
  if (chain.size() < 2 || chain.front() != "steps") {
    return nullptr;
  }
  for (const RecoveredStep& step : before.steps) {
    const bool meant = is_kept(step) && base_of(step.id) == chain[1];
    if (meant &&
        (chain.size() < 3 ? !step.secrets.empty()
                          : std::ranges::find(step.secrets, chain[2]) != step.secrets.end())) {
      return &step;
    }
  }
  return nullptr;
}

/// Where it is one that can be: done, with secrets, and known to the runbook.
Status recall_if_lost(RunState& state, RecoveredStep& step) {
  StepRecord* record = state.find(step.id);
  const bool lost = is_kept(step) && !step.secrets.empty();
  if (!lost || record == nullptr || record->action == nullptr) {
    return {};
  }
  return recall_one(state, *record, step);
}

}  // namespace

Status recall(RunState& state, RecoveredRun& before) {
  for (RecoveredStep& step : before.steps) {
    CFKOPS_TRY(recall_if_lost(state, step));
  }
  return {};
}

Status needs_nothing_lost(const runbook::Step& step,
                          Part part,
                          const RecoveredRun* before,
                          const std::string& run_id) {
  if (before == nullptr) {
    return {};
  }
  for (const Chain& chain : chains_of(step, part)) {
    if (const RecoveredStep* lost = lost_step(chain, *before)) {
      return make_error(
          ErrorCode::Refused,
          "step '" + step.id + "' needs " + base::join(chain, ".") +
              ", which is a secret or has one in it: the log does not keep secrets, "
              "and step '" +
              lost->id + "' is done; " + lost->why_lost,
          "take the run back with: cfkops rollback " + run_id + ", then begin a new one");
    }
  }
  return {};
}

}  // namespace cfkops::engine
