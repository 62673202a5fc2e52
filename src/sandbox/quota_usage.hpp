#pragma once

#include "kind.hpp"
#include "value.hpp"

#include "cfkops/base/clock.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// What an object counts for in quotas: "pods" to "1", "requests.cpu" to "500m"
/// (k8s.io/kubernetes pkg/quota/v1/evaluator). `now` tells whether a pod that is being deleted
/// still counts.
[[nodiscard]] Value quota_usage(const Kind& kind, const Value& object, WallTime now);

/// Whether a quota's scopes take an object of this kind.
[[nodiscard]] bool is_in_scope(const Value& quota, const Kind& kind, const Value& object);

/// Whether objects of this kind can count for that name of a quota.
[[nodiscard]] bool counts_for(const Kind& kind, const std::string& name);

}  // namespace cfkops::sandbox
