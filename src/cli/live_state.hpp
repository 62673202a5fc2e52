#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/engine/observer.hpp"
#include "cfkops/engine/plan.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::cli {

/// How far a step, or what it does to an object, has come.
enum class LiveStage { Pending, Running, Done, Skipped, Failed, Unknown, Undoing, Undone };

/// An object that a step changes.
struct LiveObject {
  std::string text;  ///< "pod confluent/kafka-0"
  std::string name;  ///< "kafka-0"
  LiveStage stage = LiveStage::Pending;
  std::string note = {};  ///< what is planned for it, or was last said of it
};

/// A step of the plan, or one that was begun without standing there.
struct LiveStep {
  std::string id;
  std::string title;
  LiveStage stage = LiveStage::Pending;
  std::optional<Duration> estimate = {};  ///< nothing means unknown
  MonoTime began = {};                    ///< of Running and Undoing
  Duration took = {};                     ///< of those that have ended
  int attempt = 1;
  std::vector<LiveObject> objects = {};

  [[nodiscard]] bool under_way() const {
    return stage == LiveStage::Running || stage == LiveStage::Undoing;
  }
};

/// What is waited for.
struct LiveWait {
  engine::WaitState state;
  MonoTime told = {};  ///< when it was said so

  /// How long it has been waited for by then.
  [[nodiscard]] Duration elapsed(MonoTime now) const { return state.elapsed + (now - told); }

  /// It is about the object of that name.
  [[nodiscard]] bool is_about(std::string_view name) const;
};

/// A check that is being asked.
struct LiveCheck {
  std::string title;
  MonoTime began = {};
};

/// What a live table shows of a run: what its events came to so far. Texts are as they were told,
/// not yet fit for a terminal.
class LiveState {
 public:
  void begin(const engine::RunInfo& info, MonoTime now);
  void set_plan(const engine::Plan& plan);
  void begin_check(const std::string& title, MonoTime now);
  void end_check();
  void begin_step(const engine::StepInfo& step, MonoTime now);
  void end_step(const engine::StepInfo& step, engine::Outcome::Kind kind, Duration took);
  void skip_step(const engine::StepInfo& step);
  void begin_undo(const engine::StepInfo& step, MonoTime now);
  void end_undo(const engine::StepInfo& step, bool undone, MonoTime now);
  void change(const engine::ObjectChange& change);

  /// Of the object that the text names, where there is one.
  void note(const engine::StepInfo& step, const std::string& text);

  void wait(const engine::WaitState& state, MonoTime now);

  /// It is over; nothing else ends it.
  void end_wait() { wait_.reset(); }

  [[nodiscard]] const std::string& runbook() const { return runbook_; }

  [[nodiscard]] const std::string& ns() const { return ns_; }

  [[nodiscard]] MonoTime started() const { return started_; }

  [[nodiscard]] const std::vector<LiveStep>& steps() const { return steps_; }

  /// The step that is under way, or that was last, or nullptr before the first.
  [[nodiscard]] const LiveStep* current() const;

  [[nodiscard]] const std::optional<LiveWait>& waiting() const { return wait_; }

  [[nodiscard]] const std::optional<LiveCheck>& check() const { return check_; }

  /// How many steps are to be taken, and how many of them are done.
  [[nodiscard]] std::size_t wanted() const;
  [[nodiscard]] std::size_t done() const;

  /// What is left to do as the plan has it, and as the wait says where that is longer; nothing
  /// where a step that is left has no estimate.
  [[nodiscard]] std::optional<Duration> to_go(MonoTime now) const;

 private:
  LiveStep& step_of(const engine::StepInfo& info);
  LiveStep* find(const std::string& id);

  std::string runbook_;
  std::string ns_;
  MonoTime started_;
  std::vector<LiveStep> steps_;
  std::string current_;
  std::optional<LiveWait> wait_;
  std::optional<LiveCheck> check_;
};

/// The text has that name in it, as a word of its own: "kafka-1" is not in "kafka-10".
[[nodiscard]] bool mentions(std::string_view text, std::string_view name);

}  // namespace cfkops::cli
