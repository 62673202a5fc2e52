#pragma once

#include "kafka/model.hpp"
#include "programs.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// A command in a container of a Kafka pod: a few of every image (echo, env, hostname, sh -c with
/// one of them) and Kafka's tools as far as the model knows the answer; none: no such file. What
/// reads files, and a script that is more than one command, is refused with code 126.
[[nodiscard]] std::optional<ExecResult> run_command(const KafkaModel& model,
                                                    const Value& pod,
                                                    std::string_view container,
                                                    const std::vector<std::string>& command);

/// Kafka's tools: kafka-topics, kafka-metadata-quorum, kafka-broker-api-versions, with or without
/// ".sh". None: it is none of them.
[[nodiscard]] std::optional<ExecResult> run_kafka_tool(const KafkaModel& model,
                                                       const std::vector<std::string>& command);

}  // namespace cfkops::sandbox
