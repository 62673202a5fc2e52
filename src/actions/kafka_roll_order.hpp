#pragma once

#include "kafka_cluster.hpp"

#include "cfkops/kafka/state.hpp"
#include "cfkops/kafka/target.hpp"

#include <map>
#include <string>
#include <vector>

namespace cfkops::actions {

/// Which processes a roll restarts.
enum class RollRoles { Brokers, Controllers, All };

/// One process that is to be restarted.
struct RollEntry {
  kafka::Role role = kafka::Role::Broker;
  std::string pod;
  bool stuck = false;  ///< it was down and would not heal: its restart exposes nothing more
  std::string reason;  ///< why it stands where it stands
};

struct RollOrder {
  std::vector<RollEntry> entries;
  std::vector<std::string> fatal;   ///< why nothing may be restarted at all
  std::vector<std::string> doubts;  ///< what could not be told, and blocks as much
};

/// A pod that an earlier process of the run evicted.
struct EvictedPod {
  std::string pod;
  std::string uid;
};

/// All members of a cluster, by role.
struct RollMembers {
  std::vector<kafka::Member> brokers;
  std::vector<kafka::Member> controllers;

  [[nodiscard]] const kafka::Member* find(const std::string& pod) const;
};

/// Leaves out those that an earlier process of the run evicted: they are done, or on their way
/// back. That nothing is left is no fault then. Pure.
void leave_out(const std::vector<EvictedPod>& evicted, RollOrder& order);

/// Leaves out those pods. Pure.
void leave_out(const std::vector<std::string>& pods, RollOrder& order);

/// Errors: those of reading.
[[nodiscard]] Result<RollMembers> read_members(kube::Reader& reader, const KafkaCluster& cluster);

/// The name of the container that Kafka runs in: that of the role, else the first; "" without any.
/// Pure.
[[nodiscard]] std::string main_container(const kube::Object& pod, kafka::Role role);

/// Whether that container runs now. Pure.
[[nodiscard]] bool main_container_runs(const kafka::Member& member);

/// A pod of another revision than the one wanted. An unknown one counts as the wanted one: stopping
/// is the safe mistake. Pure.
[[nodiscard]] bool is_outdated(const kafka::Member& member, const std::string& wanted);

/// Whether its Kafka serves nobody and will not heal by itself: the pod is stuck, the container
/// that Kafka runs in does not run, and its Jolokia does not answer. Pure.
[[nodiscard]] bool process_is_down(const kafka::Member& member, const kafka::ClusterGauges& gauges);

/// Stuck pods of an outdated revision first, of them those whose Kafka is down; then controllers by
/// ordinal with the active one last; then brokers with the fewest leaders first, by ordinal where
/// equal. Fatal: a pod that is stuck at the wanted revision, because the next one would end the
/// same way; controllers that were asked for and are not here; a controller without which no
/// majority would be left; nothing to restart. A doubt: which controllers the cluster has. Pure.
[[nodiscard]] RollOrder roll_order(const KafkaCluster& cluster,
                                   const RollMembers& members,
                                   const kafka::ClusterGauges& gauges,
                                   RollRoles roles);

/// The pods that a drain moves, in the order of a roll: those whose Kafka is down already first,
/// whatever their revision, because elsewhere they may start. Fatal: a controller without which no
/// majority would be left. A doubt: which controllers the cluster has. Pure.
[[nodiscard]] RollOrder move_order(const KafkaCluster& cluster,
                                   const RollMembers& members,
                                   const kafka::ClusterGauges& gauges,
                                   const std::map<std::string, std::string>& moves);

/// Which of the entries left is next, given who is the active controller now: of the first one's
/// kind, the first that is not the active controller. `rest` must not be empty.
[[nodiscard]] std::size_t next_in_order(const std::vector<RollEntry>& rest,
                                        const std::string& active_controller);

}  // namespace cfkops::actions
