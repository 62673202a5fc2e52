#include "live_observer.hpp"

#include <string_view>
#include <utility>

namespace cfkops::cli {
namespace {

/// No two tables are drawn within less.
constexpr Duration kBetweenFrames = std::chrono::milliseconds(100);

/// A wait that took as long as that is for the record.
constexpr Duration kLongWait = std::chrono::seconds(10);

/// The checks that are told of amid what goes on, and end no wait.
constexpr std::string_view kGuard = "guard";

}  // namespace

LiveObserver::LiveObserver(LiveTerminal& terminal, const Clock& clock, const Clock& frames)
    : terminal_(terminal),
      clock_(clock),
      frames_(frames),
      record_(terminal, clock) {}

LiveLook LiveObserver::look() const {
  return {.screen = terminal_.screen(),
          .colours = terminal_.colours(),
          .unicode = terminal_.unicode(),
          .frame = frame_,
          .now = clock_.now()};
}

void LiveObserver::refresh() {
  const MonoTime now = frames_.now();
  if (!live_ || (drawn_ != MonoTime::min() && now - drawn_ < kBetweenFrames)) {
    return;
  }
  drawn_ = now;
  terminal_.show(live_table(state_, concealed_, look()));
  ++frame_;
}

void LiveObserver::keep_wait() {
  const auto& wait = state_.waiting();
  const Duration elapsed = wait ? wait->elapsed(clock_.now()) : Duration::zero();
  if (elapsed >= kLongWait) {
    record_.on_progress({}, "waited " + base::human_duration(elapsed) + " for " + wait->state.what);
  }
  state_.end_wait();
}

void LiveObserver::on_run_started(const engine::RunInfo& info) {
  state_.begin(info, clock_.now());
  record_.on_run_started(info);
  live_ = true;
  refresh();
}

void LiveObserver::on_parameter(const std::string& name, const runbook::Value& value) {
  record_.on_parameter(name, value);
  refresh();
}

void LiveObserver::on_secret(const Redacted& secret) {
  concealed_.add(secret);
  record_.on_secret(secret);
}

void LiveObserver::on_check_started(const std::string& phase, const std::string& title) {
  if (phase != kGuard) {
    keep_wait();
  }
  state_.begin_check(title, clock_.now());
  record_.on_check_started(phase, title);
  refresh();
}

void LiveObserver::on_check(const std::string& phase,
                            const std::string& title,
                            const engine::CheckResult& result) {
  if (phase != kGuard) {
    keep_wait();
  }
  state_.end_check();
  record_.on_check(phase, title, result);
  refresh();
}

void LiveObserver::on_plan(const engine::Plan& plan) {
  state_.set_plan(plan);
  refresh();
}

void LiveObserver::on_step_started(const engine::StepInfo& step) {
  stepped_ = true;
  keep_wait();
  state_.begin_step(step, clock_.now());
  record_.on_step_started(step);
  refresh();
}

void LiveObserver::on_progress(const engine::StepInfo& step, const std::string& text) {
  keep_wait();
  state_.note(step, text);
  record_.on_progress(step, text);
  refresh();
}

void LiveObserver::on_wait(const engine::StepInfo& /*step*/, const engine::WaitState& wait) {
  if (state_.waiting() && state_.waiting()->state.what != wait.what) {
    keep_wait();
  }
  state_.wait(wait, clock_.now());
  refresh();
}

void LiveObserver::on_object(const engine::ObjectChange& change) {
  state_.change(change);
  refresh();
}

void LiveObserver::on_step_skipped(const engine::StepInfo& step, const std::string& why) {
  state_.skip_step(step);
  Observer::on_step_skipped(step, why);
}

void LiveObserver::on_undo_started(const engine::StepInfo& step) {
  stepped_ = true;
  keep_wait();
  state_.begin_undo(step, clock_.now());
  refresh();
}

void LiveObserver::on_undo_finished(const engine::StepInfo& step, bool undone) {
  keep_wait();
  state_.end_undo(step, undone, clock_.now());
  refresh();
}

void LiveObserver::on_step_finished(const engine::StepInfo& step,
                                    const engine::Outcome& outcome,
                                    Duration took) {
  keep_wait();
  state_.end_step(step, outcome.kind, took);
  record_.on_step_finished(step, outcome, took);
  refresh();
}

void LiveObserver::on_notice(const std::string& text) {
  record_.on_notice(text);
  refresh();
}

void LiveObserver::on_run_finished(const engine::RunReport& report) {
  live_ = false;
  terminal_.take_away();
  if (stepped_) {
    std::string text = "\n";
    for (const LiveLine& line : final_table(state_, concealed_, look())) {
      text += line.text + "\n";
    }
    terminal_.err(text);
  }
  record_.on_run_finished(report);
}

}  // namespace cfkops::cli
