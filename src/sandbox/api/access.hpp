#pragma once

#include "caller.hpp"
#include "refusal.hpp"
#include "registry.hpp"

#include <string>

namespace cfkops::sandbox {

/// One question to the authorizer.
struct AccessQuestion {
  std::string verb;
  std::string group;
  std::string version;
  std::string plural;
  std::string subresource;
  std::string ns;
  std::string name;
  std::string path = {};  ///< of a non-resource URL; then the others but the verb are unused
};

/// RBAC over the roles and bindings that are stored (k8s.io/kubernetes
/// plugin/pkg/auth/authorizer/rbac).
struct AccessVerdict {
  bool allowed = false;
  std::string reason = {};
};

[[nodiscard]] AccessVerdict judge_access(const Registry& registry,
                                         const Caller& caller,
                                         const AccessQuestion& question);

/// The refusal of a request that is not allowed.
[[nodiscard]] Refusal access_denied(const Caller& caller, const AccessQuestion& question);

}  // namespace cfkops::sandbox
