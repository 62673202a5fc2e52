#pragma once

#include "api/exchange.hpp"
#include "programs.hpp"
#include "registry.hpp"

#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// The container of a pod that a log or command is meant for: the one that is named, or the only
/// one. Refused: 400 where there is none such or no telling.
[[nodiscard]] Answer<std::string> container_of(const Value& pod, const std::string& asked);

/// What the pod's status says of the container, or nullptr.
[[nodiscard]] const Value* container_status(const Value& pod, const std::string& container);

/// Where the node's kubelet listens.
[[nodiscard]] std::string address_of(const Value& node);

/// Refused: 404 where the pod's node is not there, 500 where its kubelet does not answer. `path` is
/// what is fetched of that, for the message; "" where it is more than fetched.
[[nodiscard]] Answer<void> check_node(Registry& registry,
                                      const std::string& name,
                                      std::string_view path = {});

/// Whether the pod's node is lost, so that nothing gets there.
[[nodiscard]] bool is_cut_off(Registry& registry, const Value& pod);

/// What runs in the pod, or nullptr.
[[nodiscard]] Program* program_of(const Exchange& exchange, const Value& pod);

}  // namespace cfkops::sandbox
