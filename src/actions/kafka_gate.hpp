#pragma once

#include "kafka_cluster.hpp"
#include "kafka_patience.hpp"
#include "kafka_roll_order.hpp"

#include "cfkops/base/error.hpp"
#include "cfkops/kafka/gates.hpp"
#include "cfkops/kube/reader.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cfkops::actions {

/// What a fresh look at the whole cluster says about restarting one process now.
struct GateLook {
  MonoTime since = {};  ///< when it began: no reading is older
  kafka::GateVerdict verdict = {};
  std::string uid = {};       ///< of the pod that is there now, "" where there is none
  std::string revision = {};  ///< that its replacement gets, "" where that is not known
  std::optional<std::int64_t> start_time_ms = {};
  std::set<kafka::TopicPartition> hosted = {};
  std::string active_controller = {};
  bool in_doubt = false;            ///< which controllers there are: no later look tells that
  std::optional<Error> error = {};  ///< what waiting will not heal, a request to stop included
};

/// Whether one process of a cluster may be restarted. Everything must hold on readings of this
/// moment: nobody else rolls the cluster, all pods are there and Ready, replication is full, the
/// quorum is whole (and stays so without this one), and no partition that it hosts would lose what
/// it needs. For a process that is down and will not heal, only that it is down still. Borrows all
/// it is given.
class RollGate {
 public:
  RollGate(kube::Reader& reader,
           const KafkaCluster& cluster,
           const std::set<std::string>& waived_topics,
           Patience& patience)
      : reader_(reader),
        cluster_(cluster),
        waived_topics_(waived_topics),
        patience_(patience) {}

  [[nodiscard]] GateLook look(const RollEntry& entry) const;

 private:
  void judge(const RollEntry& entry,
             const RollMembers& members,
             const kafka::ClusterGauges& gauges,
             GateLook& look) const;
  void judge_partitions(const std::string& pod,
                        const kafka::ClusterGauges& gauges,
                        GateLook& look) const;

  kube::Reader& reader_;
  const KafkaCluster& cluster_;
  const std::set<std::string>& waived_topics_;
  Patience& patience_;
};

/// All pods that the cluster should have are there, Ready and staying. A pod of an outdated
/// revision is not asked to be Ready where Kafka runs in it and another container is stuck: its
/// restart is what heals it.
[[nodiscard]] kafka::GateVerdict pods_are_ready(const KafkaCluster& cluster,
                                                const RollMembers& members);

/// No broker's table has fewer partitions than it says that it hosts: else something is missing.
/// Pure.
[[nodiscard]] kafka::GateVerdict tables_are_whole(const kafka::ClusterGauges& gauges,
                                                  const kafka::PartitionTable& table);

/// Adds what another gate says: the worse answer and the reasons of both. A waiver remains only
/// where it permits everything that blocks.
void merge(kafka::GateVerdict& into, kafka::GateVerdict other);

/// The partitions that are not fully in sync, as their leaders say, worst first, for a person:
/// "orders-4: 2 of 3 in sync (leader kafka-1)". At most `max`, then how many more.
[[nodiscard]] std::vector<std::string> missing_partitions(kube::Reader& reader,
                                                          const KafkaCluster& cluster,
                                                          std::size_t max = 5);

/// The reasons, at most `max` of them, on one line.
[[nodiscard]] std::string reasons_text(const kafka::GateVerdict& verdict, std::size_t max = 3);

}  // namespace cfkops::actions
