#include "checks.hpp"
#include "facts.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <set>

namespace cfkops::health {

namespace {

using std::chrono::minutes;

/// When the newest pod of a set was made, or "".
std::string newest_pod(const Snapshot& snapshot, const Json& set) {
  std::string newest;
  for (const Pod& pod : snapshot.pods) {
    if (pod.owner_kind == "StatefulSet" && pod.owner_name == set.string_or("/metadata/name", "") &&
        pod.ns == set.string_or("/metadata/namespace", "")) {
      newest = std::max(newest, pod.created);
    }
  }
  return newest;
}

void judge_set(const Snapshot& snapshot, const Json& set, Judgement& judgement) {
  const std::string object = name_of("statefulset", set);
  const std::int64_t wanted = set.int_or("/spec/replicas", 1);
  const std::int64_t there = set.int_or("/status/replicas", 0);
  const std::int64_t ready = set.int_or("/status/readyReplicas", 0);
  const std::int64_t updated = set.int_or("/status/updatedReplicas", 0);
  const std::int64_t generation = set.int_or("/metadata/generation", 0);
  const std::int64_t observed = set.int_or("/status/observedGeneration", 0);
  if (observed < generation) {
    judgement.found.push_back({Severity::Fail,
                               object,
                               "its controller has not seen its newest state yet",
                               "status.observedGeneration",
                               fmt::format("{} of {}", observed, generation)});
  }
  if (there != wanted) {
    judgement.found.push_back({Severity::Fail,
                               object,
                               fmt::format("has {} of {} pods", there, wanted),
                               "status.replicas",
                               std::to_string(there)});
  } else if (ready < wanted) {
    judgement.found.push_back({Severity::Warning,
                               object,
                               fmt::format("has {} of {} pods Ready", ready, wanted),
                               "status.readyReplicas",
                               std::to_string(ready)});
  }
  const std::string current = set.string_or("/status/currentRevision", "");
  const std::string fresh = set.string_or("/status/updateRevision", current);
  if (current != fresh && updated < wanted &&
      older_than(snapshot, newest_pod(snapshot, set), minutes(30))) {
    judgement.found.push_back(
        {Severity::Fail,
         object,
         fmt::format(
             "stands between two revisions for 30 minutes: {} of {} pods are new", updated, wanted),
         "status.updateRevision",
         fresh});
  }
}

Judgement stateful_sets(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& set : snapshot.of(Part::StatefulSets)) {
    judge_set(snapshot, set, judgement);
  }
  return judgement;
}

void judge_deployment(const Snapshot& snapshot, const Json& deployment, Judgement& judgement) {
  const std::string object = name_of("deployment", deployment);
  const Json available = condition_of(deployment, "Available");
  const Json progress = condition_of(deployment, "Progressing");
  if (available.string_or("/status", "") == "False" &&
      older_than(snapshot, available.string_or("/lastTransitionTime", ""), minutes(5))) {
    judgement.found.push_back(
        {Severity::Fail,
         object,
         fmt::format("is not available {}: {} of {} pods",
                     lasting(snapshot, available.string_or("/lastTransitionTime", "")),
                     deployment.int_or("/status/availableReplicas", 0),
                     deployment.int_or("/spec/replicas", 1)),
         "status.conditions[Available].status",
         "False"});
  } else if (progress.string_or("/status", "") == "False") {
    judgement.found.push_back({Severity::Warning,
                               object,
                               "does not get on: " + progress.string_or("/message", ""),
                               "status.conditions[Progressing].reason",
                               progress.string_or("/reason", "")});
  } else if (const std::int64_t missing = deployment.int_or("/status/unavailableReplicas", 0);
             missing > 0 &&
             older_than(snapshot, progress.string_or("/lastUpdateTime", ""), minutes(5))) {
    judgement.found.push_back({Severity::Warning,
                               object,
                               fmt::format("lacks {}", base::counted(missing, "pod")),
                               "status.unavailableReplicas",
                               std::to_string(missing)});
  }
}

Judgement deployments(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& deployment : snapshot.of(Part::Deployments)) {
    judge_deployment(snapshot, deployment, judgement);
  }
  for (const Json& set : snapshot.of(Part::DaemonSets)) {
    const std::int64_t missing = set.int_or("/status/numberUnavailable", 0);
    if (missing > 0) {
      judgement.found.push_back(
          {Severity::Warning,
           name_of("daemonset", set),
           fmt::format(
               "lacks {} of {} pods", missing, set.int_or("/status/desiredNumberScheduled", 0)),
           "status.numberUnavailable",
           std::to_string(missing)});
    }
  }
  return judgement;
}

/// A taint of the node that is there to stay keeps the pod away. A pod that tolerates all names no
/// key, and is taken for one that tolerates none: that finds less, never more.
bool is_barred(const Json& node, const Pod& pod) {
  const std::vector<Json> taints = node.items("/spec/taints");
  return std::any_of(taints.begin(), taints.end(), [&](const Json& taint) {
    const std::string key = taint.string_or("/key", "");
    return taint.string_or("/effect", "") != "PreferNoSchedule" &&
           !key.starts_with("node.kubernetes.io/") &&
           std::find(pod.tolerated.begin(), pod.tolerated.end(), key) == pod.tolerated.end();
  });
}

void judge_spread(const std::pair<std::string, std::string>& set,
                  const std::vector<const Pod*>& pods,
                  const std::map<std::string, Json>& nodes,
                  Judgement& judgement) {
  const std::string object = "statefulset " + set.first + "/" + set.second;
  std::map<std::string, std::size_t> by_node;
  std::map<std::string, std::size_t> by_zone;
  for (const Pod* pod : pods) {
    const auto node = nodes.find(pod->node);
    if (node == nodes.end()) {
      continue;
    }
    ++by_node[pod->node];
    ++by_zone[zone_of(node->second)];
  }
  for (const auto& [node, count] : by_node) {
    if (count > 1) {
      judgement.found.push_back({Severity::Warning,
                                 object,
                                 fmt::format("has {} pods on node {}", count, node),
                                 "spec.nodeName",
                                 node});
    }
  }
  std::set<std::string> zones;
  for (const auto& [name, node] : nodes) {
    if (by_node.contains(name) || !is_barred(node, *pods.front())) {
      zones.insert(zone_of(node));
    }
  }
  // Without zones there is nothing to spread over.
  if (zones.size() < 2 || zones.contains("")) {
    return;
  }
  const std::size_t fair = (pods.size() + zones.size() - 1) / zones.size();
  for (const auto& [zone, count] : by_zone) {
    if (count > fair) {
      judgement.found.push_back(
          {Severity::Fail,
           object,
           fmt::format("has {} of {} pods in zone {}, and could be in {} zones",
                       count,
                       pods.size(),
                       zone,
                       zones.size()),
           "node topology.kubernetes.io/zone",
           zone});
    }
  }
}

Judgement spread(const Snapshot& snapshot) {
  Judgement judgement;
  const Sets sets = kafka_sets(snapshot);
  judgement.nothing_there = sets.empty();
  const std::map<std::string, Json> nodes = nodes_by_name(snapshot);
  for (const auto& [set, pods] : sets) {
    judge_spread(set, pods, nodes, judgement);
  }
  return judgement;
}

constexpr std::array<Check, 3> kChecks = {{
    {"P08",
     "Is every StatefulSet whole and of one revision?",
     Severity::Fail,
     false,
     Parts(Part::StatefulSets, Part::Pods),
     "look at the pod that is missing or not Ready first: kubectl describe statefulset",
     stateful_sets},
    {"P09",
     "Is every Deployment and DaemonSet available?",
     Severity::Fail,
     false,
     Parts(Part::Deployments, Part::DaemonSets),
     "look at its newest pods: kubectl describe deployment",
     deployments},
    {"P12",
     "Are brokers and controllers spread over nodes and zones?",
     Severity::Fail,
     false,
     Parts(Part::Pods, Part::Nodes),
     "set oneReplicaPerNode and spread constraints in the custom resource, then move the pods",
     spread},
}};

}  // namespace

std::span<const Check> workload_checks() {
  return kChecks;
}

}  // namespace cfkops::health
