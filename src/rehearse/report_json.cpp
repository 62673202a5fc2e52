#include "report_json.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>

namespace cfkops::rehearse {
namespace {

nlohmann::json json_of(const sandbox::PartitionStory& story) {
  return {{"topic", story.topic},
          {"partition", story.number},
          {"withoutAcksSeconds", base::in_seconds(story.without_acks)},
          {"longestGapSeconds", base::in_seconds(story.longest_gap)},
          {"underMinIsrSeconds", base::in_seconds(story.under_min_isr)},
          {"offlineSeconds", base::in_seconds(story.offline)}};
}

nlohmann::json json_of(const sandbox::KafkaReport& kafka) {
  nlohmann::json worst = nlohmann::json::array();
  for (const sandbox::PartitionStory& story : kafka.worst) {
    worst.push_back(json_of(story));
  }
  nlohmann::json told = sandbox::to_json(kafka);
  told["restarts"] = kafka.restarts;
  told["worst"] = std::move(worst);
  return told;
}

nlohmann::json json_of(const engine::StepReport& step) {
  return {{"id", step.id},
          {"title", step.title},
          {"state", step.state},
          {"why", step.why},
          {"attempts", step.attempts},
          {"seconds", base::in_seconds(step.took)}};
}

nlohmann::json json_of(const std::optional<Error>& error) {
  if (!error) {
    return nullptr;
  }
  return {
      {"code", base::to_string(error->code)}, {"message", error->text()}, {"hint", error->hint}};
}

}  // namespace

nlohmann::json json_of(const Rehearsed& run) {
  nlohmann::json steps = nlohmann::json::array();
  for (const engine::StepReport& step : run.report.steps) {
    steps.push_back(json_of(step));
  }
  nlohmann::json kafka = nlohmann::json::array();
  for (const sandbox::KafkaReport& one : run.kafka) {
    kafka.push_back(json_of(one));
  }
  return {{"fault", run.fault},
          {"kind", run.kind},
          {"step", run.step},
          {"happened", run.happened},
          {"killed", run.killed},
          {"joinedSeconds",
           run.joined ? nlohmann::json(base::in_seconds(*run.joined)) : nlohmann::json()},
          {"result", engine::to_string(run.report.result)},
          {"summary", run.report.summary},
          {"error", json_of(run.report.error)},
          {"steps", std::move(steps)},
          {"left", run.report.left},
          {"seconds", base::in_seconds(run.report.took)},
          {"requests", run.report.requests},
          {"kafka", std::move(kafka)},
          {"unready", run.unready},
          {"harm", run.harm}};
}

Json to_json(const RehearsalReport& report) {
  nlohmann::json runs = nlohmann::json::array();
  for (const Rehearsed& run : report.runs) {
    runs.push_back(json_of(run));
  }
  return Json(nlohmann::json{{"schemaVersion", 1},
                             {"runbook", report.runbook},
                             {"scenario", report.scenario},
                             {"seed", report.seed},
                             {"harm", has_harm(report)},
                             {"plain", json_of(report.plain)},
                             {"runs", std::move(runs)}});
}

}  // namespace cfkops::rehearse
