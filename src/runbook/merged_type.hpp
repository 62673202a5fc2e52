#pragma once

#include "cfkops/runbook/type.hpp"

namespace cfkops::runbook {

/// What a part of a live object may be that is of one type or the other: an object has the members
/// of both. `any` where nothing can be said.
[[nodiscard]] Type merged(const Type& a, const Type& b);

}  // namespace cfkops::runbook
