#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/concealed.hpp"
#include "cfkops/cli/terminal.hpp"
#include "cfkops/engine/observer.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace cfkops::cli {

/// Writes a run as JSON lines on standard output, one record per event, the last of type
/// "run_finished" (docs/cli.md). Every record has schemaVersion, type and time.
class JsonObserver final : public engine::Observer {
 public:
  /// Both must outlive it.
  JsonObserver(Terminal& terminal, const Clock& clock)
      : terminal_(terminal),
        clock_(clock) {}

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
  void event(const char* type, nlohmann::json record);

  Terminal& terminal_;
  const Clock& clock_;
  base::Concealed concealed_;
};

/// Says nothing: for commands whose product is all there is to say.
class SilentObserver : public engine::Observer {
 public:
  void on_run_started(const engine::RunInfo& /*info*/) override {}

  void on_parameter(const std::string& /*name*/, const runbook::Value& /*value*/) override {}

  void on_check_started(const std::string& /*phase*/, const std::string& /*title*/) override {}

  void on_check(const std::string& /*phase*/,
                const std::string& /*title*/,
                const engine::CheckResult& /*result*/) override {}

  void on_step_started(const engine::StepInfo& /*step*/) override {}

  void on_progress(const engine::StepInfo& /*step*/, const std::string& /*text*/) override {}

  void on_wait(const engine::StepInfo& /*step*/, const engine::WaitState& /*wait*/) override {}

  void on_step_finished(const engine::StepInfo& /*step*/,
                        const engine::Outcome& /*outcome*/,
                        Duration /*took*/) override {}

  void on_notice(const std::string& /*text*/) override {}

  void on_run_finished(const engine::RunReport& /*report*/) override {}
};

}  // namespace cfkops::cli
