#pragma once

#include "registry.hpp"

#include "cfkops/base/result.hpp"
#include "cfkops/sandbox/scenario.hpp"

namespace cfkops::sandbox {

/// The nodes of a scenario, with their status and simulated kubelets.
[[nodiscard]] Value scenario_nodes(const std::vector<NodeGroup>& groups, std::string_view now);

/// What a Kafka cluster consists of in Kubernetes: namespace, services, StatefulSets with claims
/// and pod templates as Confluent's operator or plain manifests have them, budgets.
[[nodiscard]] std::vector<Value> kafka_objects(const KafkaSpec& spec);

/// The same of its brokers or its controllers alone, without the namespace.
[[nodiscard]] std::vector<Value> kafka_part_objects(const KafkaSpec& spec, bool controllers);

/// What Confluent's operator goes by: definitions of its two kinds, with what is needed here only,
/// and the resources of this cluster. Empty where it has no operator.
[[nodiscard]] std::vector<Value> confluent_objects(const KafkaSpec& spec);

/// Puts nodes and Kafka in as an administrator would, and a scenario's own objects: those with a
/// uid as they are, status included, others through the registry (definitions of custom resources
/// first). Errors: InvalidInput that names the object and what the registry said.
[[nodiscard]] Status seed(Registry& registry, const Scenario& scenario);

}  // namespace cfkops::sandbox
