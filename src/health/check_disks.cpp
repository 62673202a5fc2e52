#include "checks.hpp"
#include "facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace cfkops::health {

namespace {

// How full a disk of a node may be, and a volume before it is a warning, a failure, critical.
constexpr double kNodeFull = 0.85;
constexpr double kFilling = 0.75;
constexpr double kNearlyFull = 0.85;
constexpr double kFull = 0.92;

std::string bytes(double count) {
  return fmt::format("{:.0f}", count);
}

Judgement node_disks(const Snapshot& snapshot) {
  Judgement judgement;
  judgement.nothing_there = snapshot.kubelets.empty();
  for (const KubeletStats& stats : snapshot.kubelets) {
    std::size_t told = 0;
    for (const FileSystem& disk : stats.disks) {
      if (!disk.claim.empty()) {
        continue;
      }
      ++told;
      if (disk.fill() > kNodeFull) {
        judgement.found.push_back(
            {Severity::Warning,
             "node " + stats.node,
             fmt::format("{} of its disk for {} are used",
                         percent(disk.fill(), 1),
                         disk.field == "node.fs" ? "pods and logs" : "images"),
             fmt::format("stats/summary {}.availableBytes", disk.field),
             bytes(disk.available)});
      }
    }
    if (told == 0) {
      judgement.unknown.push_back(
          fmt::format("the kubelet of node {} tells nothing of its disks: {}",
                      stats.node,
                      stats.silence.empty() ? "its statistics have none" : stats.silence));
    }
  }
  return judgement;
}

/// The fullest that kubelets tell of each claim, by namespace and name.
std::map<std::pair<std::string, std::string>, const FileSystem*> fills(const Snapshot& snapshot) {
  std::map<std::pair<std::string, std::string>, const FileSystem*> fullest;
  for (const KubeletStats& stats : snapshot.kubelets) {
    for (const FileSystem& disk : stats.disks) {
      const FileSystem*& known = fullest[{disk.ns, disk.claim}];
      known = known == nullptr || known->fill() < disk.fill() ? &disk : known;
    }
  }
  return fullest;
}

/// Why nothing is known of a claim of that pod.
std::string silence_of(const Snapshot& snapshot, const Pod& pod) {
  const auto stats = std::find_if(snapshot.kubelets.begin(),
                                  snapshot.kubelets.end(),
                                  [&](const KubeletStats& one) { return one.node == pod.node; });
  return stats == snapshot.kubelets.end() || stats->silence.empty()
             ? "it has not measured it yet, or its driver does not tell"
             : stats->silence;
}

Judgement volume_fill(const Snapshot& snapshot) {
  Judgement judgement;
  const auto known = fills(snapshot);
  judgement.nothing_there = true;
  for (const Pod& pod : snapshot.pods) {
    if (!pod.has_kafka_volume()) {
      continue;
    }
    judgement.nothing_there = false;
    for (const std::string& claim : pod.claims) {
      const auto found = known.find({pod.ns, claim});
      if (found == known.end()) {
        judgement.unknown.push_back(
            fmt::format("the kubelet of node {} tells nothing of persistentvolumeclaim {}/{}: {}",
                        pod.node,
                        pod.ns,
                        claim,
                        silence_of(snapshot, pod)));
        continue;
      }
      const FileSystem& disk = *found->second;
      const double fill = disk.fill();
      if (fill > kFilling) {
        judgement.found.push_back({fill > kFull         ? Severity::Critical
                                   : fill > kNearlyFull ? Severity::Fail
                                                        : Severity::Warning,
                                   fmt::format("persistentvolumeclaim {}/{}", pod.ns, claim),
                                   fmt::format("of {} is {} full", pod.text(), percent(fill, 1)),
                                   fmt::format("stats/summary {}.availableBytes", disk.field),
                                   bytes(disk.available)});
      }
    }
  }
  return judgement;
}

constexpr std::array<Check, 2> kChecks = {{
    {"N13",
     "Have the disks of the nodes with Kafka's volumes room?",
     Severity::Warning,
     false,
     Parts(Part::Kubelets),
     "remove images and logs that nobody needs before the kubelet evicts pods",
     node_disks},
    {"S03",
     "Have Kafka's volumes room?",
     Severity::Critical,
     false,
     Parts(Part::Kubelets, Part::Pods),
     "shorten the retention of large topics, or let the volume grow: runbook volume-expand",
     volume_fill},
}};

}  // namespace

std::span<const Check> disk_checks() {
  return kChecks;
}

}  // namespace cfkops::health
