#include "checks.hpp"
#include "facts.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <set>

namespace cfkops::health {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kCordoned = "node.kubernetes.io/unschedulable";

// Taints that say what a node is for, or what other checks tell.
constexpr std::array<std::string_view, 9> kUsualTaints = {
    "node-role.kubernetes.io/control-plane",
    "node-role.kubernetes.io/master",
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/unreachable",
    "node.kubernetes.io/unschedulable",
    "node.kubernetes.io/memory-pressure",
    "node.kubernetes.io/disk-pressure",
    "node.kubernetes.io/pid-pressure",
    "node.kubernetes.io/network-unavailable",
};

std::set<std::string> kafka_nodes(const Snapshot& snapshot) {
  std::set<std::string> nodes;
  for (const Pod& pod : snapshot.pods) {
    if (!pod.kafka_role.empty()) {
      nodes.insert(pod.node);
    }
  }
  return nodes;
}

Judgement nodes_ready(const Snapshot& snapshot) {
  Judgement judgement;
  const std::set<std::string> kafka = kafka_nodes(snapshot);
  for (const Json& node : snapshot.of(Part::Nodes)) {
    const Json ready = condition_of(node, "Ready");
    const std::string status = ready.string_or("/status", "");
    if (status == "True") {
      continue;
    }
    const bool hosts_kafka = kafka.contains(node.string_or("/metadata/name", ""));
    judgement.found.push_back(
        {hosts_kafka ? Severity::Critical : Severity::Fail,
         name_of("node", node),
         fmt::format("is not Ready {}{}: {}",
                     lasting(snapshot, ready.string_or("/lastTransitionTime", "")),
                     hosts_kafka ? ", and has pods of Kafka" : "",
                     ready.string_or("/message", "it has never told its state")),
         "status.conditions[Ready].status",
         status.empty() ? "missing" : status});
  }
  return judgement;
}

Judgement heartbeats(const Snapshot& snapshot) {
  Judgement judgement;
  std::set<std::string> alive;
  for (const Json& lease : snapshot.of(Part::NodeLeases)) {
    const std::string node = lease.string_or("/metadata/name", "");
    const std::string renewed = lease.string_or("/spec/renewTime", "");
    alive.insert(node);
    const auto age = snapshot.since(renewed, Part::NodeLeases);
    if (!age) {
      judgement.unknown.push_back("the lease of node " + node + " tells no time");
    } else if (*age > seconds(20)) {
      judgement.found.push_back(
          {*age > seconds(40) ? Severity::Fail : Severity::Warning,
           "node " + node,
           "its kubelet was last heard " + base::human_duration(*age) + " ago",
           "lease kube-node-lease/" + node + " spec.renewTime",
           renewed});
    }
  }
  for (const Json& node : snapshot.of(Part::Nodes)) {
    if (!alive.contains(node.string_or("/metadata/name", ""))) {
      judgement.unknown.push_back(name_of("node", node) + " has no lease in kube-node-lease");
    }
  }
  return judgement;
}

Judgement pressures(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& node : snapshot.of(Part::Nodes)) {
    for (const char* type :
         {"MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"}) {
      const Json condition = condition_of(node, type);
      if (condition.string_or("/status", "") == "True") {
        judgement.found.push_back({Severity::Fail,
                                   name_of("node", node),
                                   fmt::format("{}: {}", type, condition.string_or("/message", "")),
                                   fmt::format("status.conditions[{}].status", type),
                                   "True"});
      }
    }
  }
  return judgement;
}

Judgement cordons(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& node : snapshot.of(Part::Nodes)) {
    if (!node.bool_or("/spec/unschedulable", false)) {
      continue;
    }
    std::string since;
    for (const Json& taint : node.items("/spec/taints")) {
      if (taint.string_or("/key", "") == kCordoned) {
        since = taint.string_or("/timeAdded", "");
      }
    }
    if (since.empty() || older_than(snapshot, since, hours(4))) {
      judgement.found.push_back({Severity::Warning,
                                 name_of("node", node),
                                 "is cordoned " + lasting(snapshot, since),
                                 "spec.unschedulable",
                                 "true"});
    }
  }
  return judgement;
}

/// The node is meant for some pods alone: it is labelled as it is tainted, or has a pod that names
/// the taint's key and was not put there by a DaemonSet, as those are everywhere.
bool is_dedicated(const Snapshot& snapshot, const Json& node, const Json& taint) {
  const std::string key = taint.string_or("/key", "");
  const std::string value = taint.string_or("/value", "");
  const std::string label = below("/metadata/labels", key);
  if (node.has(label) && (value.empty() || node.string_or(label, "") == value)) {
    return true;
  }
  const std::string name = node.string_or("/metadata/name", "");
  return std::any_of(snapshot.pods.begin(), snapshot.pods.end(), [&](const Pod& pod) {
    return pod.node == name && pod.owner_kind != "DaemonSet" &&
           std::find(pod.tolerated.begin(), pod.tolerated.end(), key) != pod.tolerated.end();
  });
}

Judgement taints(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& node : snapshot.of(Part::Nodes)) {
    for (const Json& taint : node.items("/spec/taints")) {
      const std::string key = taint.string_or("/key", "");
      const std::string effect = taint.string_or("/effect", "");
      const bool usual =
          std::find(kUsualTaints.begin(), kUsualTaints.end(), key) != kUsualTaints.end();
      if (!usual && effect != "PreferNoSchedule" && !is_dedicated(snapshot, node, taint)) {
        judgement.found.push_back({Severity::Warning,
                                   name_of("node", node),
                                   fmt::format("keeps pods away by the taint {}:{}", key, effect),
                                   "spec.taints",
                                   fmt::format("{}:{}", key, effect)});
      }
    }
  }
  return judgement;
}

/// What the pods of a node ask for.
struct Load {
  double cpu = 0;  ///< thousand-millionths, as below
  double memory = 0;
  std::size_t pods = 0;
};

std::map<std::string, Load> loads(const Snapshot& snapshot) {
  std::map<std::string, Load> by_node;
  for (const Pod& pod : snapshot.pods) {
    if (pod.node.empty() || pod.ended()) {
      continue;
    }
    Load& load = by_node[pod.node];
    load.cpu += static_cast<double>(pod.cpu_nanos);
    load.memory += static_cast<double>(pod.memory) * 1e9;
    ++load.pods;
  }
  return by_node;
}

Judgement requests(const Snapshot& snapshot) {
  Judgement judgement;
  const auto by_node = loads(snapshot);
  for (const Json& node : snapshot.of(Part::Nodes)) {
    const auto found = by_node.find(node.string_or("/metadata/name", ""));
    const Load load = found == by_node.end() ? Load{} : found->second;
    for (const auto& [what, used] :
         {std::pair{"cpu", load.cpu}, std::pair{"memory", load.memory}}) {
      const auto room = amount_at(node, below("/status/allocatable", what));
      if (room && used > 0.9 * *room) {
        judgement.found.push_back(
            {used > *room ? Severity::Fail : Severity::Warning,
             name_of("node", node),
             fmt::format("its pods ask for {} of its {}", percent(used, *room), what),
             fmt::format("status.allocatable.{}", what),
             node.string_or(below("/status/allocatable", what), "")});
      }
    }
  }
  return judgement;
}

Judgement pod_counts(const Snapshot& snapshot) {
  Judgement judgement;
  const auto by_node = loads(snapshot);
  for (const Json& node : snapshot.of(Part::Nodes)) {
    const auto found = by_node.find(node.string_or("/metadata/name", ""));
    const auto room = amount_at(node, "/status/allocatable/pods");
    const double pods = found == by_node.end() ? 0 : static_cast<double>(found->second.pods);
    if (room && pods * 1e9 > 0.9 * *room) {
      judgement.found.push_back(
          {Severity::Warning,
           name_of("node", node),
           fmt::format("has {:.0f} pods of the {:.0f} that it takes", pods, *room / 1e9),
           "status.allocatable.pods",
           fmt::format("{:.0f}", *room / 1e9)});
    }
  }
  return judgement;
}

/// "v1.34.4" gives 134; nothing where it is no version.
std::optional<int> minor_of(const std::string& version) {
  const std::vector<std::string> parts =
      base::split(version.starts_with('v') ? version.substr(1) : version, '.');
  int major = 0;
  int minor = 0;
  if (parts.size() < 2 ||
      std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), major).ec !=
          std::errc() ||
      std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), minor).ec !=
          std::errc()) {
    return std::nullopt;
  }
  return major * 100 + minor;
}

Judgement version_skew(const Snapshot& snapshot) {
  Judgement judgement;
  const auto server = minor_of(snapshot.version);
  if (!server) {
    judgement.unknown.push_back("the API server's version '" + snapshot.version + "' is none");
    return judgement;
  }
  for (const Json& node : snapshot.of(Part::Nodes)) {
    const std::string text = node.string_or("/status/nodeInfo/kubeletVersion", "");
    const auto kubelet = minor_of(text);
    if (!kubelet) {
      judgement.unknown.push_back(name_of("node", node) + " tells no version of its kubelet");
    } else if (*kubelet > *server || *server - *kubelet > 3) {
      judgement.found.push_back(
          {*kubelet > *server ? Severity::Fail : Severity::Warning,
           name_of("node", node),
           fmt::format("its kubelet {} is {} the API server {}",
                       text,
                       *kubelet > *server ? "newer than" : "more than three versions older than",
                       snapshot.version),
           "status.nodeInfo.kubeletVersion",
           text});
    }
  }
  return judgement;
}

Judgement mixed_versions(const Snapshot& snapshot) {
  Judgement judgement;
  for (const char* what : {"kernelVersion", "containerRuntimeVersion", "kubeletVersion"}) {
    std::map<std::string, std::size_t> values;
    for (const Json& node : snapshot.of(Part::Nodes)) {
      ++values[node.string_or(below("/status/nodeInfo", what), "")];
    }
    if (values.size() < 2) {
      continue;
    }
    std::vector<std::string> each;
    each.reserve(values.size());
    for (const auto& [value, count] : values) {
      each.push_back(
          fmt::format("{} on {}", value, base::counted(static_cast<long long>(count), "node")));
    }
    judgement.found.push_back({Severity::Info,
                               "nodes",
                               fmt::format("differ in their {}: {}", what, base::enumerate(each)),
                               fmt::format("status.nodeInfo.{}", what),
                               std::to_string(values.size())});
  }
  return judgement;
}

/// A lease renewed in the future of the server's clock: the node's clock is ahead.
Judgement clock_skew(const Snapshot& snapshot) {
  Judgement judgement;
  if (!snapshot.by_server_clock) {
    judgement.unknown.emplace_back("the API server did not tell its time (no Date in its answers)");
    return judgement;
  }
  for (const Json& lease : snapshot.of(Part::NodeLeases)) {
    const std::string renewed = lease.string_or("/spec/renewTime", "");
    const auto age = snapshot.since(renewed, Part::NodeLeases);
    if (!age) {
      judgement.unknown.push_back("the lease of node " + lease.string_or("/metadata/name", "") +
                                  " tells no time");
    }
    // The server tells whole seconds.
    const Duration ahead = age ? -*age - seconds(1) : Duration::zero();
    if (ahead > seconds(2)) {
      judgement.found.push_back(
          {ahead > seconds(10) ? Severity::Fail : Severity::Warning,
           "node " + lease.string_or("/metadata/name", ""),
           fmt::format("its clock is {} ahead of the API server's", base::human_duration(ahead)),
           "lease spec.renewTime",
           renewed});
    }
  }
  return judgement;
}

Judgement signing_requests(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& request : snapshot.of(Part::SigningRequests)) {
    const std::string made = request.string_or("/metadata/creationTimestamp", "");
    const bool answered = !condition_of(request, "Approved").is_null() ||
                          !condition_of(request, "Denied").is_null() ||
                          !condition_of(request, "Failed").is_null();
    if (!answered && older_than(snapshot, made, minutes(10))) {
      judgement.found.push_back({Severity::Warning,
                                 name_of("certificatesigningrequest", request),
                                 fmt::format("of {} waits for an answer {}",
                                             request.string_or("/spec/username", "somebody"),
                                             lasting(snapshot, made)),
                                 "status.conditions",
                                 "none"});
    }
  }
  return judgement;
}

Judgement reboots(const Snapshot& snapshot) {
  Judgement judgement;
  const std::string lock = below("/metadata/annotations", "weave.works/kured-node-lock");
  for (const Json& set : snapshot.of(Part::DaemonSets)) {
    if (const std::string holder = set.string_or(lock, ""); !holder.empty()) {
      judgement.found.push_back({Severity::Info,
                                 name_of("daemonset", set),
                                 "holds kured's lock: it reboots a node now",
                                 "metadata.annotations[weave.works/kured-node-lock]",
                                 holder});
    }
  }
  for (const Json& node : snapshot.of(Part::Nodes)) {
    for (const auto& [key, value] : node.members("/metadata/annotations")) {
      if (key.starts_with("weave.works/kured-") || key.starts_with("kured.dev/")) {
        judgement.found.push_back({Severity::Info,
                                   name_of("node", node),
                                   "is marked for a reboot or was rebooted by kured",
                                   "metadata.annotations[" + key + "]",
                                   value.string_or("", "")});
      }
    }
  }
  return judgement;
}

constexpr std::array<Check, 12> kChecks = {{
    {"N01",
     "Is every node Ready?",
     Severity::Critical,
     true,
     Parts(Part::Nodes),
     "look at the kubelet and the network of the node: kubectl describe node",
     nodes_ready},
    {"N02",
     "Has every kubelet been heard lately?",
     Severity::Fail,
     false,
     Parts(Part::Nodes, Part::NodeLeases),
     "a node that falls silent is NotReady soon: look at its kubelet and network now",
     heartbeats},
    {"N03",
     "Is no node short of memory, disk, processes or network?",
     Severity::Fail,
     false,
     Parts(Part::Nodes),
     "free what is short, since evictions follow",
     pressures},
    {"N04",
     "Is no node left cordoned?",
     Severity::Warning,
     true,
     Parts(Part::Nodes),
     "uncordon it, or know why not: kubectl uncordon NODE",
     cordons},
    {"N05",
     "Are there no unexpected taints that keep pods away?",
     Severity::Warning,
     false,
     Parts(Part::Nodes, Part::Pods),
     "remove the taint; where the node is meant for some pods alone, give it a label of the same "
     "key and value",
     taints,
     true},
    {"N06",
     "Do the pods of each node ask for less than 90 % of it?",
     Severity::Fail,
     false,
     Parts(Part::Nodes, Part::Pods),
     "add a node or move pods: what restarts here may not fit again",
     requests,
     true},
    {"N07",
     "Has each node room for more pods?",
     Severity::Warning,
     false,
     Parts(Part::Nodes, Part::Pods),
     "add a node, or raise the kubelet's maxPods",
     pod_counts,
     true},
    {"N09",
     "Do the versions of kubelets and API server go together?",
     Severity::Fail,
     false,
     Parts(Part::Nodes, Part::Version),
     "upgrade the API server first, kubelets after it and within three minor versions",
     version_skew},
    {"N10",
     "Are the nodes alike?",
     Severity::Info,
     false,
     Parts(Part::Nodes),
     "good to know where only some nodes misbehave",
     mixed_versions},
    {"N11",
     "Do the nodes' clocks agree with the API server's?",
     Severity::Fail,
     false,
     Parts(Part::NodeLeases),
     "mend the time service (NTP) of the node",
     clock_skew},
    {"N12",
     "Are no certificate requests waiting?",
     Severity::Warning,
     false,
     Parts(Part::SigningRequests),
     "approve it or find out who asks: kubectl get csr",
     signing_requests},
    {"N14",
     "Is nobody about to reboot a node?",
     Severity::Info,
     false,
     Parts(Part::Nodes, Part::DaemonSets),
     "keep maintenance of your own out of its way",
     reboots},
}};

}  // namespace

std::span<const Check> node_checks() {
  return kChecks;
}

}  // namespace cfkops::health
