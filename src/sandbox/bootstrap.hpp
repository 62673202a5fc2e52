#pragma once

#include "registry.hpp"

namespace cfkops::sandbox {

/// Which nodes a new cluster has.
enum class Nodes { Three, None };

/// Puts in what a new cluster has before anybody uses it: the four namespaces, the API's own
/// service, the two priority classes, the roles of RBAC that people meet, and nodes with kubelets
/// that this module simulates.
void bootstrap(Registry& registry, Nodes nodes = Nodes::Three);

/// Puts in nodes as they are once their kubelets have reported: with their status, ready and
/// without the taint of new ones. Refused: what the registry refuses.
[[nodiscard]] Answer<void> add_nodes(Registry& registry, const Value& nodes);

/// Roles and bindings of RBAC, as JSON text in a list each.
[[nodiscard]] Value default_roles();
[[nodiscard]] Value default_role_bindings();

/// Three nodes, with their status.
[[nodiscard]] Value default_nodes(std::string_view now);

}  // namespace cfkops::sandbox
