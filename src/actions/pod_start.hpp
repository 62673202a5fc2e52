#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/kube/object.hpp"

#include <optional>

namespace cfkops::actions {

/// From the start of a pod to its Ready condition; nothing where that is not to be told. Pure.
[[nodiscard]] std::optional<Duration> start_up(const kube::Object& pod);

}  // namespace cfkops::actions
