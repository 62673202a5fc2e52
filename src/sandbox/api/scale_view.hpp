#pragma once

#include "kind.hpp"

#include <cstdint>
#include <string>

namespace cfkops::sandbox {

/// What the subresource scale shows of an object: an autoscaling/v1 Scale.
[[nodiscard]] Value scale_of(const Kind& kind, const Value& object);

/// Whether an object of this kind has the replicas that a scale shows; those of built-in kinds
/// always do.
[[nodiscard]] bool has_replicas(const Kind& kind, const Value& object);

/// Where they are: ".spec.replicas".
[[nodiscard]] std::string replicas_path(const Kind& kind);

/// Sets them.
void set_replicas(const Kind& kind, std::int64_t replicas, Value& object);

/// A metav1.LabelSelector as a query would have it: "a notin (b),app=d".
[[nodiscard]] std::string selector_text(const Value& selector);

}  // namespace cfkops::sandbox
