#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/engine/lock.hpp"

#include <cstdint>

namespace cfkops::engine {

/// The Lease of a lock that nobody ever held, held by `holder` with token 1.
[[nodiscard]] Json new_lease(const LockTarget& target,
                             const LockHolder& holder,
                             Duration duration,
                             WallTime now);

/// The merge patch that makes `holder` the holder, with this token.
[[nodiscard]] Json taking_patch(const LockTarget& target,
                                const LockHolder& holder,
                                Duration duration,
                                std::int64_t token,
                                WallTime now);

/// The merge patch that renews, and the one that gives back.
[[nodiscard]] Json renewing_patch(WallTime now);
[[nodiscard]] Json releasing_patch(WallTime now);

}  // namespace cfkops::engine
