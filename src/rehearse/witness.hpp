#pragma once

#include "cfkops/engine/observer.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace cfkops::rehearse {

/// Notes where a run is and what it says.
class Witness final : public engine::Observer {
 public:
  /// The step under way; "" before the first, "validation" after the last.
  [[nodiscard]] const std::string& step() const { return step_; }

  /// The attempt at that step.
  [[nodiscard]] int attempt() const { return attempt_; }

  /// How many checks of the validation passed, and how many were made.
  [[nodiscard]] std::size_t validated() const { return validated_; }

  [[nodiscard]] std::size_t validations() const { return validations_; }

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

 private:
  std::string step_;
  int attempt_ = 0;
  std::size_t validated_ = 0;
  std::size_t validations_ = 0;
};

}  // namespace cfkops::rehearse
