#pragma once

#include "cfkops/base/quantity.hpp"
#include "cfkops/runbook/value.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>

/// Durations and times as counts of nanoseconds that are wide enough for all of CEL's: values hold
/// them as Duration and WallTime where they fit, as LongDuration and FarTime otherwise.
namespace cfkops::runbook {

using base::Int128;

/// A duration's nanoseconds, or nothing where the value is none.
[[nodiscard]] std::optional<Int128> duration_nanos(const Value& value);

/// A time's nanoseconds since 1970, or nothing where the value is none.
[[nodiscard]] std::optional<Int128> time_nanos(const Value& value);

[[nodiscard]] Int128 nanos_of(LongDuration duration);
[[nodiscard]] Int128 nanos_of(FarTime time);

/// The value; in words where it is longer than CEL's 10,000 years.
[[nodiscard]] tl::expected<Value, std::string> duration_value(Int128 nanos);

/// The value; in words where it lies outside the years 1 to 9999.
[[nodiscard]] tl::expected<Value, std::string> time_value(Int128 nanos);

/// CEL's text of a duration: "90.5s".
[[nodiscard]] std::string duration_text(Int128 nanos);

/// CEL's text of a time: "2026-11-23T07:25:01.5Z".
[[nodiscard]] std::string time_text(Int128 nanos);

/// Reads a duration as CEL does ("1h30m", "-1.5s"), days as well; what is wrong in words.
[[nodiscard]] tl::expected<Value, std::string> parse_duration_value(const std::string& text);

/// Reads an RFC 3339 time of the years 1 to 9999; what is wrong in words.
[[nodiscard]] tl::expected<Value, std::string> parse_time_value(const std::string& text);

/// Seconds, rounded down, and the nanoseconds beyond them.
struct Seconds {
  std::int64_t count = 0;
  std::int32_t nanos = 0;
};

[[nodiscard]] Seconds split_seconds(Int128 nanos);

}  // namespace cfkops::runbook
