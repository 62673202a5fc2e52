#include "world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace cfkops::placement {

namespace {

constexpr std::string_view kLegacyLimit = "attachable-volumes-csi-";

bool comes_back(const Pod& pod) {
  if (pod.finished || pod.mirror || pod.owner.kind.empty() || pod.owner.kind == "DaemonSet" ||
      pod.owner.kind == "Node") {
    return false;
  }
  // Others than a StatefulSet have made their copy as soon as the pod was on its way out.
  return !pod.terminating || pod.owner.kind == "StatefulSet";
}

/// Stays on the node, or is not waited for, but is not gone by the drain.
bool stays(const Pod& pod) {
  return pod.mirror || pod.owner.kind == "DaemonSet" || pod.owner.kind == "Node";
}

void doubt_owner(Pod& pod) {
  const std::string& kind = pod.owner.kind;
  if (kind == "Job") {
    pod.not_no.emplace_back("its Job decides whether it comes back");
  } else if (kind != "StatefulSet" && kind != "ReplicaSet" && kind != "ReplicationController") {
    pod.doubts.push_back("how its controller of kind " + kind + " makes it again is not known");
  }
}

/// A selector that asks for labels of a namespace which nobody has told.
bool asks_for(const PodTerm& term) {
  return term.namespace_selector.given && !term.namespace_selector.requirements.empty();
}

class Reading {
 public:
  Reading(const View& view, const std::string& node)
      : view_(view) {
    for (const Json& json : view.namespaces) {
      world_.namespaces.insert_or_assign(json.string_or("/metadata/name", ""), labels_of(json));
    }
    world_.storage = read_storage(view);
    for (const Json& json : view.nodes) {
      world_.nodes.push_back(read_node(json));
      if (world_.nodes.back().name == node) {
        world_.drained = static_cast<int>(world_.nodes.size()) - 1;
      }
    }
  }

  World made() {
    if (world_.drained < 0) {
      return std::move(world_);
    }
    cordon();
    for (const Json& json : view_.pods) {
      sort_in(read_pod(json));
    }
    doubt_namespaces();
    doubt_leavers();
    read_limits();
    return std::move(world_);
  }

 private:
  Node& drained() { return world_.nodes.at(static_cast<std::size_t>(world_.drained)); }

  void cordon() {
    const Taint taint{"node.kubernetes.io/unschedulable", "", "NoSchedule"};
    drained().taints.push_back(taint);
  }

  int index_of(const std::string& name) const {
    const auto found = std::ranges::find(world_.nodes, name, &Node::name);
    return found == world_.nodes.end() ? -1 : static_cast<int>(found - world_.nodes.begin());
  }

  void sort_in(Pod pod) {
    if (pod.finished) {
      return;
    }
    if (pod.node.empty()) {
      if (!pod.gated && !pod.terminating) {
        add_mover(world_.rivals, std::move(pod));
      }
      return;
    }
    const int node = index_of(pod.node);
    if (node != world_.drained || stays(pod)) {
      if (pod.terminating && pod.owner.kind == "StatefulSet") {
        add_mover(world_.rivals, pod);
      }
      if (node >= 0) {
        std::vector<Disk> disks = world_.storage.disks_of(pod);
        world_.standing.push_back({std::move(pod), node, std::move(disks)});
      }
      return;
    }
    if (comes_back(pod)) {
      doubt_owner(pod);
      const bool has_room = !drained().allocatable.empty();
      if (has_room && pod.repelled_by(drained()) == nullptr) {
        pod.doubts.emplace_back("it tolerates the cordon and may come back to the node");
      }
      add_mover(world_.movers, std::move(pod));
    } else {
      world_.leavers.push_back(std::move(pod));
    }
  }

  void add_mover(std::vector<Mover>& to, Pod pod) const {
    VolumeNeeds needs = volume_needs(pod, world_.storage);
    pod.doubts.insert(pod.doubts.end(), needs.doubts.begin(), needs.doubts.end());
    to.push_back({std::move(pod), std::move(needs)});
  }

  /// Where a term asks for the labels of a namespace that is not in the view, nobody can tell.
  void doubt_namespaces() {
    std::set<std::string> unknown;
    const auto note = [&](const Pod& pod) {
      if (!world_.namespaces.contains(pod.ns)) {
        unknown.insert(pod.ns);
      }
    };
    std::ranges::for_each(world_.standing, note, &Standing::pod);
    std::ranges::for_each(world_.movers, note, &Mover::pod);
    if (unknown.empty()) {
      return;
    }
    const bool others_ask =
        std::ranges::any_of(
            world_.standing,
            [](const Standing& one) { return std::ranges::any_of(one.pod.anti, asks_for); }) ||
        std::ranges::any_of(world_.movers, [](const Mover& one) {
          return std::ranges::any_of(one.pod.anti, asks_for);
        });
    for (Mover& mover : world_.movers) {
      Pod& pod = mover.pod;
      const bool asks =
          std::ranges::any_of(pod.affinity, asks_for) || std::ranges::any_of(pod.anti, asks_for);
      if (asks || (others_ask && unknown.contains(pod.ns))) {
        pod.doubts.push_back(
            fmt::format("affinity asks for the labels of namespace {}, which is not in the view",
                        asks ? *unknown.begin() : pod.ns));
      }
    }
  }

  /// Pods that are not there for long may let a copy in as long as they are.
  void doubt_leavers() {
    for (Mover& mover : world_.movers) {
      Pod& pod = mover.pod;
      const bool helps = std::ranges::any_of(world_.leavers, [&](const Pod& leaver) {
        const bool liked = std::ranges::any_of(
            pod.affinity, [&](const PodTerm& term) { return world_.means(term, leaver); });
        return liked || std::ranges::any_of(pod.spread, [&](const Spread& spread) {
                 return spread.hard && leaver.ns == pod.ns &&
                        spread.selector.matches(leaver.labels);
               });
      });
      if (helps) {
        pod.not_no.emplace_back("a pod that does not come back may let it in before it goes");
      }
    }
  }

  void read_limits() {
    world_.limits.resize(world_.nodes.size());
    for (std::size_t i = 0; i < world_.nodes.size(); ++i) {
      for (const auto& [name, amount] : world_.nodes.at(i).allocatable) {
        if (name.starts_with(kLegacyLimit)) {
          world_.limits.at(i).most.insert_or_assign(name.substr(kLegacyLimit.size()), amount);
        }
      }
    }
    for (const Json& json : view_.csi_nodes) {
      const int node = index_of(json.string_or("/metadata/name", ""));
      if (node >= 0) {
        read_limits_of(json, world_.limits.at(static_cast<std::size_t>(node)));
      }
    }
  }

  static void read_limits_of(const Json& json, DiskLimits& limits) {
    limits.known = true;
    for (const Json& driver : json.items("/spec/drivers")) {
      if (driver.has("/allocatable/count")) {
        limits.most.insert_or_assign(driver.string_or("/name", ""),
                                     driver.int_or("/allocatable/count", 0));
      }
    }
  }

  const View& view_;
  World world_ = {};
};

}  // namespace

bool World::means(const PodTerm& term, const Pod& pod) const {
  if (!term.selector.matches(pod.labels)) {
    return false;
  }
  if (std::ranges::find(term.namespaces, pod.ns) != term.namespaces.end()) {
    return true;
  }
  const auto found = namespaces.find(pod.ns);
  return term.namespace_selector.matches(found == namespaces.end() ? Labels() : found->second);
}

World read_world(const View& view, const std::string& node) {
  return Reading(view, node).made();
}

}  // namespace cfkops::placement
