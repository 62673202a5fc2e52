#pragma once

#include "kafka_cluster.hpp"
#include "kafka_patience.hpp"

#include "cfkops/base/error.hpp"
#include "cfkops/kafka/gates.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/reader.hpp"

#include <optional>
#include <string>

namespace cfkops::actions {

/// Does nobody else restart the pods of this StatefulSet: has its controller seen its last change,
/// and replaced all pods that it replaces by itself? OnDelete and a partition hold it back: then
/// pods of an older revision are as they should be. Pure.
[[nodiscard]] kafka::GateVerdict set_is_at_rest(const kube::Object& set);

/// Does the operator leave the pods of this Kafka resource (CFK) alone? By its phase, what its
/// operator has seen of it, its `rolling` condition, and the annotations for maintenance and for
/// rolls without checks. Pure.
[[nodiscard]] kafka::GateVerdict resource_is_at_rest(const kube::Object& kafka);

/// The revision that a pod gets when it is made again now; "" where the set does not tell. Pure.
[[nodiscard]] std::string replacement_revision(const kube::Object& set, const std::string& pod);

/// What the StatefulSets of a cluster, and its Kafka resource where it may be listed, say now.
struct SetLook {
  kafka::GateVerdict at_rest = {};
  std::string revision = {};        ///< that `pod` will get when it is made again
  std::optional<Error> error = {};  ///< what waiting will not heal
};

[[nodiscard]] SetLook look_at_sets(kube::Reader& reader,
                                   const KafkaCluster& cluster,
                                   const std::string& pod,
                                   Patience& patience);

}  // namespace cfkops::actions
