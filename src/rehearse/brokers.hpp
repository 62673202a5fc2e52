#pragma once

#include "evidence.hpp"

#include "cfkops/sandbox/kafka_report.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::rehearse {

/// Whether that is a broker's pod of this Kafka: NAME-0, NAME-1, …
[[nodiscard]] bool is_broker_of(const sandbox::KafkaReport& kafka,
                                std::string_view ns,
                                std::string_view pod);

/// The Kafka whose broker it is, or nullptr.
[[nodiscard]] const sandbox::KafkaReport* kafka_of(const std::vector<sandbox::KafkaReport>& kafka,
                                                   std::string_view ns,
                                                   std::string_view pod);

/// The one of that namespace and name, or nullptr.
[[nodiscard]] const sandbox::KafkaReport* find_kafka(const std::vector<sandbox::KafkaReport>& kafka,
                                                     std::string_view ns,
                                                     std::string_view name);

/// "confluent/kafka-1" of "confluent/kafka-1 (CrashLoopBackOff)".
[[nodiscard]] std::string_view pod_of(std::string_view unready);

/// The brokers of this Kafka that are not up, beside one pod: by name where the cluster says which.
[[nodiscard]] std::vector<std::string> down_beside(const Standing& standing,
                                                   const sandbox::KafkaReport& kafka,
                                                   std::string_view pod);

/// "confluent/kafka"
[[nodiscard]] std::string full_name(const sandbox::KafkaReport& kafka);

}  // namespace cfkops::rehearse
