#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/redacted.hpp"
#include "cfkops/engine/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::engine {

/// What the run will do: engine/plan.hpp.
struct Plan;

/// Which run it is, as told at its beginning.
struct RunInfo {
  std::string run_id;
  std::string runbook;
  std::string title;
  std::string server;
  std::string context;
  std::string ns;
  std::string journal;  ///< path
};

/// What a step is waiting for just now.
struct WaitState {
  std::string what;  ///< "broker 2 (pod kafka-2) to be in sync"
  std::string why;   ///< "the broker's old session has not ended (DUPLICATE_BROKER_REGISTRATION)"
  std::vector<std::string> details;  ///< "orders-4: 1,204 records behind"
  std::optional<Duration> estimate;  ///< nothing means unknown
  Duration elapsed = {};
};

/// One line of the plan or run, before it starts.
struct StepInfo {
  std::string id;
  std::string title;
  std::string action;
  std::size_t number = 0;  ///< from 1
  std::size_t count = 0;
  int attempt = 1;
};

/// A change of one object, as a step sends it to the cluster.
struct ObjectChange {
  /// How far it has come.
  enum class State {
    Sent,     ///< it is about to leave, and is on record
    Done,     ///< the server has accepted it
    Failed,   ///< the server has refused it, or it did not get there
    Unknown,  ///< it left, and what came of it is not known
  };

  std::string step;
  std::string verb;    ///< "evict"
  std::string object;  ///< "pod confluent/kafka-2", as a plan names it
  State state = State::Sent;
  std::string error;  ///< of Failed and Unknown
};

/// What a run ended as; the command line maps it to the exit code.
enum class RunResult {
  Succeeded,
  Failed,              ///< a step failed; what could be undone was undone
  InvalidInput,        ///< parameters or references; nothing was touched
  PrerequisiteFailed,  ///< a prerequisite or permission failed or is unknown; nothing was touched
  NotConfirmed,        ///< the approver said no; nothing was touched
  ValidationFailed,    ///< the steps are done, the validation failed or is unknown
  UndoIncomplete,      ///< a step failed, and so did an undo
  Interrupted,         ///< stopped at a safe point, or at once after a second request
  Drifted,             ///< the world is not what the saved plan rests on; nothing was touched
  Locked,              ///< another run holds a lock, or ours was lost
  PolicyRefused,       ///< no approval, outside its window, not to be resumed; nothing was touched
};

/// The enumerator's name, as it stands in the log and in JSON output.
[[nodiscard]] std::string_view to_string(RunResult result);

/// How one step ended.
struct StepReport {
  std::string id;
  std::string title;
  std::string state;  ///< done skipped failed refused unknown stopped passed_over not_started
                      ///< undone undo_failed
  std::string why;
  Duration took = {};
  int attempts = 0;
  runbook::ValueMap outputs;
};

/// How a run ended, for a person and for the exit code.
struct RunReport {
  RunResult result = RunResult::Failed;
  std::string run_id;
  std::string summary;  ///< one sentence
  std::vector<StepReport> steps;
  std::vector<std::string>
      left;  ///< what a person must know or do: state left behind, in sentences
  std::vector<std::string> next;  ///< commands to type next
  std::optional<Error> error;
  int signal_number = 0;  ///< of Interrupted
  Duration took = {};
  std::uint64_t requests = 0;
  std::string journal;
  std::string journal_hash;
  std::string journal_signer = {};  ///< fingerprint of the key that the log is signed with, or ""
};

/// Is told what happens, in order, on the engine's thread; implemented where it is shown. Must not
/// throw and must not block for long.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;

  /// Before the first request.
  virtual void on_run_started(const RunInfo& info) = 0;

  /// Each parameter with its resolved value; a secret shows itself as "***".
  virtual void on_parameter(const std::string& name, const runbook::Value& value) = 0;

  /// A secret that whoever shows things must keep out of all that is told from now on: a server may
  /// repeat it. By default nothing, as for those that show nothing.
  virtual void on_secret(const Redacted& /*secret*/) {}

  /// `phase` is "prerequisite", "validation", "expect" or "guard".
  virtual void on_check_started(const std::string& phase, const std::string& title) = 0;

  /// The answer, once for every check that was started; of a guard when it is another one.
  virtual void on_check(const std::string& phase,
                        const std::string& title,
                        const CheckResult& result) = 0;

  /// What is planned, before anybody is asked to approve of it. By default nothing.
  virtual void on_plan(const Plan& /*plan*/) {}

  /// Before each attempt.
  virtual void on_step_started(const StepInfo& step) = 0;

  /// Something was done or seen: "pod kafka-2 evicted".
  virtual void on_progress(const StepInfo& step, const std::string& text) = 0;

  /// Called again while the wait lasts, at most twice a second; the observer decides what to show.
  virtual void on_wait(const StepInfo& step, const WaitState& wait) = 0;

  /// A change is sent, and once more when its effect is known; not of locks and the like, which are
  /// no step's. By default nothing.
  virtual void on_object(const ObjectChange& /*change*/) {}

  /// A step is passed by, for that reason. By default a notice that says so.
  virtual void on_step_skipped(const StepInfo& step, const std::string& why) {
    on_notice("step '" + step.id + "' is skipped: " + why);
  }

  /// What a step has changed is about to be taken back. By default nothing.
  virtual void on_undo_started(const StepInfo& /*step*/) {}

  /// `undone`: all of it. By default nothing.
  virtual void on_undo_finished(const StepInfo& /*step*/, bool /*undone*/) {}

  /// Once, after the last attempt.
  virtual void on_step_finished(const StepInfo& step, const Outcome& outcome, Duration took) = 0;

  /// A retry or a warning of the server.
  virtual void on_notice(const std::string& text) = 0;

  /// At the very end, also of a run that was not begun.
  virtual void on_run_finished(const RunReport& report) = 0;
};

}  // namespace cfkops::engine
