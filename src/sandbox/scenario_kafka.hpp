#pragma once

#include "cfkops/sandbox/scenario.hpp"
#include "cfkops/sandbox/yaml_form.hpp"

#include <vector>

namespace cfkops::sandbox {

/// Partitions of all topics of a scenario: what one machine simulates in good time.
inline constexpr int kMostPartitions = 20'000;

/// Reads the entries of `kafka`; adds what is wrong to `errors`.
[[nodiscard]] std::vector<KafkaSpec> read_kafka(const YamlNode& list, std::vector<Error>& errors);

}  // namespace cfkops::sandbox
