#pragma once

#include "caller.hpp"
#include "refusal.hpp"
#include "registry.hpp"

#include "cfkops/kube/transport.hpp"

namespace cfkops::sandbox {

/// Who makes a request: the administrator, the service account of a bearer token, or whom they
/// impersonate. Refused: 401 for a token that is none, 403 for impersonation that is not allowed.
[[nodiscard]] Answer<Caller> caller_of(const Registry& registry, const kube::Request& request);

}  // namespace cfkops::sandbox
