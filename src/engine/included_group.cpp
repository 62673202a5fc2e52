#include "included_group.hpp"

#include "checks.hpp"
#include "guards.hpp"
#include "included.hpp"
#include "json_text.hpp"
#include "planner.hpp"
#include "recall.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::engine {

IncludedGroup::IncludedGroup(RunState& state, const runbook::Step& step, const std::string& suffix)
    : state_(state),
      step_(step),
      runbook_(step.included->runbook),
      suffix_(suffix),
      id_(instance_id(step, suffix)) {}

Failure IncludedGroup::failure(Error error) const {
  const bool stopped = error.code == ErrorCode::Cancelled;
  return {.stopped = stopped,
          .passable = false,
          .error = std::move(error).in("step '" + id_ + "'"),
          .step = id_};
}

/// A check failed. What cannot be told is nothing that a run may go on behind.
Failure IncludedGroup::not_held(const Error& error) const {
  Failure failed = failure(error);
  failed.passable = error.code == ErrorCode::Refused && !state_.must_stop(id_);
  return failed;
}

std::optional<Failure> IncludedGroup::carry_out(const Steps& steps) {
  if (was_finished(state_.before, id_)) {
    return std::nullopt;
  }
  if (auto stop = state_.must_stop(id_)) {
    return stop;
  }
  const Status known = needs_nothing_lost(step_, Part::Body, state_.before, state_.request.run_id);
  if (!known) {
    return failure(known.error());
  }
  const auto params = included_params(step_, state_.names.bindings(), state_.site);
  if (!params) {
    const bool stopped = params.error().code == ErrorCode::Cancelled;
    return Failure{.stopped = stopped, .passable = false, .error = params.error(), .step = id_};
  }
  state_.included.insert_or_assign(id_, *params);
  const std::string& binding = step_.included->binding;
  auto before = state_.names.bind(binding, runbook::Value(*params));
  auto failed = go_through(*params, steps);
  state_.names.restore(binding, std::move(before));
  return failed;
}

std::optional<Failure> IncludedGroup::go_through(const runbook::ValueMap& params,
                                                 const Steps& steps) {
  if (!was_begun(state_.before, step_, suffix_)) {
    const Status asked =
        ask("prerequisite", runbook_.prerequisites, "runbook " + runbook_.name + " is not begun: ");
    if (!asked) {
      return not_held(asked.error());
    }
  }
  if (const Status told = tell("begin", &params); !told) {
    return failure(told.error());
  }
  if (auto failed = watched(steps)) {
    return failed;
  }
  const Status valid =
      ask("validation",
          runbook_.validation,
          "the steps of runbook " + runbook_.name + " are done, its validation did not pass: ");
  if (!valid) {
    return not_held(valid.error());
  }
  const Status told = tell("done", nullptr);
  return told ? std::nullopt : std::optional<Failure>(failure(told.error()));
}

/// The steps, with an eye on the guards.
std::optional<Failure> IncludedGroup::watched(const Steps& steps) {
  Guards guards(state_, runbook_.guards);
  if (const Status well = guards.begin(); !well) {
    return failure(well.error());
  }
  auto failed = steps();
  if (!failed) {
    failed = state_.must_stop(id_);
  }
  if (failed) {
    failed = guards.judged(*std::move(failed));
  }
  guards.end();
  return failed;
}

/// Errors: Refused or Unknown, where one does not pass; Cancelled; Io.
Status IncludedGroup::ask(const char* phase,
                          const std::vector<runbook::CheckEntry>& entries,
                          const std::string& otherwise) {
  if (entries.empty()) {
    return {};
  }
  set_scope(state_.environment.client, state_.request.run_id, id_, state_.request.life);
  Context context = state_.context_of({}, MonoTime::max());
  context.needed = &state_.permissions;
  CheckRunner checks(phase, state_.site, std::move(context), &state_.environment.journal);
  state_.environment.journal.set_step(id_, state_.request.life);
  const auto asked = checks.all(entries, state_.names);
  state_.environment.journal.set_step("", 0);
  state_.names.keep_checks(entries, suffix_);
  if (!asked) {
    return asked.error();
  }
  if (all_pass(*asked)) {
    return {};
  }
  const bool unknown = std::any_of(asked->begin(), asked->end(), [](const PlannedCheck& check) {
    return check.result.verdict == Verdict::Unknown;
  });
  return make_error(unknown ? ErrorCode::Unknown : ErrorCode::Refused,
                    otherwise + base::join(not_passed(*asked), "; "));
}

Status IncludedGroup::tell(const char* event, const runbook::ValueMap* params) const {
  nlohmann::json record = {{"kind", "include"},
                           {"event", event},
                           {"group", id_},
                           {"name", runbook_.name},
                           {"file", runbook_.file},
                           {"sha256", runbook_.sha256},
                           {"text",
                            "runbook " + runbook_.name + " of step '" + id_ + "' is " +
                                (params == nullptr ? "done" : "begun")}};
  if (params != nullptr) {
    record["params"] = to_json(*params);
  }
  return state_.environment.journal.write(
      audit::Phase::Note, Json(std::move(record)), audit::Durable::Yes);
}

}  // namespace cfkops::engine
