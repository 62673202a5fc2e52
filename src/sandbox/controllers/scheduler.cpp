#include "controllers/cluster_objects.hpp"
#include "controllers/scheduler_fit.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kName = "default-scheduler";
constexpr std::string_view kManager = "kube-scheduler";
// The host that it runs on is behind its name, as it signs events.
constexpr const char* kInstance = "default-scheduler-control-plane";
constexpr std::string_view kSelectedNode = "volume.kubernetes.io/selected-node";
constexpr std::string_view kNotHelpful = "Preemption is not helpful for scheduling";
constexpr std::string_view kNoVictims = "No preemption victims found for incoming pod";

bool is_ours(const Value& pod) {
  return text_at(pod, {"spec", "nodeName"}).empty() && !is_deleting(pod) &&
         text_at(pod, {"spec", "schedulerName"}, kName) == kName &&
         list_at(pod, {"spec", "schedulingGates"}).empty() &&
         text_at(pod, {"status", "phase"}, "Pending") == "Pending";
}

/// "2 Insufficient cpu, 1 node(s) were unschedulable", in the order of the texts.
std::string histogram(const std::map<std::string, int>& counts) {
  std::set<std::string> parts;
  for (const auto& [reason, count] : counts) {
    parts.insert(fmt::format("{} {}", count, reason));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// A change that may make room or remove what stood in the way.
bool frees(const Change& change) {
  if (change.key.bucket == "nodes") {
    if (change.before == nullptr || change.type == Change::Type::Deleted) {
      return true;
    }
    const auto differs = [&](Path path) {
      const Value* now = find(*change.object, path);
      const Value* then = find(*change.before, path);
      return (now == nullptr) != (then == nullptr) || (now != nullptr && *now != *then);
    };
    return differs({"spec"}) || differs({"metadata", "labels"}) ||
           differs({"status", "allocatable"});
  }
  if (change.key.bucket == "pods") {
    const std::string phase = text_at(*change.object, {"status", "phase"});
    return change.type == Change::Type::Deleted || phase == "Succeeded" || phase == "Failed" ||
           (change.before != nullptr && text_at(*change.before, {"spec", "nodeName"}) !=
                                            text_at(*change.object, {"spec", "nodeName"}));
  }
  return change.key.bucket == "persistentvolumeclaims" ||
         change.key.bucket == "persistentvolumes" ||
         change.key.bucket == "storageclasses.storage.k8s.io";
}

/// Finds a node for each pod that asks for the default scheduler. Preemption is not simulated.
class Scheduler final : public Controller {
 public:
  explicit Scheduler(Registry& registry)
      : registry_(registry),
        queue_(registry.timeline(), std::chrono::milliseconds(5), [this](const Key& key) {
          reconcile(key);
        }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == "pods") {
      if (change.type == Change::Type::Deleted || !is_ours(*change.object)) {
        waiting_.erase(change.key);
      } else if (!waiting_.contains(change.key) ||
                 (change.before != nullptr &&
                  object_at(*change.before, {"spec"}) != object_at(*change.object, {"spec"}))) {
        queue_.add(change.key);
      }
    }
    if (frees(change)) {
      for (const Key& key : waiting_) {
        queue_.add_after(key, kBackoff);
      }
    }
  }

 private:
  static constexpr Duration kBackoff = std::chrono::milliseconds(200);

  void reconcile(const Key& key) {
    const Shared pod = registry_.store().get(key);
    if (pod == nullptr || !is_ours(*pod)) {
      return;
    }
    const std::vector<NodeView> nodes = view_nodes(registry_);
    if (nodes.empty()) {
      fail(key, *pod, "no nodes available to schedule pods");
      return;
    }
    if (const std::string problem = volume_problem(registry_, *pod); !problem.empty()) {
      fail(
          key, *pod, fmt::format("0/{} nodes are available: {}. not found", nodes.size(), problem));
      return;
    }
    choose(key, *pod, nodes);
  }

  void choose(const Key& key, const Value& pod, const std::vector<NodeView>& nodes) {
    std::map<std::string, int> reasons;
    int preemptable = 0;
    const NodeView* best = nullptr;
    double best_score = 0;
    for (const NodeView& node : nodes) {
      const std::vector<Misfit> found = misfits(registry_, pod, node, nodes);
      if (found.empty()) {
        const double score = score_of(registry_, pod, node, nodes);
        if (best == nullptr || score > best_score) {
          best = &node;
          best_score = score;
        }
        continue;
      }
      for (const Misfit& misfit : found) {
        ++reasons[misfit.reason];
      }
      preemptable += std::ranges::all_of(found, &Misfit::preemptable) ? 1 : 0;
    }
    if (best != nullptr) {
      place(key, pod, name_of(*best->node));
      return;
    }
    fail(key,
         pod,
         fmt::format("0/{} nodes are available: {}. no new claims to deallocate, {}",
                     nodes.size(),
                     histogram(reasons),
                     preemption_text(pod, static_cast<int>(nodes.size()), preemptable)));
  }

  static std::string preemption_text(const Value& pod, int nodes, int preemptable) {
    if (text_at(pod, {"spec", "preemptionPolicy"}) == "Never") {
      return "preemption: not eligible due to preemptionPolicy=Never.";
    }
    std::map<std::string, int> reasons;
    if (preemptable > 0) {
      reasons.emplace(std::string(kNoVictims), preemptable);
    }
    if (preemptable < nodes) {
      reasons.emplace(std::string(kNotHelpful), nodes - preemptable);
    }
    return fmt::format("preemption: 0/{} nodes are available: {}.", nodes, histogram(reasons));
  }

  /// Claims that wait for their pod are told the node first; the pod follows when they are bound.
  void place(const Key& key, const Value& pod, const std::string& node) {
    bool unbound = false;
    for (const std::string& name : claims_of(pod)) {
      const Shared claim = stored(registry_, "persistentvolumeclaims", key.ns, name);
      if (claim == nullptr || !text_at(*claim, {"spec", "volumeName"}).empty()) {
        continue;
      }
      unbound = true;
      change_stored(
          registry_,
          key_of("persistentvolumeclaims", *claim),
          [&](Value& fresh) {
            make_at(fresh, {"metadata", "annotations", kSelectedNode}) = node;
          },
          as_controller(kManager));
    }
    if (unbound) {
      waiting_.insert(key);
      return;
    }
    bind(key, pod, node);
  }

  void bind(const Key& key, const Value& pod, const std::string& node) {
    const std::string now = registry_.timestamp();
    const bool bound = change_stored(
        registry_,
        key,
        [&](Value& fresh) {
          make_at(fresh, {"spec", "nodeName"}) = node;
          set_condition(fresh,
                        {{"type", "PodScheduled"}, {"status", "True"}, {"lastProbeTime", nullptr}},
                        now);
        },
        as_controller(kManager, "binding"));
    if (bound) {
      waiting_.erase(key);
      record_event(registry_,
                   pod,
                   kName,
                   "Normal",
                   "Scheduled",
                   fmt::format("Successfully assigned {}/{} to {}", key.ns, key.name, node),
                   {.instance = kInstance});
    }
  }

  void fail(const Key& key, const Value& pod, const std::string& message) {
    waiting_.insert(key);
    const Value* old = condition_of(pod, "PodScheduled");
    if (old != nullptr && text_at(*old, {"message"}) == message) {
      return;
    }
    record_event(
        registry_, pod, kName, "Warning", "FailedScheduling", message, {.instance = kInstance});
    const std::string now = registry_.timestamp();
    change_stored(
        registry_,
        key,
        [&](Value& fresh) {
          set_condition(fresh,
                        {{"type", "PodScheduled"},
                         {"status", "False"},
                         {"reason", "Unschedulable"},
                         {"message", message},
                         {"lastProbeTime", nullptr},
                         {"observedGeneration", number_at(fresh, {"metadata", "generation"}, 1)}},
                        now);
        },
        as_controller(kManager, "status"));
  }

  Registry& registry_;
  WorkQueue queue_;
  std::set<Key> waiting_;  ///< pods that found no node
};

}  // namespace

std::unique_ptr<Controller> scheduler(Registry& registry) {
  return std::make_unique<Scheduler>(registry);
}

}  // namespace cfkops::sandbox
