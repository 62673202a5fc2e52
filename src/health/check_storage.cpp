#include "checks.hpp"
#include "facts.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <map>
#include <set>

namespace cfkops::health {

namespace {

using std::chrono::minutes;

using Key = std::pair<std::string, std::string>;

Key key_of(const Json& object) {
  return {object.string_or("/metadata/namespace", ""), object.string_or("/metadata/name", "")};
}

/// Claims that pods use; with `kafka_only` those of brokers and controllers.
std::set<Key> used_claims(const Snapshot& snapshot, bool kafka_only) {
  std::set<Key> used;
  for (const Pod& pod : snapshot.pods) {
    if (!kafka_only || !pod.kafka_role.empty()) {
      for (const std::string& claim : pod.claims) {
        used.emplace(pod.ns, claim);
      }
    }
  }
  return used;
}

/// Classes whose volumes wait for a pod.
std::set<std::string> waiting_classes(const Snapshot& snapshot) {
  std::set<std::string> classes;
  for (const Json& one : snapshot.of(Part::Classes)) {
    if (one.string_or("/volumeBindingMode", "") == "WaitForFirstConsumer") {
      classes.insert(one.string_or("/metadata/name", ""));
    }
  }
  return classes;
}

Judgement claims(const Snapshot& snapshot) {
  Judgement judgement;
  const std::set<Key> used = used_claims(snapshot, false);
  const std::set<std::string> waiting = waiting_classes(snapshot);
  for (const Json& claim : snapshot.of(Part::Claims)) {
    const std::string phase = claim.string_or("/status/phase", "");
    const bool lost = phase == "Lost";
    const bool waits_for_pod = waiting.contains(claim.string_or("/spec/storageClassName", "")) &&
                               !used.contains(key_of(claim));
    const bool late =
        older_than(snapshot, claim.string_or("/metadata/creationTimestamp", ""), minutes(2));
    if (lost || (phase == "Pending" && late && !waits_for_pod)) {
      judgement.found.push_back(
          {lost ? Severity::Critical : Severity::Fail,
           name_of("persistentvolumeclaim", claim),
           lost ? "has lost its volume " + claim.string_or("/spec/volumeName", "")
                : "has no volume yet",
           "status.phase",
           phase});
    }
  }
  return judgement;
}

Judgement volumes(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& volume : snapshot.of(Part::Volumes)) {
    const std::string phase = volume.string_or("/status/phase", "");
    if (phase == "Failed") {
      judgement.found.push_back(
          {Severity::Fail,
           name_of("persistentvolume", volume),
           "could not be given back: " + volume.string_or("/status/message", "no word"),
           "status.phase",
           phase});
    } else if (phase == "Released") {
      judgement.found.push_back({Severity::Info,
                                 name_of("persistentvolume", volume),
                                 fmt::format("is left of claim {}/{}, with its data",
                                             volume.string_or("/spec/claimRef/namespace", ""),
                                             volume.string_or("/spec/claimRef/name", "")),
                                 "status.phase",
                                 phase});
    }
  }
  return judgement;
}

/// Classes whose claims cannot grow, of those that the claims have.
void add_fixed_classes(const Snapshot& snapshot, const std::set<Key>& used, Judgement& judgement) {
  std::set<std::string> named;
  for (const Json& claim : snapshot.of(Part::Claims)) {
    if (used.contains(key_of(claim))) {
      named.insert(claim.string_or("/spec/storageClassName", ""));
    }
  }
  for (const Json& one : snapshot.of(Part::Classes)) {
    if (named.contains(one.string_or("/metadata/name", "")) &&
        !one.bool_or("/allowVolumeExpansion", false)) {
      judgement.found.push_back({Severity::Info,
                                 name_of("storageclass", one),
                                 "has claims of Kafka, and does not let them grow",
                                 "allowVolumeExpansion",
                                 one.has("/allowVolumeExpansion") ? "false" : "missing"});
    }
  }
}

Judgement reclaim(const Snapshot& snapshot) {
  Judgement judgement;
  const std::set<Key> used = used_claims(snapshot, true);
  judgement.nothing_there = used.empty();
  for (const Json& volume : snapshot.of(Part::Volumes)) {
    const Key claim{volume.string_or("/spec/claimRef/namespace", ""),
                    volume.string_or("/spec/claimRef/name", "")};
    if (used.contains(claim) &&
        volume.string_or("/spec/persistentVolumeReclaimPolicy", "") == "Delete") {
      judgement.found.push_back(
          {Severity::Info,
           name_of("persistentvolume", volume),
           fmt::format(
               "of claim {}/{} goes with its data when the claim goes", claim.first, claim.second),
           "spec.persistentVolumeReclaimPolicy",
           "Delete"});
    }
  }
  add_fixed_classes(snapshot, used, judgement);
  return judgement;
}

Judgement placeholders(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& claim : snapshot.of(Part::Claims)) {
    if (claim.string_or("/spec/storageClassName", "") == "dummy") {
      judgement.found.push_back(
          {Severity::Fail,
           name_of("persistentvolumeclaim", claim),
           "was made from the operator's placeholder, and never gets a volume",
           "spec.storageClassName",
           "dummy"});
    }
  }
  return judgement;
}

/// The zones that a volume may be used in, by its node affinity.
std::set<std::string> zones_of(const Json& volume) {
  std::set<std::string> zones;
  for (const Json& term : volume.items("/spec/nodeAffinity/required/nodeSelectorTerms")) {
    for (const Json& one : term.items("/matchExpressions")) {
      if (one.string_or("/key", "") == "topology.kubernetes.io/zone" &&
          one.string_or("/operator", "") == "In") {
        for (const Json& value : one.items("/values")) {
          zones.insert(value.string_or("", ""));
        }
      }
    }
  }
  return zones;
}

Judgement volume_zones(const Snapshot& snapshot) {
  Judgement judgement;
  std::map<std::string, std::size_t> nodes;
  for (const Json& node : snapshot.of(Part::Nodes)) {
    if (!node.bool_or("/spec/unschedulable", false) &&
        condition_of(node, "Ready").string_or("/status", "") == "True") {
      ++nodes[zone_of(node)];
    }
  }
  for (const Json& volume : snapshot.of(Part::Volumes)) {
    const std::set<std::string> zones = zones_of(volume);
    std::size_t room = 0;
    for (const std::string& zone : zones) {
      room += nodes.contains(zone) ? nodes.at(zone) : 0;
    }
    if (!zones.empty() && room < 2) {
      judgement.found.push_back({Severity::Warning,
                                 name_of("persistentvolume", volume),
                                 fmt::format("is bound to zone {}, where {} takes pods",
                                             *zones.begin(),
                                             room == 0 ? "no node" : "one node alone"),
                                 "spec.nodeAffinity",
                                 *zones.begin()});
    }
  }
  return judgement;
}

Judgement attachments(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& attachment : snapshot.of(Part::Attachments)) {
    for (const char* which : {"attachError", "detachError"}) {
      const std::string error = attachment.string_or(fmt::format("/status/{}/message", which), "");
      if (!error.empty()) {
        judgement.found.push_back(
            {Severity::Fail,
             name_of("volumeattachment", attachment),
             fmt::format("of volume {} and node {}: {}",
                         attachment.string_or("/spec/source/persistentVolumeName", ""),
                         attachment.string_or("/spec/nodeName", ""),
                         error),
             fmt::format("status.{}", which),
             error});
      }
    }
  }
  for (const EventLine& event : snapshot.events) {
    if (event.reason == "FailedAttachVolume" && event.age && *event.age <= std::chrono::hours(1)) {
      judgement.found.push_back(
          {Severity::Fail, event.object, event.message, "event", event.reason});
    }
  }
  return judgement;
}

Judgement resizes(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& claim : snapshot.of(Part::Claims)) {
    const Json pending = condition_of(claim, "FileSystemResizePending");
    const std::string since = pending.string_or("/lastTransitionTime", "");
    if (pending.string_or("/status", "") == "True" && older_than(snapshot, since, minutes(10))) {
      judgement.found.push_back({Severity::Warning,
                                 name_of("persistentvolumeclaim", claim),
                                 "waits for its file system to grow " + lasting(snapshot, since),
                                 "status.conditions[FileSystemResizePending]",
                                 "True"});
    }
  }
  return judgement;
}

constexpr std::array<Check, 7> kChecks = {{
    {"S01",
     "Has every claim its volume?",
     Severity::Critical,
     false,
     Parts(Part::Claims, Part::Classes, Part::Pods),
     "see why: kubectl describe pvc; of a lost one the data is to be restored",
     claims},
    {"S02",
     "Is no volume Failed or left over?",
     Severity::Fail,
     true,
     Parts(Part::Volumes),
     "look at the driver's word; delete a Released one once its data is not needed",
     volumes},
    {"S05",
     "Do volumes of Kafka outlive their claims, and may they grow?",
     Severity::Info,
     false,
     Parts(Part::Volumes, Part::Pods, Part::Claims, Part::Classes),
     "set persistentVolumeReclaimPolicy to Retain on the volume, allowVolumeExpansion on the class",
     reclaim},
    {"S06",
     "Is no claim made from the operator's placeholder?",
     Severity::Fail,
     false,
     Parts(Part::Claims),
     "scale in the custom resource, never the StatefulSet; then delete this claim",
     placeholders},
    {"S07",
     "Could pods with a volume in one zone go to a second node there?",
     Severity::Warning,
     false,
     Parts(Part::Volumes, Part::Nodes),
     "add a node to the zone, or uncordon one",
     volume_zones},
    {"S08",
     "Are volumes attached and detached without errors?",
     Severity::Fail,
     false,
     Parts(Part::Attachments, Part::Events),
     "a volume is freed six minutes after its node is gone; see the driver's log otherwise",
     attachments},
    {"S09",
     "Is no volume waiting to grow?",
     Severity::Warning,
     false,
     Parts(Part::Claims),
     "restart the pod, so that its file system grows",
     resizes},
}};

}  // namespace

std::span<const Check> storage_checks() {
  return kChecks;
}

}  // namespace cfkops::health
