#include "report_json.hpp"

#include "cfkops/base/json.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <utility>

namespace cfkops::rehearse {
namespace {

Result<Duration> duration_at(const Json& json, std::string_view pointer) {
  CFKOPS_ASSIGN(const double seconds, json.number_at(pointer));
  constexpr double kNanoseconds = 1e9;
  return Duration(std::llround(seconds * kNanoseconds));
}

int number(const Json& json, std::string_view pointer) {
  return static_cast<int>(json.int_or(pointer, 0));
}

/// The enumerator of that name; they stand one after the other from `first` to `last`.
template <class Enum>
Enum named(const std::string& name, Enum first, Enum last) {
  for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i) {
    if (to_string(static_cast<Enum>(i)) == name) {
      return static_cast<Enum>(i);
    }
  }
  return last;
}

Result<sandbox::PartitionStory> read_story(const Json& json) {
  sandbox::PartitionStory story;
  story.topic = json.string_or("/topic", "");
  story.number = number(json, "/partition");
  CFKOPS_ASSIGN(story.without_acks, duration_at(json, "/withoutAcksSeconds"));
  CFKOPS_ASSIGN(story.longest_gap, duration_at(json, "/longestGapSeconds"));
  CFKOPS_ASSIGN(story.under_min_isr, duration_at(json, "/underMinIsrSeconds"));
  CFKOPS_ASSIGN(story.offline, duration_at(json, "/offlineSeconds"));
  return story;
}

Result<sandbox::KafkaReport> read_kafka(const Json& json) {
  sandbox::KafkaReport kafka;
  kafka.ns = json.string_or("/namespace", "");
  kafka.name = json.string_or("/name", "");
  kafka.brokers = number(json, "/brokers");
  kafka.brokers_running = number(json, "/brokersRunning");
  kafka.most_brokers_down = number(json, "/mostBrokersDown");
  kafka.restarts = static_cast<std::uint64_t>(json.int_or("/restarts", 0));
  kafka.partitions = number(json, "/partitions");
  kafka.under_replicated = number(json, "/underReplicated");
  kafka.under_min_isr = number(json, "/underMinIsr");
  kafka.most_under_min_isr = number(json, "/mostUnderMinIsr");
  CFKOPS_ASSIGN(kafka.under_min_isr_time, duration_at(json, "/underMinIsrSeconds"));
  CFKOPS_ASSIGN(kafka.longest_gap, duration_at(json, "/longestGapSeconds"));
  CFKOPS_ASSIGN(kafka.longest_partition_gap, duration_at(json, "/longestPartitionGapSeconds"));
  for (const Json& item : json.items("/worst")) {
    CFKOPS_ASSIGN(sandbox::PartitionStory story, read_story(item));
    kafka.worst.push_back(std::move(story));
  }
  return kafka;
}

Result<engine::StepReport> read_step(const Json& json) {
  engine::StepReport step;
  step.id = json.string_or("/id", "");
  step.title = json.string_or("/title", "");
  step.state = json.string_or("/state", "");
  step.why = json.string_or("/why", "");
  step.attempts = number(json, "/attempts");
  CFKOPS_ASSIGN(step.took, duration_at(json, "/seconds"));
  return step;
}

Result<engine::RunReport> read_report(const Json& json) {
  engine::RunReport report;
  report.result = named(json.string_or("/result", ""),
                        engine::RunResult::Succeeded,
                        engine::RunResult::PolicyRefused);
  report.summary = json.string_or("/summary", "");
  if (json.has("/error")) {
    report.error = make_error(
        named(json.string_or("/error/code", ""), ErrorCode::InvalidInput, ErrorCode::Internal),
        json.string_or("/error/message", ""),
        json.string_or("/error/hint", ""));
  }
  for (const Json& item : json.items("/steps")) {
    CFKOPS_ASSIGN(engine::StepReport step, read_step(item));
    report.steps.push_back(std::move(step));
  }
  report.left = json.strings("/left");
  CFKOPS_ASSIGN(report.took, duration_at(json, "/seconds"));
  report.requests = static_cast<std::uint64_t>(json.int_or("/requests", 0));
  return report;
}

}  // namespace

Result<Rehearsed> read_run(const Json& json) {
  Rehearsed run;
  CFKOPS_ASSIGN(run.fault, json.string_at("/fault"));
  run.kind = json.string_or("/kind", "");
  run.step = json.string_or("/step", "");
  run.happened = json.strings("/happened");
  CFKOPS_ASSIGN(run.killed, json.bool_at("/killed"));
  if (json.has("/joinedSeconds")) {
    CFKOPS_ASSIGN(run.joined, duration_at(json, "/joinedSeconds"));
  }
  CFKOPS_ASSIGN(run.report, read_report(json));
  for (const Json& item : json.items("/kafka")) {
    CFKOPS_ASSIGN(sandbox::KafkaReport kafka, read_kafka(item));
    run.kafka.push_back(std::move(kafka));
  }
  run.unready = json.strings("/unready");
  run.harm = json.strings("/harm");
  return run;
}

}  // namespace cfkops::rehearse
