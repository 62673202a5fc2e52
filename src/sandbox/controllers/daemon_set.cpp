#include "controllers/controller.hpp"
#include "controllers/daemon_set_pods.hpp"
#include "controllers/pods.hpp"
#include "controllers/revisions.hpp"
#include "kinds/checks.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <utility>

namespace cfkops::sandbox {

namespace {

// One pass over a daemon set, as pkg/controller/daemon does it: pods for nodes that have none, no
// pods where none is to be, then old pods give way to new ones, a few at a time.

constexpr Duration kDelay = std::chrono::milliseconds(5);
constexpr const char* kHashLabel = "controller-revision-hash";

class DaemonPass {
 public:
  DaemonPass(Registry& registry, const Value& set)
      : registry_(registry),
        set_(set),
        pods_(kind_for(registry, "v1", "Pod")),
        revisions_(registry, set),
        min_ready_(number_at(set, {"spec", "minReadySeconds"})) {}

  /// When to look again, by itself; zero for not at all.
  Duration run() {
    current_ = revisions_.update();
    if (current_ == nullptr) {
      return {};
    }
    hash_ = text_at(*current_, {"metadata", "labels", kHashLabel});
    load();
    if (!is_terminating(set_)) {
      for (const Shared& node : nodes_) {
        manage(*node);
      }
      if (text_at(set_, {"spec", "updateStrategy", "type"}) == "RollingUpdate") {
        load();
        roll();
      }
      load();
    }
    put_status();
    keep_revisions();
    return again_;
  }

 private:
  /// The pods of a node, old ones and those of the present template, that are not being deleted.
  struct NodePods {
    Shared old;
    Shared fresh;
    bool terminating = false;
  };

  void load() {
    nodes_ = registry_.list(kind_for(registry_, "v1", "Node"));
    by_node_.clear();
    for (const Shared& pod : claim_dependents(registry_, pods_, set_)) {
      by_node_[target_node(*pod)].push_back(pod);
    }
  }

  [[nodiscard]] const std::vector<Shared>& pods_of(const Value& node) const {
    static const std::vector<Shared> kNone;
    const auto found = by_node_.find(name_of(node));
    return found == by_node_.end() ? kNone : found->second;
  }

  [[nodiscard]] NodePods sorted_pods(const Value& node) const {
    NodePods sorted;
    for (const Shared& pod : pods_of(node)) {
      if (is_terminating(*pod)) {
        sorted.terminating = true;
      } else if (is_updated(set_, hash_, *pod)) {
        sorted.fresh = pod;
      } else {
        sorted.old = pod;
      }
    }
    return sorted;
  }

  [[nodiscard]] bool available(const Shared& pod) const {
    return pod != nullptr && is_available(*pod, min_ready_, registry_.timeline().wall());
  }

  void create(const Value& node) {
    static_cast<void>(create_for(registry_, pods_, set_, daemon_pod(set_, hash_, name_of(node))));
  }

  void manage(const Value& node) {
    const NodeVerdict verdict = judge_node(set_, node);
    std::vector<Shared> kept;
    bool waits = false;
    for (const Shared& pod : pods_of(node)) {
      const bool ended = has_phase(*pod, "Failed") || has_phase(*pod, "Succeeded");
      if (is_terminating(*pod)) {
        waits = true;
      } else if (ended || !verdict.may_stay) {
        delete_object(registry_, pods_, *pod);
      } else {
        kept.push_back(pod);
      }
    }
    if (kept.empty()) {
      if (verdict.should_run && !waits) {
        create(node);
      }
      return;
    }
    drop_surplus(std::move(kept));
  }

  // Of several pods of one template the oldest stays.
  void drop_surplus(std::vector<Shared> pods) {
    std::ranges::stable_sort(pods, {}, [](const Shared& pod) {
      return text_at(*pod, {"metadata", "creationTimestamp"});
    });
    std::map<bool, bool> seen;
    for (const Shared& pod : pods) {
      bool& there = seen[is_updated(set_, hash_, *pod)];
      if (there) {
        delete_object(registry_, pods_, *pod);
      }
      there = true;
    }
  }

  [[nodiscard]] std::int64_t limit(std::string_view name, std::int64_t nodes) const {
    const Value* share = find(set_, {"spec", "updateStrategy", "rollingUpdate", name});
    return share == nullptr ? 0 : share_of(*share, nodes, Rounding::Up);
  }

  void roll() {
    std::vector<Shared> running;
    std::ranges::copy_if(nodes_, std::back_inserter(running), [this](const Shared& node) {
      return judge_node(set_, *node).should_run;
    });
    const auto count = static_cast<std::int64_t>(running.size());
    const std::int64_t surge = limit("maxSurge", count);
    if (surge > 0) {
      roll_with_surge(running, surge);
    } else {
      roll_in_place(running, limit("maxUnavailable", count));
    }
  }

  void roll_in_place(const std::vector<Shared>& nodes, std::int64_t most) {
    std::int64_t unavailable = 0;
    std::vector<Shared> candidates;
    for (const Shared& node : nodes) {
      const NodePods pods = sorted_pods(*node);
      if (pods.fresh != nullptr) {
        unavailable += available(pods.fresh) ? 0 : 1;
      } else if (pods.old == nullptr) {
        ++unavailable;
      } else if (available(pods.old)) {
        candidates.push_back(pods.old);
      } else {
        // Nothing is lost by replacing it.
        ++unavailable;
        delete_object(registry_, pods_, *pods.old);
      }
    }
    for (const Shared& pod : candidates) {
      if (unavailable++ >= most) {
        return;
      }
      delete_object(registry_, pods_, *pod);
    }
  }

  void roll_with_surge(const std::vector<Shared>& nodes, std::int64_t most) {
    std::int64_t extra = 0;
    std::vector<Shared> candidates;
    for (const Shared& node : nodes) {
      const NodePods pods = sorted_pods(*node);
      if (pods.old == nullptr) {
        continue;
      }
      if (pods.fresh == nullptr) {
        if (available(pods.old)) {
          candidates.push_back(node);
        } else {
          create(*node);
        }
      } else if (available(pods.fresh)) {
        delete_object(registry_, pods_, *pods.old);
      } else {
        ++extra;
      }
    }
    for (const Shared& node : candidates) {
      if (extra++ >= most) {
        return;
      }
      create(*node);
    }
  }

  void put_status() {
    std::map<std::string, std::int64_t> counts;
    for (const Shared& node : nodes_) {
      count(*node, counts);
    }
    Value status = {{"observedGeneration", number_at(set_, {"metadata", "generation"})},
                    {"currentNumberScheduled", counts["current"]},
                    {"desiredNumberScheduled", counts["desired"]},
                    {"numberMisscheduled", counts["stray"]},
                    {"numberReady", counts["ready"]}};
    const auto put = [&status](const char* name, std::int64_t number) {
      if (number != 0) {
        status[name] = number;
      }
    };
    put("updatedNumberScheduled", counts["updated"]);
    put("numberAvailable", counts["available"]);
    put("numberUnavailable", counts["desired"] - counts["available"]);
    for (const char* name : {"collisionCount", "conditions"}) {
      if (const Value* there = find(set_, {"status", name})) {
        status[name] = *there;
      }
    }
    write_status(registry_, kind_for(registry_, "apps/v1", "DaemonSet"), set_, std::move(status));
    if (counts["ready"] > counts["available"]) {
      again_ = std::chrono::seconds(std::max<std::int64_t>(1, min_ready_));
    }
  }

  void count(const Value& node, std::map<std::string, std::int64_t>& counts) const {
    const std::vector<Shared>& pods = pods_of(node);
    if (!judge_node(set_, node).should_run) {
      counts["stray"] += pods.empty() ? 0 : 1;
      return;
    }
    ++counts["desired"];
    if (pods.empty()) {
      return;
    }
    ++counts["current"];
    const Shared& oldest = *std::ranges::min_element(pods, {}, [](const Shared& pod) {
      return text_at(*pod, {"metadata", "creationTimestamp"});
    });
    counts["ready"] += is_ready(*oldest) ? 1 : 0;
    counts["available"] += available(oldest) ? 1 : 0;
    counts["updated"] += is_updated(set_, hash_, *oldest) ? 1 : 0;
  }

  void keep_revisions() {
    std::vector<std::string> live = {name_of(*current_)};
    for (const auto& [node, pods] : by_node_) {
      for (const Shared& pod : pods) {
        live.push_back(name_of(set_) + "-" + text_at(*pod, {"metadata", "labels", kHashLabel}));
      }
    }
    revisions_.truncate(live);
  }

  Registry& registry_;
  const Value& set_;
  const Kind& pods_;
  Revisions revisions_;
  std::int64_t min_ready_;
  Shared current_;
  std::string hash_;
  std::vector<Shared> nodes_;
  std::map<std::string, std::vector<Shared>> by_node_;
  Duration again_ = {};
};

/// What of a node says where daemons run; heartbeats do not.
bool same_place(const Value& one, const Value& other) {
  return alike(find(one, {"metadata", "labels"}), find(other, {"metadata", "labels"})) &&
         alike(find(one, {"spec"}), find(other, {"spec"}));
}

class DaemonSetController final : public Controller {
 public:
  explicit DaemonSetController(Registry& registry)
      : registry_(registry),
        queue_(registry.timeline(), kDelay, [this](const Key& key) { reconcile(key); }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == "daemonsets.apps") {
      queue_.add(change.key);
    } else if (change.key.bucket == "pods") {
      for (const Key& key : concerned_owners(registry_, kind(), change)) {
        queue_.add(key);
      }
    } else if (change.key.bucket == "nodes") {
      const bool moved = change.type != Change::Type::Modified || change.before == nullptr ||
                         !same_place(*change.object, *change.before);
      if (moved) {
        add_all();
      }
    }
  }

 private:
  [[nodiscard]] const Kind& kind() const { return kind_for(registry_, "apps/v1", "DaemonSet"); }

  void add_all() {
    for (const Shared& set : registry_.list(kind())) {
      queue_.add({kind().bucket(), namespace_of(*set), name_of(*set)});
    }
  }

  void reconcile(const Key& key) {
    const Answer<Shared> found = registry_.get(kind(), key.ns, key.name);
    if (!found) {
      return;
    }
    const Shared& set = *found;
    const Duration again = DaemonPass(registry_, *set).run();
    if (again > Duration::zero()) {
      queue_.add_after(key, again);
    }
  }

  Registry& registry_;
  WorkQueue queue_;
};

}  // namespace

std::unique_ptr<Controller> daemon_set_controller(Registry& registry) {
  return std::make_unique<DaemonSetController>(registry);
}

}  // namespace cfkops::sandbox
