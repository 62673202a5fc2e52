#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/engine/outcome.hpp"
#include "cfkops/kafka/gates.hpp"
#include "cfkops/kafka/target.hpp"
#include "cfkops/kube/reader.hpp"
#include "cfkops/runbook/action_spec.hpp"
#include "cfkops/runbook/value.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace cfkops::actions {

/// How long one round of questions to all processes may take.
constexpr Duration kPollTimeout = std::chrono::seconds(5);

/// The processes of one Kafka cluster as they should be, whether they are there or not.
struct KafkaCluster {
  kafka::Target target;
  std::vector<std::string> broker_pods = {};      ///< by ordinal
  std::vector<std::string> controller_pods = {};  ///< empty: not known, or the brokers themselves
  std::string broker_revision = {};               ///< that the StatefulSet wants its pods to have
  std::string controller_revision = {};
};

/// What finding and reading a cluster asks for, where an argument has the value `only`. CFK's
/// resources are asked about only where the target is one: elsewhere there may be none.
[[nodiscard]] std::vector<runbook::PermissionSpec> kafka_permissions(const std::string& only = {});

/// The target that a resolved `ref<Kafka>` means today. Errors: NotFound; Refused where another
/// object has its name now; those of listing.
[[nodiscard]] Result<kafka::Target> find_target(kube::Reader& reader, const runbook::ValueMap& ref);

/// Errors: those of reading the StatefulSets.
[[nodiscard]] Result<KafkaCluster> read_cluster(kube::Reader& reader, kafka::Target target);

/// Both of the above.
[[nodiscard]] Result<KafkaCluster> read_cluster(kube::Reader& reader, const runbook::ValueMap& ref);

/// The gauges of all processes. Where no controllers are known, the brokers are asked whether they
/// are controllers as well (combined mode), and those that say that they are not are left out.
[[nodiscard]] kafka::ClusterGauges read_gauges(kube::Reader& reader, const KafkaCluster& cluster);

/// `replication_is_full` with what this cluster should have.
[[nodiscard]] kafka::GateVerdict replication_is_full(const KafkaCluster& cluster,
                                                     const kafka::ClusterGauges& gauges);

/// The answer Unknown for that reason.
[[nodiscard]] kafka::GateVerdict not_known(std::string reason);

/// Whether it is certain which controllers the cluster has here, if any. Pure.
[[nodiscard]] kafka::GateVerdict controllers_are_known(const KafkaCluster& cluster);

/// The pod of the one controller that says it is active, or "".
[[nodiscard]] std::string active_controller(const kafka::ClusterGauges& gauges);

/// What that pod says as a controller; nullptr where it was not asked as one. It may be silent.
[[nodiscard]] const kafka::ControllerGauges* find_controller(const kafka::ClusterGauges& gauges,
                                                             const std::string& pod);

/// An error of reading that may be gone at the next try: no answer, and "unknown" until there is
/// one.
[[nodiscard]] bool may_heal(const Error& error);

/// The outcome of a step that could not read what it needs, before it changed anything: unknown
/// where that may heal.
[[nodiscard]] engine::Outcome outcome_of(const Error& error);

}  // namespace cfkops::actions
