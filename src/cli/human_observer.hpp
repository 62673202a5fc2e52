#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/concealed.hpp"
#include "cfkops/cli/terminal.hpp"
#include "cfkops/engine/observer.hpp"

#include <string>

namespace cfkops::cli {

/// Shows a run to a person on standard error, in lines that are only ever appended. The verdict,
/// the product, goes to standard output.
class HumanObserver final : public engine::Observer {
 public:
  /// Both must outlive it.
  HumanObserver(Terminal& terminal, const Clock& clock);

  void on_run_started(const engine::RunInfo& info) override;
  void on_parameter(const std::string& name, const runbook::Value& value) override;
  void on_check_started(const std::string& phase, const std::string& title) override;
  void on_check(const std::string& phase,
                const std::string& title,
                const engine::CheckResult& result) override;
  void on_step_started(const engine::StepInfo& step) override;
  void on_progress(const engine::StepInfo& step, const std::string& text) override;
  void on_wait(const engine::StepInfo& step, const engine::WaitState& wait) override;
  void on_step_finished(const engine::StepInfo& step,
                        const engine::Outcome& outcome,
                        Duration took) override;
  void on_notice(const std::string& text) override;
  void on_run_finished(const engine::RunReport& report) override;

  void on_secret(const Redacted& secret) override { concealed_.add(secret); }

 private:
  /// Writes lines of their own: `text`, which cannot drive the
  /// terminal, after `own`, which is ours and may.
  void line(const std::string& text, const std::string& own = {});
  [[nodiscard]] std::string shown(const std::string& text) const;
  void phase_heading(const std::string& phase);
  [[nodiscard]] std::string stamp() const;
  [[nodiscard]] std::string mark(engine::Verdict verdict) const;

  Terminal& terminal_;
  const Clock& clock_;
  MonoTime started_;
  std::string phase_;
  std::string last_wait_;
  MonoTime last_wait_shown_;
  base::Concealed concealed_;
};

}  // namespace cfkops::cli
