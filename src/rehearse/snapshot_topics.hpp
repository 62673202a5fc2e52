#pragma once

#include "cfkops/kube/reader.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace cfkops::rehearse {

/// The topics of the brokers as the key `topics` of a scenario has them. `where` begins what is
/// told in `missing`: "kafka confluent/kafka".
[[nodiscard]] nlohmann::json take_topics(kube::Reader& reader,
                                         const std::string& ns,
                                         const std::vector<std::string>& pods,
                                         const std::string& where,
                                         std::vector<std::string>& missing);

}  // namespace cfkops::rehearse
