#pragma once

#include "backup_folder.hpp"
#include "object_write.hpp"

#include <string>
#include <vector>

namespace cfkops::actions {

/// The objects of a backup as they are wanted in a cluster, in the order of creation; `ns` is the
/// namespace that they are to be in instead of their own, or "". Errors: InvalidInput where there
/// are several to choose from; NotFound for a kind that the server does not serve.
[[nodiscard]] Result<std::vector<WantedObject>> wanted_of(kube::Reader& reader,
                                                          const Backup& backup,
                                                          const std::string& ns);

}  // namespace cfkops::actions
