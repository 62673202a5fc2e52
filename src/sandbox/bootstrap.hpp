#pragma once

#include "registry.hpp"

namespace cfkops::sandbox {

/// Puts in what a new cluster has before anybody uses it: the four namespaces, the API's own
/// service, the two priority classes, the roles of RBAC that people meet, and three nodes with
/// kubelets that this module simulates.
void bootstrap(Registry& registry);

/// Roles and bindings of RBAC, as JSON text in a list each.
[[nodiscard]] Value default_roles();
[[nodiscard]] Value default_role_bindings();

/// Three nodes, with their status.
[[nodiscard]] Value default_nodes(std::string_view now);

}  // namespace cfkops::sandbox
