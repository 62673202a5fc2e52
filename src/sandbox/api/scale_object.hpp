#pragma once

#include "kind.hpp"
#include "refusal.hpp"

namespace cfkops::sandbox {

/// What the subresource scale shows of an object (autoscaling/v1). `spec.replicas` is left out for
/// zero, as Go does it.
[[nodiscard]] Value scale_of(const Kind& kind, const Value& object);

/// Whether the object says how many replicas it wants; only of defined kinds may it not.
[[nodiscard]] bool has_replicas(const Kind& kind, const Value& object);

/// The refusal where it does not. `why` is what the field does.
[[nodiscard]] std::string replicas_fault(const Kind& kind, std::string_view why);

/// Makes it want so many.
void set_replicas(const Kind& kind, Value& object, std::int64_t replicas);

}  // namespace cfkops::sandbox
