#include "witness.hpp"

namespace cfkops::rehearse {

void Witness::on_run_started(const engine::RunInfo& /*info*/) {}

void Witness::on_parameter(const std::string& /*name*/, const runbook::Value& /*value*/) {}

void Witness::on_check_started(const std::string& phase, const std::string& /*title*/) {
  if (phase == "validation") {
    step_ = phase;
    attempt_ = 1;
  }
}

void Witness::on_check(const std::string& phase,
                       const std::string& /*title*/,
                       const engine::CheckResult& result) {
  if (phase == "validation") {
    ++validations_;
    validated_ += engine::lets_go_on(result.verdict) ? 1U : 0U;
  }
}

void Witness::on_step_started(const engine::StepInfo& step) {
  step_ = step.id;
  attempt_ = step.attempt;
}

void Witness::on_progress(const engine::StepInfo& /*step*/, const std::string& /*text*/) {}

void Witness::on_wait(const engine::StepInfo& /*step*/, const engine::WaitState& /*wait*/) {}

void Witness::on_step_finished(const engine::StepInfo& /*step*/,
                               const engine::Outcome& /*outcome*/,
                               Duration /*took*/) {}

void Witness::on_notice(const std::string& /*text*/) {}

void Witness::on_run_finished(const engine::RunReport& /*report*/) {}

}  // namespace cfkops::rehearse
