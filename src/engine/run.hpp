#pragma once

#include "fate.hpp"
#include "guards.hpp"
#include "run_state.hpp"
#include "window_gate.hpp"

#include "cfkops/engine/drift.hpp"
#include "cfkops/engine/recovery.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cfkops::engine {

/// How a run ends.
struct Verdicts {
  RunResult result = RunResult::Succeeded;
  std::string summary;
  std::optional<Error> error = {};
};

/// One run from its beginning to its end.
class Run {
 public:
  Run(const RunRequest& request, const RunEnvironment& environment)
      : state_(request, environment),
        guards_(state_, request.runbook->guards),
        window_(state_) {}

  /// Goes on with what an earlier process began. `before` must outlive the run.
  Run(const RunRequest& request, const RunEnvironment& environment, const RecoveredRun& before);

  /// A new run.
  RunReport carry_out();

  /// Goes on.
  RunReport go_on();

  /// Takes back.
  RunReport take_back();

 private:
  RunReport close(const Verdicts& end);
  Verdicts take_the_stages();
  Verdicts plan_and_go(const runbook::ValueMap& params, DriftWatch& watch);
  Verdicts approve_and_go(const Plan& plan);
  std::optional<Verdicts> obtain(const Plan& plan);
  void keep_planned_steps(const Plan& plan);
  void tell_started() const;
  Verdicts go_through_steps();
  Status begin();
  Result<runbook::ValueMap> resolve();
  Status write_plan(const Plan& plan) const;
  Status ask_approval(const Plan& plan) const;
  std::optional<Verdicts> outside_window(const std::vector<PlannedStep>& steps) const;
  Verdicts not_begun(const Error& error);
  Verdicts not_planned(DriftWatch& watch, const Error& error);
  std::optional<Verdicts> drifted(DriftWatch& watch, const Plan* plan);
  Verdicts blocked(const Plan& plan) const;
  Verdicts interrupted(const Error& error);
  Verdicts without_lock(const Error& lost);
  Verdicts failed(const Failure& failure);
  Verdicts validate();
  void look_after_failure();
  [[nodiscard]] std::string unharmed() const;

  // Of a run that goes on: resume.cpp.
  Verdicts take_up();
  Verdicts take_up_steps(const runbook::ValueMap& params);
  Verdicts undo_all(const runbook::ValueMap& params);
  Verdicts finish_undo();
  std::optional<Verdicts> refuse_strangers();
  Status begin_again();
  Status settle_fate(SentMutation& one);
  Status look_for_open();
  Result<FoundFate> look_for(const SentMutation& sent);
  std::optional<Verdicts> other_params(const runbook::ValueMap& params) const;
  Result<Plan> plan_of_undo(const runbook::ValueMap& params);
  [[nodiscard]] bool has_failed_step() const;

  RunState state_;
  Guards guards_;
  WindowGate window_;
  std::optional<RecoveredRun> recalled_;  ///< of a run that goes on, with what could be recalled
  std::string user_;                      ///< who goes on, as the API server knows them
};

/// The parameters as the log may have them: typed, secrets "***".
[[nodiscard]] nlohmann::json typed_params(const RunRequest& request);

}  // namespace cfkops::engine
