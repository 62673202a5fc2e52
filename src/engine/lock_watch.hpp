#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/engine/lock.hpp"

#include <string>

namespace cfkops::engine {

/// The step that lock requests stand under in the journal.
inline constexpr const char* kLockStep = "lock";

/// How often the time is looked at, and how often a lock is renewed, as parts of how long it holds.
inline constexpr int kTicks = 12;
inline constexpr int kRenewals = 3;

/// How often somebody else's lock is looked at.
inline constexpr Duration kLookEvery = std::chrono::seconds(2);

/// The process that holds it is no more. One of another machine, or another container, may live on
/// with a copy of the log.
[[nodiscard]] bool has_ended(const LockRecord& record);

/// "20260102-030405-beef ana@desk (broker-restart) since 2026-01-02T03:04:05Z"
[[nodiscard]] std::string text_of(const LockRecord& record);

/// Refused with reason `kLockHeld`.
[[nodiscard]] Error held_by(const LockTarget& target,
                            const LockRecord& record,
                            const std::string& why);

}  // namespace cfkops::engine
