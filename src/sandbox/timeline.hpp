#pragma once

#include "cfkops/base/clock.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace cfkops::sandbox {

/// Seconds as an object names them, at most a hundred years of them, so that moments can be
/// reckoned with them.
[[nodiscard]] Duration bounded_seconds(std::int64_t seconds);

/// Virtual time and what is to happen in it. Two things due at one moment happen in the order in
/// which they were asked for, so a run repeats to the byte. One thread.
class Timeline final : public Clock {
 public:
  using TimerId = std::uint64_t;

  /// `wall` is what the calendar says at the start.
  explicit Timeline(WallTime wall);

  [[nodiscard]] MonoTime now() const override { return now_; }

  [[nodiscard]] WallTime wall() const override;

  /// Runs `what` that much later; at once means when time is advanced next, also by nothing.
  TimerId after(Duration delay, std::function<void()> what);

  /// The same for what is never cancelled.
  void run_after(Duration delay, std::function<void()> what);

  /// Unknown ids and what has already happened are ignored.
  void cancel(TimerId timer);

  /// When the next thing is due; MonoTime::max() where nothing is.
  [[nodiscard]] MonoTime next() const;

  /// Moves to `until`, running what is due on the way.
  void advance_to(MonoTime until);

  /// Moves to the next thing that is due, if that is not after `until`, and runs it; false where
  /// there was none, then the time is `until`.
  bool step(MonoTime until);

  /// Lets the calendar jump against the monotonic clock.
  void shift_wall(Duration by) { wall_offset_ += by; }

 private:
  MonoTime now_;
  WallTime start_wall_;
  MonoTime start_;
  Duration wall_offset_ = {};
  TimerId last_ = 0;
  std::map<std::pair<MonoTime, TimerId>, std::function<void()>> due_;
  std::map<TimerId, MonoTime> timers_;
};

}  // namespace cfkops::sandbox
