#include "joining.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::rehearse {
namespace {

using sandbox::FaultKind;
using sandbox::KafkaReport;

/// So many restarts go well before a run counts as recovered.
constexpr std::size_t kWholeRestarts = 1;

bool stays(const sandbox::Fault& fault) {
  switch (fault.kind) {
    case FaultKind::PodNeverReady:
    case FaultKind::ImagePullFails:
    case FaultKind::BrokerNeverCatchesUp:
    case FaultKind::DiskFull:
    case FaultKind::Kill:
      return true;
    case FaultKind::NodeLost:
    case FaultKind::SlowServer:
    case FaultKind::ServerAway:
    case FaultKind::BudgetCloses:
      return fault.lasting == Duration::zero();
    default:
      return false;
  }
}

/// When the last fault was over; nothing where one is not, or none has happened yet.
std::optional<Duration> end_of_faults(const Evidence& evidence) {
  if (evidence.happened.empty()) {
    return std::nullopt;
  }
  Duration end = Duration::zero();
  for (const sandbox::Cluster::Happened& one : evidence.happened) {
    if (stays(one.fault)) {
      return std::nullopt;
    }
    const bool lasts = one.fault.kind != FaultKind::ClockJump;
    end = std::max(end, one.at + (lasts ? one.fault.lasting : Duration::zero()));
  }
  return end;
}

bool is_whole(const Evidence& evidence) {
  return evidence.after.unready.empty() &&
         std::all_of(evidence.after.kafka.begin(),
                     evidence.after.kafka.end(),
                     [](const KafkaReport& kafka) {
                       return kafka.under_replicated == 0 && kafka.brokers_running == kafka.brokers;
                     });
}

/// The worst of both, as it is at the end of the plain run.
KafkaReport both(const KafkaReport& so_far, const KafkaReport& plain) {
  KafkaReport sum = plain;
  sum.most_under_min_isr = std::max(so_far.most_under_min_isr, plain.most_under_min_isr);
  sum.most_brokers_down = std::max(so_far.most_brokers_down, plain.most_brokers_down);
  sum.under_min_isr_time = std::max(so_far.under_min_isr_time, plain.under_min_isr_time);
  sum.longest_gap = std::max(so_far.longest_gap, plain.longest_gap);
  sum.longest_partition_gap = std::max(so_far.longest_partition_gap, plain.longest_partition_gap);
  sum.restarts = std::max(so_far.restarts, plain.restarts);
  // Where both are as bad, those of the plain run: they are of the whole way.
  sum.worst =
      so_far.longest_partition_gap > plain.longest_partition_gap ? so_far.worst : plain.worst;
  return sum;
}

}  // namespace

std::vector<PathMark> marks_of(const std::vector<Removal>& removals) {
  std::vector<PathMark> marks;
  for (const Removal& removal : removals) {
    std::string pod = removal.ns + "/" + removal.pod;
    // One that was asked for again counts once.
    if (removal.outcome != Removal::Outcome::Refused &&
        (marks.empty() || marks.back().pod != pod)) {
      marks.push_back({.pod = std::move(pod), .at = removal.at});
    }
  }
  return marks;
}

std::optional<Rehearsed> join(const PlainPath& plain, Evidence& evidence) {
  const std::optional<Duration> over = end_of_faults(evidence);
  const std::vector<PathMark> marks = marks_of(evidence.removals);
  if (!over || marks.empty() || marks.size() > plain.marks.size() || !is_whole(evidence) ||
      plain.run.report.result != engine::RunResult::Succeeded || !plain.run.harm.empty()) {
    return std::nullopt;
  }
  const bool same_path = std::equal(
      marks.begin(), marks.end(), plain.marks.begin(), [](const PathMark& a, const PathMark& b) {
        return a.pod == b.pod;
      });
  // The last mark is the removal that is about to be sent.
  const auto since = static_cast<std::size_t>(std::count_if(
      marks.begin(), marks.end(), [&over](const PathMark& mark) { return mark.at > *over; }));
  if (!same_path || since <= kWholeRestarts) {
    return std::nullopt;
  }
  Rehearsed run = plain.run;
  const Duration now = marks.back().at;
  run.joined = now;
  run.report.took = now + (plain.run.report.took - plain.marks[marks.size() - 1].at);
  for (std::size_t i = 0; i < std::min(run.kafka.size(), evidence.after.kafka.size()); ++i) {
    run.kafka[i] = both(evidence.after.kafka[i], plain.run.kafka[i]);
  }
  evidence.after = {.kafka = run.kafka, .unready = run.unready};
  evidence.ended = run.report.took;
  return run;
}

}  // namespace cfkops::rehearse
