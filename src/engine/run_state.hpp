#pragma once

#include "names.hpp"
#include "references.hpp"

#include "cfkops/engine/executor.hpp"
#include "cfkops/engine/lock_keeper.hpp"
#include "cfkops/engine/recovery.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::engine {

/// One step of a run, as far as it got.
struct StepRecord {
  std::string base;  ///< the runbook's step id; the report's adds the place in each `each`
  StepReport report;
  const runbook::Step* step = nullptr;  ///< null until it is started
  const Action* action = nullptr;
  bool mutated = false;                ///< it sent something
  bool undone = false;                 ///< by the steps that the runbook has for that
  std::size_t order = 0;               ///< in which the steps were begun, from 1; 0: not begun
  std::vector<LockTarget> locks = {};  ///< that it wants for itself and has not done with
};

/// Why a run does not go on.
struct Failure {
  bool stopped = false;   ///< asked to, at a safe point; otherwise it went wrong
  bool passable = false;  ///< the runbook may say that the run goes on behind it
  Error error;
  std::string step;  ///< or ""
};

/// What the parts of a run share.
struct RunState {
  RunState(const RunRequest& the_request, const RunEnvironment& the_environment);

  const RunRequest& request;
  const RunEnvironment& environment;
  MonoTime started;
  WallTime started_wall;
  Site site;
  Names names;
  std::vector<StepRecord> steps;
  std::vector<std::string> left;
  LockKeeper locks;
  std::size_t begun = 0;                  ///< steps, so far
  const RecoveredRun* before = nullptr;   ///< of a run that goes on
  bool rolls_back = false;                ///< asked for by a person, not because of a failure
  std::optional<MonoTime> no_step_after;  ///< `settings.run_timeout`, while steps run
  bool untold = false;  ///< refused before it was taken up: the log stays as it is

  /// The parameters of each included runbook that was begun, by the step's instance.
  std::map<std::string, runbook::ValueMap> included;

  /// Of these, those whose own rollback is done.
  std::set<std::string> rolled_back;

  /// All that the run needs to be allowed, as planned.
  std::vector<kube::AccessQuestion> permissions;

  /// All that an earlier process sent, with its fate as far as it could be found.
  std::vector<SentMutation> sent;

  /// Of that, what belongs to steps that are not done.
  std::map<std::string, std::vector<SentMutation>> earlier;

  /// Takes over what the earlier process knew: steps, outputs, measured values.
  void restore();

  [[nodiscard]] kube::Loop& loop() const { return environment.client.loop(); }

  [[nodiscard]] MonoTime now() const { return loop().clock().now(); }

  /// The record of an instance: the one that the plan foresaw, or a new one beside its siblings.
  StepRecord& record_of(const std::string& base, const std::string& id, const std::string& title);
  [[nodiscard]] StepRecord* find(const std::string& id);
  [[nodiscard]] StepInfo info_of(const StepRecord& record, int attempt) const;

  /// The context of a step's action, with what it sent before.
  [[nodiscard]] Context context_of(const StepInfo& info, MonoTime deadline) const;

  /// Writes a record about a step. Errors: Io.
  Status tell_step(audit::Phase phase,
                   const std::string& event,
                   const Json& data,
                   audit::Durable durable) const;

  /// The failure of a journal that cannot be written, of a lock that is lost, or of a request to
  /// stop; nothing where the run may go on.
  [[nodiscard]] std::optional<Failure> must_stop(const std::string& step) const;
};

/// From now on the secrets in a value are kept out of the log and of all that is shown.
void conceal(const RunEnvironment& environment, const runbook::Value& value);

/// The steps that lead to the one of that id, itself last; empty where there is none.
[[nodiscard]] std::vector<const runbook::Step*> path_to(const std::vector<runbook::Step>& steps,
                                                        const std::string& id);

/// Binds the elements of each `each` around the step of id `base`, and the parameters of each
/// included runbook that it is in, as they were when its instance of that suffix ("[2]") ran.
/// Errors: InvalidInput.
[[nodiscard]] Status bind_elements(RunState& state,
                                   const std::string& base,
                                   std::string_view suffix);

}  // namespace cfkops::engine
