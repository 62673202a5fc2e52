#pragma once

#include "cfkops/base/result.hpp"

#include <chrono>
#include <string>

namespace cfkops::base {

using Duration = std::chrono::nanoseconds;
using MonoTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// Tells the time; it never waits. Waiting is pumping the transport until a moment of this clock,
/// so a simulated cluster can own both and a test needs no sleep. One thread.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  /// For time-outs and measured durations: never goes back.
  [[nodiscard]] virtual MonoTime now() const = 0;

  /// For people and records: what the calendar says, may jump.
  [[nodiscard]] virtual WallTime wall() const = 0;
};

/// The machine's own clocks.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] MonoTime now() const override;
  [[nodiscard]] WallTime wall() const override;
};

/// "2026-11-23T07:25:01.123456Z": RFC 3339, UTC, always six decimals.
[[nodiscard]] std::string format_rfc3339(WallTime time);

/// "2026-11-23T07:25:01Z": the same without fraction, as Kubernetes writes most times.
[[nodiscard]] std::string format_rfc3339_seconds(WallTime time);

/// Reads RFC 3339 with any offset and up to nine decimals. Errors: InvalidInput.
[[nodiscard]] Result<WallTime> parse_rfc3339(const std::string& text);

/// Reads "1h30m", "250ms", "1.5s", "0s": units d h m s ms us ns, larger ones first, each once.
/// Nothing is rounded and nothing is negative. Errors: InvalidInput with an example.
[[nodiscard]] Result<Duration> parse_duration(const std::string& text);

/// The shortest exact form that `parse_duration` reads back: "1h30m", "250ms", "0s". A
/// negative one, which it would refuse, gets a minus.
[[nodiscard]] std::string format_duration(Duration duration);

/// For people: one or two units, tenths below ten seconds: "3.2s", "1m04s", "2h05m".
[[nodiscard]] std::string human_duration(Duration duration);

/// For programs: 1.5.
[[nodiscard]] constexpr double in_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace cfkops::base

namespace cfkops {
using base::Clock;
using base::Duration;
using base::MonoTime;
using base::WallTime;
}  // namespace cfkops
