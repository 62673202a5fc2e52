#pragma once

#include "cfkops/kafka/target.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/reader.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace cfkops::rehearse {

/// A Kafka cluster as the key `kafka` of a scenario has it, by what its processes say (Jolokia).
/// What they do not say is left out and told in `missing`; null where it has no brokers known.
/// `sets` are the StatefulSets of its namespace, among others.
[[nodiscard]] nlohmann::json take_kafka(kube::Reader& reader,
                                        const kafka::Target& target,
                                        const std::vector<kube::Object>& sets,
                                        std::vector<std::string>& missing);

}  // namespace cfkops::rehearse
