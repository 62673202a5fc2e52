#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/kube/reader.hpp"

#include <string>
#include <vector>

namespace cfkops::actions {

/// The pods that a drain of the node would evict: those of DaemonSets, mirrors of static pods and
/// those that have ended stay. Errors: the list's; NotFound where there is no such node.
[[nodiscard]] Result<std::vector<Json>> pods_to_evict(kube::Reader& reader,
                                                      const std::string& node);

/// The objects of a list as they are.
[[nodiscard]] std::vector<Json> jsons_of(const kube::ObjectList& list);

}  // namespace cfkops::actions
