#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/reader.hpp"

#include <map>
#include <string>
#include <vector>

namespace cfkops::kafka {

/// What a Kafka process says of itself.
struct Identity {
  bool broker = false;
  bool controller = false;      ///< in combined mode it is both
  std::string cluster_id = {};  ///< "" while it does not say
};

/// Of all these pods at once. Errors: those of asking that pod, or of understanding it.
[[nodiscard]] std::map<std::string, Result<Identity>> read_identities(
    kube::Reader& reader,
    const std::string& ns,
    const std::vector<std::string>& pods,
    Duration timeout);

}  // namespace cfkops::kafka
