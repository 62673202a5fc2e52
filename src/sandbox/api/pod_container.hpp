#pragma once

#include "api/exchange.hpp"
#include "programs.hpp"
#include "registry.hpp"

#include <string>

namespace cfkops::sandbox {

/// The container of a pod that a log or command is meant for: the one that is named, or the only
/// one. Refused: 400 where there is none such or no telling.
[[nodiscard]] Answer<std::string> container_of(const Value& pod, const std::string& asked);

/// What the pod's status says of the container, or nullptr.
[[nodiscard]] const Value* container_status(const Value& pod, const std::string& container);

/// Refused: 404 where the pod's node is not there.
[[nodiscard]] Answer<void> check_node(Registry& registry, const std::string& node);

/// What runs in the pod, or nullptr.
[[nodiscard]] Program* program_of(const Exchange& exchange, const Value& pod);

}  // namespace cfkops::sandbox
