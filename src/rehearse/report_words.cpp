#include "report_words.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

namespace cfkops::rehearse {
namespace {

using engine::RunResult;

constexpr std::array<std::string_view, 5> kEndings = {
    "done", "refused", "failed", "killed", "interrupted"};

/// The step that a run did not get beyond, or nullptr.
const engine::StepReport* failed_step(const engine::RunReport& report) {
  const auto found =
      std::find_if(report.steps.begin(), report.steps.end(), [](const engine::StepReport& step) {
        return step.state == "failed" || step.state == "refused" || step.state == "unknown" ||
               step.state == "stopped" || step.state == "undo_failed";
      });
  return found == report.steps.end() ? nullptr : &*found;
}

bool undone(const engine::RunReport& report) {
  return std::any_of(report.steps.begin(), report.steps.end(), [](const engine::StepReport& step) {
    return step.state == "undone";
  });
}

std::string reason(const engine::RunReport& report) {
  if (const engine::StepReport* step = failed_step(report)) {
    return fmt::format("failed at step '{}': {}", step->id, step->why);
  }
  return report.error ? report.summary + ": " + report.error->text() : report.summary;
}

/// "3 done, 1 failed, 1 HARM"
std::string tally(std::span<const Rehearsed* const> runs) {
  std::map<std::string_view, int> counts;
  int harmful = 0;
  for (const Rehearsed* run : runs) {
    ++counts[ending(*run)];
    harmful += run->harm.empty() ? 0 : 1;
  }
  std::vector<std::string> parts;
  for (const std::string_view word : kEndings) {
    if (const auto found = counts.find(word); found != counts.end()) {
      parts.push_back(fmt::format("{} {}", found->second, word));
    }
  }
  if (harmful > 0) {
    parts.push_back(fmt::format("{} HARM", harmful));
  }
  return base::join(parts, ", ");
}

std::size_t place_of(std::vector<std::string>& words, const std::string& word) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) {
    words.push_back(word);
    return words.size() - 1;
  }
  return static_cast<std::size_t>(found - words.begin());
}

}  // namespace

std::string_view ending(const Rehearsed& run) {
  if (run.killed) {
    return "killed";
  }
  switch (run.report.result) {
    case RunResult::Succeeded:
      return "done";
    case RunResult::InvalidInput:
    case RunResult::PrerequisiteFailed:
    case RunResult::NotConfirmed:
    case RunResult::Drifted:
    case RunResult::PolicyRefused:
      return "refused";
    case RunResult::Interrupted:
      return "interrupted";
    case RunResult::Failed:
    case RunResult::ValidationFailed:
    case RunResult::UndoIncomplete:
    case RunResult::Locked:
      break;
  }
  return "failed";
}

std::string what_it_did(const Rehearsed& run) {
  if (run.killed) {
    return "killed";
  }
  const engine::RunReport& report = run.report;
  switch (report.result) {
    case RunResult::Succeeded:
      return "done in " + base::human_duration(report.took) +
             (run.joined ? ", from +" + base::human_duration(*run.joined) + " on as the plain run"
                         : "");
    case RunResult::UndoIncomplete:
      return reason(report) + "; not all could be undone";
    case RunResult::Failed:
      return reason(report) + (undone(report) ? "; undone" : "");
    case RunResult::InvalidInput:
    case RunResult::PrerequisiteFailed:
    case RunResult::NotConfirmed:
    case RunResult::ValidationFailed:
    case RunResult::Interrupted:
    case RunResult::Drifted:
    case RunResult::Locked:
    case RunResult::PolicyRefused:
      break;
  }
  return reason(report);
}

std::string final_state(const Rehearsed& run) {
  std::vector<std::string> parts;
  for (const sandbox::KafkaReport& kafka : run.kafka) {
    const std::string of = run.kafka.size() > 1 ? " of " + kafka.ns + "/" + kafka.name : "";
    if (kafka.brokers_running < kafka.brokers) {
      parts.push_back(
          fmt::format("{} of {} brokers run{}", kafka.brokers_running, kafka.brokers, of));
    }
    if (kafka.under_replicated > 0) {
      parts.push_back(fmt::format(
          "{} under-replicated{}", base::counted(kafka.under_replicated, "partition"), of));
    }
    if (kafka.under_min_isr > 0) {
      parts.push_back(fmt::format("{} under min.insync.replicas{}", kafka.under_min_isr, of));
    }
  }
  if (!run.unready.empty()) {
    parts.push_back("not ready: " + base::enumerate(run.unready, 3));
  }
  return parts.empty() ? "whole" : base::join(parts, "; ");
}

std::string disruption(const Rehearsed& run) {
  std::vector<std::string> parts;
  for (const sandbox::KafkaReport& kafka : run.kafka) {
    std::string text = run.kafka.size() > 1 ? kafka.ns + "/" + kafka.name + ": " : "";
    text += fmt::format("at most {} down at once, no partition without acks for longer than {}, ",
                        base::counted(kafka.most_brokers_down, "broker"),
                        base::human_duration(kafka.longest_partition_gap));
    text += kafka.most_under_min_isr == 0
                ? std::string("none under min.insync.replicas")
                : fmt::format("{} under min.insync.replicas for {}",
                              base::counted(kafka.most_under_min_isr, "partition"),
                              base::human_duration(kafka.under_min_isr_time));
    parts.push_back(std::move(text));
  }
  return parts.empty() ? "no Kafka" : base::join(parts, "; ");
}

std::string short_disruption(const Rehearsed& run) {
  Duration gap = Duration::zero();
  int under = 0;
  int down = 0;
  for (const sandbox::KafkaReport& kafka : run.kafka) {
    gap = std::max(gap, kafka.longest_partition_gap);
    under = std::max(under, kafka.most_under_min_isr);
    down = std::max(down, kafka.most_brokers_down);
  }
  return fmt::format(
      "{} without acks, {} under min ISR, {} down", base::human_duration(gap), under, down);
}

std::string step_word(const Rehearsed& run) {
  return run.step.empty() ? "prerequisites" : run.step;
}

Matrix matrix_of(const std::vector<Rehearsed>& runs) {
  Matrix matrix;
  std::vector<std::string> kinds;
  std::map<std::pair<std::size_t, std::size_t>, std::vector<const Rehearsed*>> cells;
  for (const Rehearsed& run : runs) {
    const std::size_t kind = place_of(kinds, run.kind);
    const std::size_t step = place_of(matrix.steps, step_word(run));
    cells[{kind, step}].push_back(&run);
  }
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    MatrixRow row{.kind = kinds[kind], .cells = {}};
    for (std::size_t step = 0; step < matrix.steps.size(); ++step) {
      const auto found = cells.find({kind, step});
      row.cells.push_back(found == cells.end() ? "" : tally(found->second));
    }
    matrix.rows.push_back(std::move(row));
  }
  return matrix;
}

std::string totals(const std::vector<Rehearsed>& runs) {
  std::vector<const Rehearsed*> all;
  long long harmful = 0;
  for (const Rehearsed& run : runs) {
    all.push_back(&run);
    harmful += run.harm.empty() ? 0 : 1;
  }
  return base::counted(static_cast<long long>(runs.size()), "run") + ": " + tally(all) +
         (harmful == 0 ? "; none did harm" : "");
}

}  // namespace cfkops::rehearse
