#pragma once

#include "archive.hpp"

#include "cfkops/kube/reader.hpp"

#include <string>
#include <vector>

namespace cfkops::logs {

/// Reads what helps to understand the logs of pods: their objects and those of their namespaces,
/// events, what CFK's resources and Kafka's processes say. Secrets are not read, and what stands
/// where a secret could is taken out. What cannot be read is told in `problems`. Errors: Io,
/// Cancelled.
Status read_surroundings(kube::Reader& reader,
                         const std::vector<kube::Object>& pods,
                         const std::string& salt,
                         Documents& documents,
                         std::vector<std::string>& problems);

}  // namespace cfkops::logs
