#include "checks.hpp"
#include "facts.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>

namespace cfkops::health {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Waiting reasons that do not heal by themselves.
constexpr std::array<std::string_view, 9> kStuck = {"CrashLoopBackOff",
                                                    "ImagePullBackOff",
                                                    "ErrImagePull",
                                                    "ErrImageNeverPull",
                                                    "InvalidImageName",
                                                    "CreateContainerConfigError",
                                                    "CreateContainerError",
                                                    "RunContainerError",
                                                    "PostStartHookError"};

std::string status_of(const Container& container, std::string_view field) {
  return fmt::format("status.containerStatuses[{}].{}", container.name, field);
}

bool is_stuck(const Container& container) {
  return std::find(kStuck.begin(), kStuck.end(), container.waiting) != kStuck.end();
}

Judgement stuck_containers(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Pod& pod : snapshot.pods) {
    for (const Container& container : pod.containers) {
      if (!is_stuck(container)) {
        continue;
      }
      const std::string last =
          container.last_finished.empty()
              ? ""
              : fmt::format("; it ended last with {} (exit code {})",
                            container.last_reason.empty() ? "no reason" : container.last_reason,
                            container.last_exit);
      judgement.found.push_back({Severity::Fail,
                                 pod.text(),
                                 fmt::format("container {} is in {}{}{}",
                                             container.name,
                                             container.waiting,
                                             container.waiting_message.empty() ? "" : ": ",
                                             container.waiting_message) +
                                     last,
                                 status_of(container, "state.waiting.reason"),
                                 container.waiting});
    }
  }
  return judgement;
}

Judgement killed_containers(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Pod& pod : snapshot.pods) {
    for (const Container& container : pod.containers) {
      const bool for_memory = container.last_reason == "OOMKilled";
      const bool killed = for_memory || container.last_exit == 137 || container.last_exit == 143;
      const auto age = snapshot.since(container.last_finished);
      if (killed && age && *age <= hours(24)) {
        judgement.found.push_back({Severity::Fail,
                                   pod.text(),
                                   fmt::format("container {} was {} {} (exit code {})",
                                               container.name,
                                               for_memory ? "killed for want of memory" : "killed",
                                               ago(snapshot, container.last_finished),
                                               container.last_exit),
                                   status_of(container, "lastState.terminated"),
                                   container.last_reason.empty()
                                       ? std::to_string(container.last_exit)
                                       : container.last_reason});
      }
    }
  }
  return judgement;
}

Judgement restarts(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Pod& pod : snapshot.pods) {
    for (const Container& container : pod.containers) {
      const auto age = snapshot.since(container.last_finished);
      if (container.restarts > 3 && age && *age <= hours(1)) {
        judgement.found.push_back({Severity::Warning,
                                   pod.text(),
                                   fmt::format("container {} was restarted {} times, the last {}",
                                               container.name,
                                               container.restarts,
                                               ago(snapshot, container.last_finished)),
                                   status_of(container, "restartCount"),
                                   std::to_string(container.restarts)});
      }
    }
  }
  return judgement;
}

Judgement pending(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Pod& pod : snapshot.pods) {
    const bool stuck = std::any_of(pod.containers.begin(), pod.containers.end(), is_stuck);
    if (pod.phase != "Pending" || stuck || !pod.deleted.empty() ||
        !older_than(snapshot, pod.created, minutes(2))) {
      continue;
    }
    std::string why = pod.unscheduled_why;
    if (pod.scheduled == "True") {
      why = "it has node " + pod.node + ", and its containers do not start";
    } else if (pod.unscheduled_reason == "SchedulingGated") {
      why = "its scheduling gates hold it back";
    }
    judgement.found.push_back({Severity::Fail,
                               pod.text(),
                               fmt::format("is Pending, made {}: {}",
                                           ago(snapshot, pod.created),
                                           why.empty() ? "the scheduler says nothing" : why),
                               "status.phase",
                               "Pending"});
  }
  return judgement;
}

Judgement terminating(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Pod& pod : snapshot.pods) {
    // The time of deletion has the grace in it already.
    if (!older_than(snapshot, pod.deleted, seconds(60))) {
      continue;
    }
    judgement.found.push_back(
        {Severity::Fail,
         pod.text(),
         fmt::format("should have been gone {}{}",
                     ago(snapshot, pod.deleted),
                     pod.finalizers.empty()
                         ? ": does its node " + pod.node + " still answer?"
                         : "; its finalizer " + pod.finalizers.front() + " holds it"),
         "metadata.deletionTimestamp",
         pod.deleted});
  }
  return judgement;
}

Judgement not_ready(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Pod& pod : snapshot.pods) {
    const bool stuck = std::any_of(pod.containers.begin(), pod.containers.end(), is_stuck);
    if (pod.phase == "Running" && pod.ready != "True" && pod.deleted.empty() && !stuck &&
        older_than(snapshot, pod.ready_since, minutes(5))) {
      judgement.found.push_back({Severity::Fail,
                                 pod.text(),
                                 fmt::format("runs, but is not Ready {}{}{}",
                                             lasting(snapshot, pod.ready_since),
                                             pod.ready_why.empty() ? "" : ": ",
                                             pod.ready_why),
                                 "status.conditions[Ready].status",
                                 pod.ready});
    }
  }
  return judgement;
}

Judgement no_requests(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Pod& pod : snapshot.pods) {
    if ((pod.confluent || !pod.kafka_role.empty()) && pod.quality == "BestEffort") {
      judgement.found.push_back({Severity::Warning,
                                 pod.text(),
                                 "asks for no CPU or memory, and is evicted first",
                                 "status.qosClass",
                                 "BestEffort"});
    }
  }
  return judgement;
}

Judgement probes(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Pod& pod : snapshot.pods) {
    for (const Container& container : pod.containers) {
      if (!pod.confluent || container.init ||
          container.name != pod.labels.at("platform.confluent.io/type")) {
        continue;
      }
      const std::string field = fmt::format("spec.containers[{}].readinessProbe", container.name);
      if (!container.has_readiness) {
        judgement.found.push_back({Severity::Info,
                                   pod.text(),
                                   "container " + container.name + " has no readiness probe",
                                   field,
                                   "missing"});
      } else if (container.readiness_timeout == 1) {
        judgement.found.push_back(
            {Severity::Info,
             pod.text(),
             fmt::format("the readiness probe of container {} gives up after 1 s, which a pause of "
                         "its JVM may take",
                         container.name),
             field + ".timeoutSeconds",
             "1"});
      }
    }
  }
  return judgement;
}

/// The last part of an image's name is ":latest", or says nothing.
bool is_mutable(const std::string& image) {
  if (image.find('@') != std::string::npos) {
    return false;
  }
  const std::size_t slash = image.rfind('/');
  const std::string last = slash == std::string::npos ? image : image.substr(slash + 1);
  const std::size_t colon = last.find(':');
  return colon == std::string::npos || last.substr(colon) == ":latest";
}

/// Of pods made from the same template, which image each container has.
Judgement images(const Snapshot& snapshot) {
  Judgement judgement;
  std::map<std::string, const Pod*> by_template;  // and container and image
  std::map<std::string, std::string> ids;
  for (const Pod& pod : snapshot.pods) {
    if (!pod.confluent && pod.kafka_role.empty()) {
      continue;
    }
    for (const Container& container : pod.containers) {
      const std::string field = fmt::format("spec.containers[{}].image", container.name);
      if (is_mutable(container.image)) {
        judgement.found.push_back(
            {Severity::Warning,
             pod.text(),
             fmt::format("image {} may change under its name", container.image),
             field,
             container.image});
      }
      const std::string key = fmt::format(
          "{}/{}/{}/{}/{}", pod.ns, pod.owner_name, pod.revision, container.name, container.image);
      const auto [known, fresh] = ids.emplace(key, container.image_id);
      by_template.emplace(key, &pod);
      if (!fresh && !container.image_id.empty() && !known->second.empty() &&
          known->second != container.image_id) {
        judgement.found.push_back({Severity::Warning,
                                   pod.text(),
                                   fmt::format("runs another image than {} under the same name {}",
                                               by_template.at(key)->name,
                                               container.image),
                                   status_of(container, "imageID"),
                                   container.image_id});
      }
    }
  }
  return judgement;
}

/// What stands behind the name of Confluent's init container in an image: "2.11.0", or "" where it
/// is another image.
std::string init_version(const Container& container) {
  constexpr std::string_view kName = "/confluent-init-container";
  const std::size_t at = container.image.find(kName);
  const std::size_t rest = at == std::string::npos ? at : at + kName.size();
  const bool named = rest < container.image.size() &&
                     (container.image[rest] == ':' || container.image[rest] == '@');
  return container.init && named ? container.image.substr(rest + 1) : std::string();
}

/// The pods of a namespace by the version of their init container.
using ByVersion = std::map<std::string, std::vector<const Pod*>>;

Judgement init_versions(const Snapshot& snapshot) {
  Judgement judgement;
  std::map<std::string, ByVersion> by_namespace;
  for (const Pod& pod : snapshot.pods) {
    for (const Container& container : pod.containers) {
      const std::string version = init_version(container);
      if (!version.empty() && !pod.ended()) {
        by_namespace[pod.ns][version].push_back(&pod);
      }
    }
  }
  judgement.nothing_there = by_namespace.empty();
  for (const auto& [ns, versions] : by_namespace) {
    const auto most = std::max_element(
        versions.begin(), versions.end(), [](const auto& first, const auto& second) {
          return first.second.size() < second.second.size();
        });
    for (const auto& [version, pods] : versions) {
      if (version != most->first) {
        judgement.found.push_back(
            {Severity::Warning,
             pods.front()->text(),
             fmt::format("is one of {} of {} with the init container {}, and {} have {}",
                         base::counted(static_cast<long long>(pods.size()), "pod"),
                         ns,
                         version,
                         most->second.size(),
                         most->first),
             "spec.initContainers[].image",
             version});
      }
    }
  }
  return judgement;
}

Judgement evicted(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Pod& pod : snapshot.pods) {
    if (pod.phase == "Failed" && pod.reason == "Evicted") {
      judgement.found.push_back({Severity::Info,
                                 pod.text(),
                                 "was evicted, and its remains are left",
                                 "status.reason",
                                 "Evicted"});
    }
  }
  return judgement;
}

constexpr std::array<Check, 11> kChecks = {{
    {"P01",
     "Does no container crash again and again, or lack its image or configuration?",
     Severity::Fail,
     true,
     Parts(Part::Pods),
     "read the log of the life before: kubectl logs --previous; or mend image and configuration",
     stuck_containers},
    {"P02",
     "Was no container killed in the last 24 hours?",
     Severity::Fail,
     true,
     Parts(Part::Pods),
     "compare the memory limit with the heap and what lies beside it",
     killed_containers},
    {"P03",
     "Are no containers restarting?",
     Severity::Warning,
     true,
     Parts(Part::Pods),
     "read the log of the life before: kubectl logs --previous",
     restarts},
    {"P04",
     "Is no pod Pending for more than two minutes?",
     Severity::Fail,
     true,
     Parts(Part::Pods),
     "the scheduler's words say what is missing: room, a volume, a node that fits",
     pending},
    {"P05",
     "Has every pod gone that was to go?",
     Severity::Fail,
     true,
     Parts(Part::Pods),
     "look at its node and its finalizers; a forced deletion may start a second copy",
     terminating},
    {"P06",
     "Is every pod that runs Ready?",
     Severity::Fail,
     true,
     Parts(Part::Pods),
     "see its readiness probe and log: kubectl describe pod",
     not_ready},
    {"P10",
     "Do Confluent's pods ask for CPU and memory?",
     Severity::Warning,
     false,
     Parts(Part::Pods),
     "set resources in podTemplate of the custom resource",
     no_requests},
    {"P11",
     "Have Confluent's containers a readiness probe that is patient?",
     Severity::Info,
     false,
     Parts(Part::Pods),
     "set probe in podTemplate of the custom resource",
     probes},
    {"P13",
     "Do images stay what they are?",
     Severity::Warning,
     false,
     Parts(Part::Pods),
     "name images by a version that is never reused, or by digest",
     images},
    {"P15",
     "Have Confluent's pods the same init container?",
     Severity::Warning,
     false,
     Parts(Part::Pods),
     "set spec.image.init to the operator's version in each custom resource",
     init_versions},
    {"P16",
     "Are there no remains of evicted pods?",
     Severity::Info,
     true,
     Parts(Part::Pods),
     "find out why (P02, N03), then delete them",
     evicted},
}};

}  // namespace

std::span<const Check> pod_checks() {
  return kChecks;
}

}  // namespace cfkops::health
