#include "json_observer.hpp"

#include "json_line.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>

namespace cfkops::cli {
namespace {

nlohmann::json step_record(const engine::StepInfo& step) {
  return {
      {"step", step.id}, {"title", step.title}, {"action", step.action}, {"attempt", step.attempt}};
}

nlohmann::json values(const runbook::ValueMap& map) {
  return runbook::Value(map).to_json().raw();
}

nlohmann::json step_report(const engine::StepReport& step) {
  return {{"id", step.id},
          {"title", step.title},
          {"state", step.state},
          {"why", step.why},
          {"seconds", base::in_seconds(step.took)},
          {"attempts", step.attempts},
          {"outputs", values(step.outputs)}};
}

}  // namespace

void JsonObserver::event(const char* type, nlohmann::json record) {
  record["schemaVersion"] = 1;
  record["type"] = type;
  record["time"] = base::format_rfc3339(clock_.wall());
  terminal_.out(json_line(concealed_.in(Json(std::move(record))).raw()));
}

void JsonObserver::on_run_started(const engine::RunInfo& info) {
  event("run_started",
        {{"run", info.run_id},
         {"runbook", info.runbook},
         {"title", info.title},
         {"server", info.server},
         {"context", info.context},
         {"namespace", info.ns},
         {"log", info.journal}});
}

void JsonObserver::on_parameter(const std::string& name, const runbook::Value& value) {
  event("parameter", {{"name", name}, {"value", value.to_json().raw()}});
}

void JsonObserver::on_check_started(const std::string& phase, const std::string& title) {
  event("check_started", {{"phase", phase}, {"title", title}});
}

void JsonObserver::on_check(const std::string& phase,
                            const std::string& title,
                            const engine::CheckResult& result) {
  event("check_finished",
        {{"phase", phase},
         {"title", title},
         {"verdict", engine::to_string(result.verdict)},
         {"summary", result.summary},
         {"details", result.details},
         {"remedy", result.remedy},
         {"outputs", values(result.outputs)}});
}

void JsonObserver::on_step_started(const engine::StepInfo& step) {
  event("step_started", step_record(step));
}

void JsonObserver::on_progress(const engine::StepInfo& step, const std::string& text) {
  nlohmann::json record = step_record(step);
  record["text"] = text;
  event("progress", std::move(record));
}

void JsonObserver::on_wait(const engine::StepInfo& step, const engine::WaitState& wait) {
  nlohmann::json record = step_record(step);
  record["what"] = wait.what;
  record["why"] = wait.why;
  record["details"] = wait.details;
  record["elapsedSeconds"] = base::in_seconds(wait.elapsed);
  record["estimateSeconds"] =
      wait.estimate ? nlohmann::json(base::in_seconds(*wait.estimate)) : nlohmann::json();
  event("waiting", std::move(record));
}

void JsonObserver::on_step_finished(const engine::StepInfo& step,
                                    const engine::Outcome& outcome,
                                    Duration took) {
  nlohmann::json record = step_record(step);
  record["outcome"] = engine::to_string(outcome.kind);
  record["why"] = outcome.why;
  record["error"] = outcome.error ? nlohmann::json(outcome.error->text()) : nlohmann::json();
  record["outputs"] = values(outcome.outputs);
  record["seconds"] = base::in_seconds(took);
  event("step_finished", std::move(record));
}

void JsonObserver::on_notice(const std::string& text) {
  event("notice", {{"text", text}});
}

void JsonObserver::on_run_finished(const engine::RunReport& report) {
  nlohmann::json steps = nlohmann::json::array();
  for (const engine::StepReport& step : report.steps) {
    steps.push_back(step_report(step));
  }
  event("run_finished",
        {{"run", report.run_id},
         {"result", engine::to_string(report.result)},
         {"summary", report.summary},
         {"error", report.error ? nlohmann::json(report.error->text()) : nlohmann::json()},
         {"steps", std::move(steps)},
         {"left", report.left},
         {"next", report.next},
         {"seconds", base::in_seconds(report.took)},
         {"requests", report.requests},
         {"log", report.journal},
         {"sha256", report.journal_hash},
         {"signer", report.journal_signer}});
}

}  // namespace cfkops::cli
