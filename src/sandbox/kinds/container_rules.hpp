#pragma once

#include "refusal.hpp"
#include "value.hpp"

#include <set>
#include <string>

namespace cfkops::sandbox {

/// What the checks of a container need to know of its pod.
struct PodContext {
  std::set<std::string> volumes;  ///< names of the volumes that are well formed
  std::set<std::string> blocks;   ///< those that may be mounted as devices
  std::set<std::string> claims;   ///< names of the resource claims
  std::int64_t grace = 30;
  std::string restart_policy;
  bool host_users = true;
};

/// Checks of `containers`, `initContainers` and `ephemeralContainers` of a PodSpec at `path`
/// ("spec").
void validate_containers(const Value& spec,
                         const PodContext& context,
                         const std::string& path,
                         FieldErrors& errors);

/// Checks of limits and requests at `path` ("spec.containers[0].resources").
void validate_resources(const Value& resources,
                        const std::set<std::string>& claims,
                        const std::string& path,
                        FieldErrors& errors);

/// Probes and lifecycle hooks of a container at `path`.
void validate_probes(const Value& container,
                     std::int64_t grace,
                     const std::string& path,
                     FieldErrors& errors);

/// Environment of a container at `path`: `env` and `envFrom`.
void validate_environment(const Value& container, const std::string& path, FieldErrors& errors);

/// A securityContext of a container at `path`; missing is no error.
void validate_container_security(const Value& container,
                                 bool host_users,
                                 const std::string& path,
                                 FieldErrors& errors);

/// `seccompProfile` and `appArmorProfile` in a security context of pod or container.
void validate_profiles(const Value& context, const std::string& path, FieldErrors& errors);

/// Numbers of users and groups in such a context.
void validate_identity(const Value& context,
                       std::string_view name,
                       const std::string& path,
                       FieldErrors& errors);

}  // namespace cfkops::sandbox
