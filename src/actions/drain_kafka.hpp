#pragma once

#include "drain_pods.hpp"
#include "kafka_cluster.hpp"
#include "kafka_roll.hpp"

#include "cfkops/engine/action.hpp"
#include "cfkops/engine/lock.hpp"
#include "cfkops/kube/reader.hpp"

#include <set>
#include <string>
#include <vector>

namespace cfkops::actions {

/// The processes of one Kafka that are on the node.
struct KafkaShare {
  KafkaCluster cluster = {};
  std::set<std::string> pods = {};
  ForeignRoll roll = {};  ///< that another run has left its mark of

  /// One of its brokers or controllers has this name, be it on the node or not:
  /// "confluent/kafka-2".
  [[nodiscard]] bool has(const std::string& pod) const;

  /// What a restart of its brokers locks too: "kafka confluent/kafka".
  [[nodiscard]] engine::LockTarget lock() const;
};

/// All Kafka on a node.
struct KafkaOnNode {
  std::vector<KafkaShare> shares = {};
  std::vector<std::string> strays = {};  ///< Kafka of which nobody can tell whose it is, with why
};

/// Finds the pods that belong to a Kafka, as `kafka.roll` finds its targets, and puts them into the
/// wave of their own. Asks only about namespaces with a StatefulSet that looks like Kafka. A pod
/// that `earlier` names ("namespace/pod") counts though it is not on the node any more. Errors:
/// those of reading.
[[nodiscard]] Result<KafkaOnNode> find_kafka(kube::Reader& reader,
                                             std::vector<DrainPod>& pods,
                                             const std::set<std::string>& earlier);

/// Looks for the marks that other runs have left of rolls of these. Errors: those of reading.
[[nodiscard]] Status look_for_rolls(const engine::Context& context,
                                    kube::Reader& reader,
                                    KafkaOnNode& found);

}  // namespace cfkops::actions
