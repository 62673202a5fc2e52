#pragma once

#include "registry.hpp"

namespace cfkops::sandbox {

/// Renews the leases by which controller manager and scheduler say that they lead, where it is time
/// to. The kubelets' heartbeats call it, so that a cluster without nodes has no clock of its own.
void renew_component_leases(Registry& registry);

}  // namespace cfkops::sandbox
