#pragma once

#include "human_observer.hpp"
#include "live_state.hpp"
#include "live_table.hpp"
#include "live_terminal.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/concealed.hpp"
#include "cfkops/engine/observer.hpp"

#include <cstddef>
#include <string>

namespace cfkops::cli {

/// Shows a run to a person on a terminal: what happens is appended as `HumanObserver` has it, and
/// below it a table of the steps is kept up to date. At the end the steps are appended as well, so
/// that the terminal keeps the whole record.
class LiveObserver final : public engine::Observer {
 public:
  /// `frames` tells when something may be drawn again, `clock` how long things take: in simulated
  /// time they differ. All must outlive it.
  LiveObserver(LiveTerminal& terminal, const Clock& clock, const Clock& frames);

  /// How often `tick` should be called while nothing happens.
  static constexpr Duration kTick = std::chrono::milliseconds(200);

  /// Time has passed, and nothing else.
  void tick() { refresh(); }

  void on_run_started(const engine::RunInfo& info) override;
  void on_parameter(const std::string& name, const runbook::Value& value) override;
  void on_secret(const Redacted& secret) override;
  void on_check_started(const std::string& phase, const std::string& title) override;
  void on_check(const std::string& phase,
                const std::string& title,
                const engine::CheckResult& result) override;
  void on_plan(const engine::Plan& plan) override;
  void on_step_started(const engine::StepInfo& step) override;
  void on_progress(const engine::StepInfo& step, const std::string& text) override;
  void on_wait(const engine::StepInfo& step, const engine::WaitState& wait) override;
  void on_object(const engine::ObjectChange& change) override;
  void on_step_skipped(const engine::StepInfo& step, const std::string& why) override;
  void on_undo_started(const engine::StepInfo& step) override;
  void on_undo_finished(const engine::StepInfo& step, bool undone) override;
  void on_step_finished(const engine::StepInfo& step,
                        const engine::Outcome& outcome,
                        Duration took) override;
  void on_notice(const std::string& text) override;
  void on_run_finished(const engine::RunReport& report) override;

 private:
  /// Draws the table, unless it was drawn just now.
  void refresh();
  [[nodiscard]] LiveLook look() const;

  /// A long wait is over: that it was is for the record, which has nothing of waits otherwise.
  void keep_wait();

  LiveTerminal& terminal_;
  const Clock& clock_;
  const Clock& frames_;
  HumanObserver record_;
  LiveState state_;
  base::Concealed concealed_;
  MonoTime drawn_ = MonoTime::min();
  std::size_t frame_ = 0;
  bool live_ = false;     ///< between the run's begin and its end
  bool stepped_ = false;  ///< a step was begun
};

}  // namespace cfkops::cli
