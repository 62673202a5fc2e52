#pragma once

#include "kafka/model.hpp"
#include "programs.hpp"

#include <memory>

namespace cfkops::sandbox {

/// Runs a `KafkaModel`'s processes in the pods of its two StatefulSets (kafka/kafka_program.cpp):
/// pods of its namespace named NAME-N and CONTROLLERS-N whose owner is that StatefulSet. The model
/// is shared with whoever reports on it.
[[nodiscard]] std::unique_ptr<Program> kafka_program(std::shared_ptr<KafkaModel> model);

}  // namespace cfkops::sandbox
