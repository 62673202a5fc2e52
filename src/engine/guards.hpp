#pragma once

#include "run_state.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/engine/journal.hpp"
#include "cfkops/engine/outcome.hpp"
#include "cfkops/kube/loop.hpp"
#include "cfkops/runbook/model.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::engine {

/// The `reason` of the error of a run that a guard stops.
inline constexpr std::string_view kGuardReason = "guard";

/// Turns the answers of one check into whether its guard is breached. One that fails now and then
/// counts as failing until it has passed for as long as it would have to fail.
class Hysteresis {
 public:
  /// What an answer has changed.
  enum class Turn { None, Breached, Well };

  /// `hold` is how long it must fail, and pass again; nothing: one answer is enough.
  explicit Hysteresis(Duration hold)
      : hold_(hold) {}

  /// Takes an answer, and when it was given. One that is unknown neither fails nor passes.
  Turn take(Verdict verdict, MonoTime now, WallTime wall);

  [[nodiscard]] bool breached() const { return breached_; }

  /// When it began to fail; nothing while it is well.
  [[nodiscard]] std::optional<WallTime> since() const { return since_; }

 private:
  Duration hold_;
  std::optional<MonoTime> failing_;
  std::optional<MonoTime> passing_;  ///< while it is not well again yet
  std::optional<WallTime> since_;
  bool breached_ = false;
};

/// The guards of a run: asked in waits that hold nothing open, and before a mutation whose last
/// answer is too old. A breach stops the run at its next safe point, or is asked about before the
/// next mutation; a guard that cannot be told keeps mutations back. Each change of a verdict is
/// told and journalled, not each answer. What a stretch without a safe point has begun is not kept
/// back.
class Guards final : public MutationGate {
 public:
  /// Borrows both: `guards` are those of the run, or of a runbook that it is in.
  Guards(RunState& state, const std::vector<runbook::Guard>& guards)
      : state_(state),
        guards_(guards) {}

  ~Guards() override { end(); }

  Guards(const Guards&) = delete;
  Guards& operator=(const Guards&) = delete;

  /// Asks all of them; from then on they are watched. Errors: Refused or Unknown where one does not
  /// pass; Cancelled; Io.
  Status begin();

  /// Ends the watch, and takes back the stop that these guards asked for: nothing keeps an undo
  /// back.
  void end();

  /// How a run that ended so goes on: a stop at the wish of a guard of `rollback` is a failure,
  /// which is undone.
  [[nodiscard]] Failure judged(Failure failure) const;

  Status may_leave(const kube::Mutation& mutation) override;

 private:
  struct Watched {
    explicit Watched(const runbook::Guard& the_guard)
        : guard(the_guard),
          health(the_guard.hold) {}

    const runbook::Guard& guard;
    Hysteresis health;
    CheckResult result = {};  ///< the last one
    MonoTime asked;
    bool known = false;     ///< it was asked at least once
    bool accepted = false;  ///< a person said to go on in spite of this breach
    std::optional<kube::Loop::Periodic> periodic = {};
  };

  Status ask(Watched& one);
  Status tell(const Watched& one) const;
  Status note(const Watched& one, const std::string& event, const std::string& text) const;
  Status breached(Watched& one);
  Status settle(Watched& one);
  Status ask_person(Watched& one);
  Error stop(const Watched& one, const std::string& why);

  RunState& state_;
  const std::vector<runbook::Guard>& guards_;
  std::vector<std::unique_ptr<Watched>> watched_;
  bool watching_ = false;
  bool stopped_ = false;
  std::uint64_t readings_ = 0;
  std::uint64_t let_out_in_ = 0;  ///< the stretch in which a mutation was let out
  std::optional<Error> rollback_;
};

}  // namespace cfkops::engine
