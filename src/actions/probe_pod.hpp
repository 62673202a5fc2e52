#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace cfkops::actions {

/// A pod of a ReplicaSet that asks for nothing but a node: to be given more, and placed.
[[nodiscard]] nlohmann::json probe_pod(const std::string& ns, const std::string& name);

/// Lets that pod go to this node alone.
void pin_to_node(nlohmann::json& pod, const std::string& node);

}  // namespace cfkops::actions
