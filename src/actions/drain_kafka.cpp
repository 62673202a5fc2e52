#include "drain_kafka.hpp"

#include "owner.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

namespace cfkops::actions {

namespace {

/// The StatefulSet that a pod is of, by the names of its owner; "" where it is of none.
std::string set_of(const kube::Object& pod) {
  return controller_name(pod, "StatefulSet");
}

/// The StatefulSets of a namespace that look like Kafka, with their role.
Result<std::map<std::string, kafka::Role>> kafka_sets(kube::Reader& reader, const std::string& ns) {
  CFKOPS_ASSIGN(const kube::ObjectList sets, reader.list(kube::resources::stateful_sets(), ns));
  std::map<std::string, kafka::Role> found;
  for (const kube::Object& set : sets.items) {
    if (const auto role = kafka::role_of(set)) {
      found.emplace(set.name(), *role);
    }
  }
  return found;
}

/// Of one namespace.
class Finder {
 public:
  Finder(kube::Reader& reader, std::string ns, std::vector<DrainPod>& pods)
      : reader_(reader),
        ns_(std::move(ns)),
        pods_(pods) {}

  Status find(const std::set<std::string>& earlier, KafkaOnNode& found) {
    CFKOPS_ASSIGN(sets_, kafka_sets(reader_, ns_));
    if (sets_.empty() || !any_of_them(earlier)) {
      return {};
    }
    CFKOPS_ASSIGN(const std::vector<kafka::Target> targets, kafka::find_targets(reader_, ns_));
    for (const kafka::Target& target : targets) {
      if (!sets_.contains(target.broker_set)) {
        continue;  // a resource whose StatefulSet is not made yet
      }
      CFKOPS_ASSIGN(KafkaCluster cluster, read_cluster(reader_, target));
      KafkaShare share = share_of(std::move(cluster));
      const bool before =
          std::ranges::any_of(earlier, [&share](const std::string& one) { return share.has(one); });
      if (!share.pods.empty() || before) {
        found.shares.push_back(std::move(share));
      }
    }
    name_strays(found);
    return {};
  }

 private:
  bool any_of_them(const std::set<std::string>& earlier) const {
    const bool here = std::ranges::any_of(pods_, [this](const DrainPod& one) {
      return one.pod.ns() == ns_ && sets_.contains(set_of(one.pod));
    });
    return here || std::ranges::any_of(earlier, [this](const std::string& one) {
             return one.starts_with(ns_ + "/");
           });
  }

  KafkaShare share_of(KafkaCluster cluster) {
    KafkaShare share{.cluster = std::move(cluster)};
    const kafka::Target& target = share.cluster.target;
    for (DrainPod& one : pods_) {
      const std::string set = one.pod.ns() == ns_ ? set_of(one.pod) : "";
      if (!set.empty() && (set == target.broker_set || set == target.controller_set)) {
        one.wave = Wave::Kafka;
        claimed_.insert(one.pod.name());
        if (one.fate != PodFate::Stays) {
          share.pods.insert(one.pod.name());
        }
      }
    }
    return share;
  }

  void name_strays(KafkaOnNode& found) const {
    for (DrainPod& one : pods_) {
      const auto set = one.pod.ns() == ns_ ? sets_.find(set_of(one.pod)) : sets_.end();
      if (set == sets_.end() || claimed_.contains(one.pod.name())) {
        continue;
      }
      one.wave = Wave::Kafka;
      found.strays.push_back(
          fmt::format("pod {} looks like a Kafka {}, and it is not known of which cluster: whether "
                      "it may stop cannot be told",
                      one.name(),
                      kafka::to_string(set->second)));
    }
  }

  kube::Reader& reader_;
  std::string ns_;
  std::vector<DrainPod>& pods_;
  std::map<std::string, kafka::Role> sets_;
  std::set<std::string> claimed_;
};

}  // namespace

bool KafkaShare::has(const std::string& pod) const {
  const auto is_it = [this, &pod](const std::string& member) {
    return pod == cluster.target.ns + "/" + member;
  };
  return std::ranges::any_of(cluster.broker_pods, is_it) ||
         std::ranges::any_of(cluster.controller_pods, is_it);
}

engine::LockTarget KafkaShare::lock() const {
  return engine::lock_target(cluster.target.kind, cluster.target.ns, cluster.target.name);
}

Result<KafkaOnNode> find_kafka(kube::Reader& reader,
                               std::vector<DrainPod>& pods,
                               const std::set<std::string>& earlier) {
  std::set<std::string> namespaces;
  for (const DrainPod& one : pods) {
    if (!set_of(one.pod).empty()) {
      namespaces.insert(one.pod.ns());
    }
  }
  for (const std::string& one : earlier) {
    namespaces.insert(one.substr(0, one.find('/')));
  }
  KafkaOnNode found;
  for (const std::string& ns : namespaces) {
    CFKOPS_TRY(Finder(reader, ns, pods).find(earlier, found));
  }
  return found;
}

Status look_for_rolls(const engine::Context& context, kube::Reader& reader, KafkaOnNode& found) {
  for (KafkaShare& share : found.shares) {
    CFKOPS_ASSIGN(const std::optional<FoundMark> mark, read_mark(reader, share.cluster));
    if (!mark) {
      continue;
    }
    CFKOPS_ASSIGN(const RollMembers members, read_members(reader, share.cluster));
    share.roll =
        view_foreign(*mark, share.cluster, members, context.run_id, reader.loop().clock().wall());
  }
  return {};
}

}  // namespace cfkops::actions
