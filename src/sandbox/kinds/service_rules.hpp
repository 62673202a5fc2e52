#pragma once

#include "refusal.hpp"
#include "value.hpp"

namespace cfkops::sandbox {

/// Checks of a Service's spec (pkg/apis/core/validation).
void validate_service(const Value& service, FieldErrors& errors);

/// What a change of a Service may not do beside that.
void validate_service_change(const Value& fresh, const Value& old, FieldErrors& errors);

/// Checks of `status.loadBalancer`.
void validate_service_status(const Value& service, FieldErrors& errors);

/// Seen from outside of the cluster, so `externalTrafficPolicy` means something.
[[nodiscard]] bool is_external(const Value& service);

/// `healthCheckNodePort` means something.
[[nodiscard]] bool needs_health_port(const Value& service);

/// `clusterIPs` begins with "None".
[[nodiscard]] bool is_headless(const Value& service);

}  // namespace cfkops::sandbox
