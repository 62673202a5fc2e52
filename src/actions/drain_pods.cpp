#include "drain_pods.hpp"

#include "owner.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace cfkops::actions {

namespace {

constexpr const char* kMirror = "kubernetes.io/config.mirror";

/// The names of its volumes that have this source.
std::vector<std::string> volumes_of(const kube::Object& pod, const std::string& source) {
  std::vector<std::string> names;
  for (const Json& volume : pod.json().items("/spec/volumes")) {
    if (volume.has("/" + source)) {
      names.push_back(volume.string_or("/name", "?"));
    }
  }
  return names;
}

bool has_claims(const kube::Object& pod) {
  return !volumes_of(pod, "persistentVolumeClaim").empty();
}

/// Of a pod of a DaemonSet that has not ended.
void judge_daemon(const DrainOptions& options,
                  const std::string& name,
                  bool orphaned,
                  DrainPod& judged) {
  if (!orphaned) {
    judged.fate = PodFate::Stays;
    judged.why = "of DaemonSet " + name;
    if (!options.ignore_daemonsets) {
      judged.refusals.push_back("DaemonSet " + name +
                                " would put it back at once (ignore_daemonsets: true leaves it)");
    }
    return;
  }
  const std::string gone = "its DaemonSet " + name + " is not there";
  if (options.force) {
    judged.notes.push_back(gone + ": nobody makes it again");
  } else {
    judged.refusals.push_back(gone + ": nobody would make it again (force: true permits it)");
  }
}

std::string lost_data(const std::vector<std::string>& volumes) {
  return "the data of its emptyDir volumes is lost: " + base::enumerate(volumes);
}

void judge_data(const DrainOptions& options, DrainPod& judged) {
  const std::vector<std::string> volumes = volumes_of(judged.pod, "emptyDir");
  if (volumes.empty()) {
    return;
  }
  const std::string names = base::enumerate(volumes);
  if (options.delete_emptydir) {
    judged.notes.push_back(lost_data(volumes));
  } else {
    judged.refusals.push_back("the data of its emptyDir volumes would be lost: " + names +
                              " (delete_emptydir: true permits it)");
  }
}

void judge_owner(const DrainOptions& options, DrainPod& judged) {
  if (controller_of(judged.pod).is_object()) {
    return;
  }
  if (options.force) {
    judged.notes.emplace_back("it has no controller: nobody makes it again");
  } else {
    judged.refusals.emplace_back(
        "it has no controller: nobody would make it again (force: true permits it)");
  }
}

/// The DaemonSets that pods name and that are not there.
Result<std::set<std::string>> orphaned_sets(kube::Reader& reader,
                                            const std::vector<kube::Object>& pods) {
  std::set<std::pair<std::string, std::string>> sets;
  for (const kube::Object& pod : pods) {
    if (const std::string name = controller_name(pod, "DaemonSet"); !name.empty()) {
      sets.emplace(pod.ns(), name);
    }
  }
  std::set<std::string> orphaned;
  for (const auto& [ns, name] : sets) {
    const auto set = reader.get(kube::resources::daemon_sets(), ns, name);
    if (!set && set.error().code != ErrorCode::NotFound) {
      return set.error();
    }
    if (!set) {
      orphaned.insert(fmt::format("{}/{}", ns, name));
    }
  }
  return orphaned;
}

}  // namespace

std::string_view to_string(Wave wave) {
  switch (wave) {
    case Wave::Stateless:
      return "stateless";
    case Wave::Stateful:
      return "stateful";
    case Wave::Kafka:
      break;
  }
  return "Kafka";
}

DrainPod judge_pod(const kube::Object& pod,
                   const DrainOptions& options,
                   const std::set<std::string>& orphaned) {
  DrainPod judged{.pod = pod};
  const std::string set = controller_name(pod, "DaemonSet");
  const bool ended = kube::pod_ended(pod);
  const bool stateful = controller_of(pod).string_or("/kind", "") == "StatefulSet";
  judged.wave = stateful || has_claims(pod) ? Wave::Stateful : Wave::Stateless;
  if (pod.annotation(kMirror).has_value()) {
    judged.fate = PodFate::Stays;
    judged.why = "the mirror of a static pod";
    return judged;
  }
  if (!set.empty() && !ended) {
    judge_daemon(options, set, orphaned.contains(pod.ns() + "/" + set), judged);
  }
  if (judged.fate == PodFate::Stays) {
    return judged;
  }
  judged.made_again = !ended && controller_of(pod).is_object() && set.empty();
  if (ended) {
    judged.notes.emplace_back("it has ended");
    if (const auto volumes = volumes_of(pod, "emptyDir"); !volumes.empty()) {
      judged.notes.push_back(lost_data(volumes));
    }
  } else {
    judge_data(options, judged);
    judge_owner(options, judged);
    if (const auto paths = volumes_of(pod, "hostPath"); !paths.empty()) {
      judged.notes.push_back("what is in its hostPath volumes stays on this node: " +
                             base::enumerate(paths));
    }
  }
  if (pod.deleting()) {
    judged.fate = PodFate::Going;
    judged.refusals.clear();  // it goes, whatever we say
  }
  return judged;
}

std::vector<std::string> names_of_going(const std::vector<DrainPod>& pods) {
  std::vector<std::string> names;
  for (const DrainPod& one : pods) {
    if (one.fate != PodFate::Stays) {
      names.push_back(one.name());
    }
  }
  return names;
}

kube::ListOptions pods_on(const std::string& node, const DrainOptions& options) {
  return {.label_selector = options.pod_selector, .field_selector = "spec.nodeName=" + node};
}

Result<std::vector<DrainPod>> read_drain_pods(kube::Reader& reader,
                                              const std::string& node,
                                              const DrainOptions& options) {
  CFKOPS_ASSIGN(const kube::ObjectList pods,
                reader.list(kube::resources::pods(), "", pods_on(node, options)));
  CFKOPS_ASSIGN(const std::set<std::string> orphaned, orphaned_sets(reader, pods.items));
  std::vector<DrainPod> judged;
  judged.reserve(pods.items.size());
  for (const kube::Object& pod : pods.items) {
    judged.push_back(judge_pod(pod, options, orphaned));
  }
  std::ranges::sort(judged, {}, &DrainPod::name);
  return judged;
}

}  // namespace cfkops::actions
