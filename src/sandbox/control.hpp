#pragma once

#include "cfkops/kube/transport.hpp"
#include "cfkops/sandbox/cluster.hpp"

namespace cfkops::sandbox {

/// Whether a request is for the sandbox itself: its path is below /sandbox/. Kubernetes has none
/// there, and faults do not act on it.
[[nodiscard]] bool is_control(const kube::Request& request);

/// Carries out what such a request asks for (docs/sandbox.md). One with a header Authorization is
/// none of the administrator's, and is refused.
[[nodiscard]] kube::Response control(Cluster& cluster, const kube::Request& request);

}  // namespace cfkops::sandbox
