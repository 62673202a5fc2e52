#pragma once

#include "kafka_cluster.hpp"

#include "cfkops/engine/action.hpp"

#include <functional>
#include <string>

namespace cfkops::actions {

/// What kafka.replication and kafka.quorum have in common: a target, and how long the answer must
/// stay a yes.
[[nodiscard]] runbook::ActionSpec kafka_check_spec(std::string name, std::string summary);

/// Asks `gate` on fresh gauges, and where it says yes and `hold` is given, again after that time: a
/// state that was well by chance is not well. The answer is the last one.
[[nodiscard]] engine::CheckResult check_kafka(
    const engine::Context& context,
    kube::Reader& reader,
    const engine::Arguments& arguments,
    const std::function<kafka::GateVerdict(const KafkaCluster&, const kafka::ClusterGauges&)>&
        gate);

}  // namespace cfkops::actions
