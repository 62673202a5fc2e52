#pragma once

#include "kafka_cluster.hpp"

#include "cfkops/engine/action.hpp"
#include "cfkops/kafka/gates.hpp"
#include "cfkops/kube/reader.hpp"
#include "cfkops/runbook/action_spec.hpp"

#include <functional>
#include <string>
#include <vector>

namespace cfkops::actions {

/// The arguments `target` and `hold`.
[[nodiscard]] std::vector<runbook::ArgumentSpec> kafka_check_arguments();

/// One reading of the cluster and what it says.
struct KafkaReading {
  kafka::GateVerdict verdict = {};
  kafka::ClusterGauges gauges = {};
  std::vector<std::string> details = {};
  runbook::ValueMap outputs = {};
};

using ReadKafka = std::function<KafkaReading(kube::Reader&, const KafkaCluster&)>;

/// Reads once, and again after `hold` where the first reading was good; both must be. What cannot
/// be found or read is Unknown.
[[nodiscard]] engine::CheckResult check_kafka(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments,
                                              const ReadKafka& read);

}  // namespace cfkops::actions
