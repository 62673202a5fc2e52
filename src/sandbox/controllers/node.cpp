#include "controllers/cluster_objects.hpp"
#include "controllers/scheduler_fit.hpp"

#include "cfkops/base/clock.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kManager = "kube-controller-manager";
constexpr std::string_view kLeases = "leases.coordination.k8s.io";
constexpr std::string_view kLeaseNamespace = "kube-node-lease";
constexpr Duration kSoon = std::chrono::milliseconds(20);
constexpr Duration kMonitorGrace = std::chrono::seconds(50);
constexpr Duration kGoneNodeGrace = std::chrono::seconds(40);
constexpr std::string_view kNotReady = "node.kubernetes.io/not-ready";
constexpr std::string_view kUnreachable = "node.kubernetes.io/unreachable";
constexpr std::string_view kCordoned = "node.kubernetes.io/unschedulable";

// What a pressure that a kubelet tells of is called as a taint.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kPressures = {{
    {"MemoryPressure", "node.kubernetes.io/memory-pressure"},
    {"DiskPressure", "node.kubernetes.io/disk-pressure"},
    {"PIDPressure", "node.kubernetes.io/pid-pressure"},
    {"NetworkUnavailable", "node.kubernetes.io/network-unavailable"},
}};

std::string condition_status(const Value& node, std::string_view type) {
  const Value* condition = condition_of(node, type);
  return condition == nullptr ? "" : text_at(*condition, {"status"});
}

/// The taints that this controller gives and takes.
bool is_ours(const Value& taint) {
  const std::string key = text_at(taint, {"key"});
  return key == kNotReady || key == kUnreachable || key == kCordoned ||
         std::ranges::any_of(kPressures, [&](const auto& one) { return one.second == key; });
}

/// Those that the state of the node asks for, by key and effect; `evicts` as to `NoExecute`.
std::vector<std::pair<std::string, std::string>> wanted_taints(const Value& node, bool evicts) {
  std::vector<std::pair<std::string, std::string>> wanted;
  const std::string ready = condition_status(node, "Ready");
  if (!ready.empty() && ready != "True") {
    const std::string_view key = ready == "Unknown" ? kUnreachable : kNotReady;
    wanted.emplace_back(key, "NoSchedule");
    if (evicts) {
      wanted.emplace_back(key, "NoExecute");
    }
  }
  if (flag_at(node, {"spec", "unschedulable"})) {
    wanted.emplace_back(std::string(kCordoned), "NoSchedule");
  }
  for (const auto& [type, key] : kPressures) {
    if (condition_status(node, type) == "True") {
      wanted.emplace_back(std::string(key), "NoSchedule");
    }
  }
  return wanted;
}

/// The node's taints as they ought to be; what is there already keeps its time.
Value settled_taints(const Value& node, bool evicts, const std::string& now) {
  Value taints = Value::array();
  auto wanted = wanted_taints(node, evicts);
  // Admission taints a node that has told nothing yet; that stays until it does.
  const bool silent = condition_status(node, "Ready").empty();
  for (const Value& taint : list_at(node, {"spec", "taints"})) {
    const auto same = std::ranges::find_if(wanted, [&](const auto& one) {
      return one.first == text_at(taint, {"key"}) && one.second == text_at(taint, {"effect"});
    });
    const bool kept = silent && text_at(taint, {"key"}) == kNotReady;
    if (same != wanted.end()) {
      wanted.erase(same);
      taints.push_back(taint);
    } else if (!is_ours(taint) || kept) {
      taints.push_back(taint);
    }
  }
  for (const auto& [key, effect] : wanted) {
    taints.push_back({{"key", key}, {"effect", effect}, {"timeAdded", now}});
  }
  return taints;
}

/// For how long a pod bears a taint: none for ever, zero or less not at all.
std::optional<std::int64_t> seconds_borne(const Value& pod, const Value& taint) {
  std::optional<std::int64_t> least;
  bool borne = false;
  for (const Value& toleration : list_at(pod, {"spec", "tolerations"})) {
    const Value alone = {{"spec", {{"tolerations", Value::array({toleration})}}}};
    if (!tolerates(alone, taint)) {
      continue;
    }
    borne = true;
    if (find(toleration, {"tolerationSeconds"}) != nullptr) {
      const std::int64_t seconds = number_at(toleration, {"tolerationSeconds"});
      least = least ? std::min(*least, seconds) : seconds;
    }
  }
  return borne ? least : std::optional<std::int64_t>(0);
}

/// Notices kubelets that fall silent, taints nodes, and evicts pods that do not bear it.
class NodeController final : public Controller {
 public:
  explicit NodeController(Registry& registry)
      : registry_(registry),
        nodes_(registry.timeline(), kSoon, [this](const Key& key) { sync_node(key); }),
        pods_(registry.timeline(), kSoon, [this](const Key& key) { sync_pod(key); }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == "nodes") {
      nodes_.add(change.key);
      if (change.before != nullptr &&
          condition_status(*change.before, "Ready") != condition_status(*change.object, "Ready")) {
        add_nodes();
      }
      if (change.type == Change::Type::Deleted) {
        add_pods_of(change.key.name, kGoneNodeGrace);
      } else if (change.before != nullptr && list_at(*change.before, {"spec", "taints"}) !=
                                                 list_at(*change.object, {"spec", "taints"})) {
        add_pods_of(change.key.name, kSoon);
      }
    } else if (change.key.bucket == kLeases && change.key.ns == kLeaseNamespace) {
      heard_[change.key.name] = registry_.timeline().now();
      nodes_.add_after({"nodes", {}, change.key.name}, kMonitorGrace);
    } else if (change.key.bucket == "pods" && change.type != Change::Type::Deleted &&
               is_on_tainted_node(*change.object)) {
      pods_.add(change.key);
    }
  }

 private:
  [[nodiscard]] bool is_on_tainted_node(const Value& pod) const {
    const Shared node = stored(registry_, "nodes", {}, text_at(pod, {"spec", "nodeName"}));
    return node != nullptr && !list_at(*node, {"spec", "taints"}).empty();
  }

  void add_nodes() {
    for (const Shared& node : all_stored(registry_, "nodes")) {
      nodes_.add(key_of("nodes", *node));
    }
  }

  /// Where no node is ready, it is likely the control plane that is cut off: nobody is evicted.
  [[nodiscard]] bool is_any_ready() const {
    return std::ranges::any_of(all_stored(registry_, "nodes"), [](const Shared& node) {
      return condition_status(*node, "Ready") == "True";
    });
  }

  void add_pods_of(const std::string& node, Duration delay) {
    for (const Shared& pod : all_stored(registry_, "pods")) {
      if (text_at(*pod, {"spec", "nodeName"}) == node) {
        pods_.add_after(key_of("pods", *pod), delay);
      }
    }
  }

  void sync_node(const Key& key) {
    Shared node = registry_.store().get(key);
    if (node == nullptr) {
      return;
    }
    judge_lease(key, *node);
    node = registry_.store().get(key);
    const std::string now = registry_.timestamp();
    const bool evicts = is_any_ready();
    if (node == nullptr ||
        settled_taints(*node, evicts, now) == list_at(*node, {"spec", "taints"})) {
      return;
    }
    change_stored(
        registry_,
        key,
        [&](Value& fresh) {
          Value taints = settled_taints(fresh, evicts, now);
          if (taints.empty()) {
            erase_at(fresh, {"spec", "taints"});
          } else {
            make_at(fresh, {"spec", "taints"}) = std::move(taints);
          }
        },
        as_controller(kManager));
  }

  /// A node that never had a lease is not one that a kubelet serves.
  void judge_lease(const Key& key, const Value& node) {
    const auto heard = heard_.find(key.name);
    if (heard == heard_.end()) {
      return;
    }
    // By our own clock: what the calendar says may jump.
    const Duration age = registry_.timeline().now() - heard->second;
    if (age < kMonitorGrace) {
      nodes_.add_after(key, kMonitorGrace - age);
      return;
    }
    if (condition_status(node, "Ready") == "Unknown") {
      return;
    }
    const std::string now = registry_.timestamp();
    change_stored(
        registry_,
        key,
        [&](Value& fresh) {
          for (const std::string_view type :
               {"MemoryPressure", "DiskPressure", "PIDPressure", "Ready"}) {
            const Value* old = condition_of(fresh, type);
            const std::string posted =
                old == nullptr ? now : text_at(*old, {"lastHeartbeatTime"}, now);
            set_condition(fresh,
                          {{"type", std::string(type)},
                           {"status", "Unknown"},
                           {"reason", "NodeStatusUnknown"},
                           {"message", "Kubelet stopped posting node status."},
                           {"lastHeartbeatTime", posted}},
                          now);
          }
        },
        as_controller(kManager, "status"));
    record_event(registry_,
                 node,
                 "node-controller",
                 "Normal",
                 "NodeNotReady",
                 "Node " + key.name + " status is now: NodeNotReady");
    mark_pods_unready(key.name);
  }

  void mark_pods_unready(const std::string& node) {
    const std::string now = registry_.timestamp();
    for (const Shared& pod : all_stored(registry_, "pods")) {
      const Value* ready = condition_of(*pod, "Ready");
      if (text_at(*pod, {"spec", "nodeName"}) != node || ready == nullptr ||
          text_at(*ready, {"status"}) != "True") {
        continue;
      }
      change_stored(
          registry_,
          key_of("pods", *pod),
          [&](Value& fresh) {
            const Value* old = condition_of(fresh, "Ready");
            Value condition = old == nullptr ? Value({{"type", "Ready"}}) : *old;
            condition["status"] = "False";
            set_condition(fresh, std::move(condition), now);
          },
          as_controller(kManager, "status"));
      record_event(
          registry_, *pod, "node-controller", "Warning", "NodeNotReady", "Node is not ready");
    }
  }

  void evict(const Key& key, const Value& pod) {
    record_event(registry_,
                 pod,
                 "taint-eviction-controller",
                 "Normal",
                 "TaintManagerEviction",
                 "Marking for deletion Pod " + key.ns + "/" + key.name);
    const std::string now = registry_.timestamp();
    change_stored(
        registry_,
        key,
        [&](Value& fresh) {
          set_condition(fresh,
                        {{"type", "DisruptionTarget"},
                         {"status", "True"},
                         {"reason", "DeletionByTaintManager"},
                         {"message", "Taint manager: deleting due to NoExecute taint"},
                         {"lastProbeTime", nullptr}},
                        now);
        },
        as_controller(kManager, "status"));
    delete_stored(registry_, key, uid_of(pod), {}, as_controller(kManager));
  }

  void sync_pod(const Key& key) {
    const Shared pod = registry_.store().get(key);
    if (pod == nullptr) {
      return;
    }
    const std::string name = text_at(*pod, {"spec", "nodeName"});
    const Shared node = stored(registry_, "nodes", {}, name);
    if (node == nullptr) {
      if (!name.empty()) {
        delete_stored(registry_, key, uid_of(*pod), {}, as_controller(kManager), 0);
      }
      return;
    }
    if (is_deleting(*pod)) {
      return;
    }
    if (const std::optional<Duration> left = time_left(*pod, *node); left && *left > Duration()) {
      pods_.add_after(key, *left);
    } else if (left) {
      evict(key, *pod);
    }
  }

  /// Until the pod has to leave its node; none where it may stay.
  [[nodiscard]] std::optional<Duration> time_left(const Value& pod, const Value& node) const {
    std::optional<Duration> left;
    for (const Value& taint : list_at(node, {"spec", "taints"})) {
      if (text_at(taint, {"effect"}) != "NoExecute") {
        continue;
      }
      const std::optional<std::int64_t> seconds = seconds_borne(pod, taint);
      if (!seconds) {
        continue;
      }
      Duration one = bounded_seconds(std::max<std::int64_t>(*seconds, 0));
      if (const auto since = base::parse_rfc3339(text_at(taint, {"timeAdded"})); since) {
        one -= registry_.timeline().wall() - *since;
      }
      left = left ? std::min(*left, one) : one;
    }
    return left;
  }

  Registry& registry_;
  WorkQueue nodes_;
  WorkQueue pods_;
  std::map<std::string, MonoTime> heard_;  ///< when a node's lease was renewed
};

}  // namespace

std::unique_ptr<Controller> node_controller(Registry& registry) {
  return std::make_unique<NodeController>(registry);
}

}  // namespace cfkops::sandbox
