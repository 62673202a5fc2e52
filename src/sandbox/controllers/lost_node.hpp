#pragma once

#include "registry.hpp"

#include <string_view>

namespace cfkops::sandbox {

/// Whether the annotation `sandbox.cfkops.dev/lost: "true"` says that the node's kubelet has
/// stopped and its processes have died.
[[nodiscard]] bool is_lost(const Value& node);

/// Stops a node's kubelet with all that runs there, or starts it again. False where there is no
/// such node.
bool set_lost(Registry& registry, std::string_view node, bool lost);

}  // namespace cfkops::sandbox
