#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/files.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/engine/journal.hpp"
#include "cfkops/engine/lock.hpp"
#include "cfkops/engine/observer.hpp"
#include "cfkops/engine/outcome.hpp"
#include "cfkops/engine/sent_mutation.hpp"
#include "cfkops/kube/client.hpp"
#include "cfkops/kube/reader.hpp"
#include "cfkops/runbook/action_spec.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cfkops::engine {

/// Who is asked: engine/approver.hpp.
class Approver;

/// Holds the locks of a run: engine/lock_keeper.hpp.
class LockKeeper;

/// The arguments of one step or check, evaluated and converted to their declared types, defaults
/// filled in.
class Arguments {
 public:
  /// By name; an optional argument without a default that was left out is not among them.
  explicit Arguments(runbook::ValueMap values)
      : values_(std::move(values)) {}

  /// The value, or nullptr where an optional argument without a default was left out.
  [[nodiscard]] const runbook::Value* find(std::string_view name) const;

  /// The text of an argument whose declared type guarantees one. Here and below, a wrong name or
  /// type is a defect (CFKOPS_CHECK).
  [[nodiscard]] std::string string(std::string_view name) const;

  /// The number of an argument declared `int`.
  [[nodiscard]] std::int64_t integer(std::string_view name) const;

  /// The answer of an argument declared `bool`.
  [[nodiscard]] bool boolean(std::string_view name) const;

  /// The time of an argument declared `duration`.
  [[nodiscard]] Duration duration(std::string_view name) const;

  /// The texts of an argument declared `list<string>`.
  [[nodiscard]] std::vector<std::string> strings(std::string_view name) const;

  /// A resolved reference: a map with kind, namespace, name, uid.
  [[nodiscard]] const runbook::ValueMap& ref(std::string_view name) const;

  /// All of them, for the journal.
  [[nodiscard]] const runbook::ValueMap& values() const { return values_; }

 private:
  runbook::ValueMap values_;
};

/// One thing that a step would change.
struct PlannedChange {
  std::string verb;    ///< "evict", "patch"
  std::string object;  ///< "pod confluent/kafka-2"
  std::string uid;
  std::vector<std::string> diff;  ///< lines beginning with "+", "-" or "~", paths and values
  std::string
      verdict;  ///< what the server's dry run said: "accepted", "refused: …", "not asked: …"
  bool refused = false;  ///< the verdict means that the step would fail
};

/// What a step would do, as of now.
struct StepPlan {
  std::vector<PlannedChange> changes;   ///< in order
  bool ordered_by_state = false;        ///< the order follows from the moment and is found anew in
                                        ///< the run: another one is no other plan
  std::vector<std::string> notes;       ///< order and its reasons, gates that will be waited for
  std::vector<std::string> disruption;  ///< what users of the cluster will notice
  std::vector<kube::AccessQuestion> permissions;
  std::optional<Duration> estimate;
  std::string undo;  ///< how it would be undone, or why not

  /// What only one run at a time may work on, besides what the runbook locks: found out by looking.
  /// Taken with the other locks before the first step; given back when the step is done, unless it
  /// can be taken back or another step needs it.
  std::vector<LockTarget> locks = {};
};

/// What an action or check is given besides the cluster.
struct Context {
  std::string run_id;
  std::string ns;   ///< the effective namespace of the run
  std::string who;  ///< runs it, and where: "ana@desk"; "" while planning and in checks
  StepInfo step;
  MonoTime deadline = MonoTime::max();  ///< of the step, all attempts together
  Observer* observer = nullptr;         ///< may be null
  Journal* journal = nullptr;           ///< null while planning and in checks of a plan

  /// In prerequisites of kind `permission`, which are asked last: what the steps of this run will
  /// ask for, each once, as their plans told (of steps that could not be planned, as their
  /// declarations tell). Not complete in other prerequisites; null elsewhere.
  const std::vector<kube::AccessQuestion>* needed = nullptr;

  /// While planning: no step that changes something comes before this one any more, so that what it
  /// finds now is what it will find.
  bool comes_first = false;

  /// Of a step that an earlier process of this run had begun: what it sent, and what is known to
  /// have become of it. Null elsewhere. An action whose spec says `continues` goes on from there.
  const std::vector<SentMutation>* earlier = nullptr;

  /// Whom a step may ask; what is asked and answered is in the log. Null while planning, in checks,
  /// and in what takes a step back.
  Approver* approver = nullptr;

  /// Where files are read and written; null: on this machine.
  base::Files* files = nullptr;

  /// The same, whichever it is.
  [[nodiscard]] base::Files& file_system() const {
    return files == nullptr ? base::machine_files() : *files;
  }

  /// The locks of the run, for `hold`. Null while planning, in checks, and in what takes a step
  /// back.
  LockKeeper* locks = nullptr;

  /// Takes this lock unless the run holds it: of what has come since the plan was made, or could
  /// not be planned. It is given back at the end of the run. Where there are no locks it does
  /// nothing. Errors: as of `LockKeeper::acquire`.
  [[nodiscard]] Status hold(const LockTarget& target) const;

  /// Tells the observer and, in a run, the journal.
  void progress(const std::string& text) const;

  /// Tells the observer what is waited for, and the journal where the reason has changed.
  void waiting(const WaitState& wait) const;
};

/// What a step does. Stateless; one instance serves every step.
class Action {
 public:
  Action() = default;
  Action(const Action&) = delete;
  Action& operator=(const Action&) = delete;
  virtual ~Action() = default;

  /// Its declaration: what lint, plan and the documentation know of it. Always the same object.
  [[nodiscard]] virtual const runbook::ActionSpec& spec() const = 0;

  /// What `apply` would do now. It cannot write: a Reader has no way to. Errors: anything that
  /// keeps it from telling.
  [[nodiscard]] virtual Result<StepPlan> plan(const Context& context,
                                              kube::Reader& reader,
                                              const Arguments& arguments) const = 0;

  /// Does it, or says why not. Called again where `attempts` allows; must then be safe by its
  /// declared effect.
  [[nodiscard]] virtual Outcome apply(const Context& context,
                                      kube::Client& client,
                                      const Arguments& arguments) const = 0;

  /// What `undo` would do with that to an object that still is as the step left it: for who is to
  /// approve of it. Asks nobody. Likewise never asked of actions that have no undo.
  [[nodiscard]] virtual PlannedChange planned_undo(const Json& remembered) const = 0;

  /// What a person is to do later since a step is done that gave these outputs: commands by what
  /// they are about ("node worker-3"), without the flags of the connection; "" where a later step
  /// has seen to what an earlier one asked for. Pure.
  [[nodiscard]] virtual std::map<std::string, std::string> later(
      const runbook::ValueMap& /*outputs*/) const {
    return {};
  }

  /// Takes back what was remembered by `Journal::remember_undo` (in reverse order of remembering).
  /// Actions whose spec says `no_undo`, or that only read, are never asked.
  [[nodiscard]] virtual Outcome undo(const Context& context,
                                     kube::Client& client,
                                     const Json& remembered) const = 0;
};

/// A read-only question with a verdict. Stateless.
class Check {
 public:
  Check() = default;
  Check(const Check&) = delete;
  Check& operator=(const Check&) = delete;
  virtual ~Check() = default;

  /// Its declaration, as of an action.
  [[nodiscard]] virtual const runbook::ActionSpec& spec() const = 0;

  /// Never an error: what cannot be told is `Verdict::Unknown` with the reason.
  [[nodiscard]] virtual CheckResult evaluate(const Context& context,
                                             kube::Reader& reader,
                                             const Arguments& arguments) const = 0;

  /// What evaluating it with these arguments asks for, where that is not what its declaration says.
  [[nodiscard]] virtual std::optional<std::vector<kube::AccessQuestion>> permissions(
      const Context& /*context*/, kube::Reader& /*reader*/, const Arguments& /*arguments*/) const {
    return std::nullopt;
  }
};

/// A live object that a `ref<Kind>` parameter may mean.
struct RefCandidate {
  std::vector<std::string>
      texts;  ///< what a person may type: "statefulset/kafka", "kafka"; the first is shown. Each
              ///< is understood with the namespace before it as well: "confluent/kafka"
  runbook::ValueMap value;  ///< at least kind, namespace, name, uid
};

/// Finds the objects of one kind of reference.
class RefSource {
 public:
  RefSource() = default;
  RefSource(const RefSource&) = delete;
  RefSource& operator=(const RefSource&) = delete;
  virtual ~RefSource() = default;

  /// "Kafka", as in ref<Kafka>.
  [[nodiscard]] virtual std::string kind() const = 0;

  /// What looking for them asks for.
  [[nodiscard]] virtual std::vector<runbook::PermissionSpec> permissions() const = 0;

  /// All of them in the namespace. Errors: what kept it from looking.
  [[nodiscard]] virtual Result<std::vector<RefCandidate>> find(kube::Reader& reader,
                                                               const std::string& ns) const = 0;
};

/// Everything the engine can do; the table of actions fills it. Borrowed pointers, all outliving
/// the engine.
struct Catalogue {
  std::span<const Action* const> actions;
  std::span<const Check* const> checks;
  std::span<const RefSource* const> refs;

  /// The action of that name, or nullptr.
  [[nodiscard]] const Action* action(std::string_view name) const;

  /// The check of that name, or nullptr.
  [[nodiscard]] const Check* check(std::string_view name) const;

  /// What finds objects of that kind, or nullptr.
  [[nodiscard]] const RefSource* ref(std::string_view kind) const;
};

}  // namespace cfkops::engine
