#pragma once

#include "registry.hpp"

namespace cfkops::sandbox {

/// Renews a node's lease as its kubelet does, or makes it.
void renew_lease(Registry& registry, const Value& node);

/// Posts that the node is well.
void post_health(Registry& registry, const Key& node);

}  // namespace cfkops::sandbox
