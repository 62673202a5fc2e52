#pragma once

#include "api/exchange.hpp"

#include "cfkops/base/clock.hpp"

#include <cstdint>
#include <optional>

namespace cfkops::sandbox {

/// What part of a container's log is asked for, and how it goes out.
struct LogOptions {
  std::optional<std::int64_t> tail_lines = {};
  std::optional<std::int64_t> limit_bytes = {};
  std::optional<WallTime> since = {};
  bool timestamps = false;
  bool previous = false;
  bool follow = false;
};

/// The parameters of a log's query, checked; `now` is what sinceSeconds counts back from. Refused:
/// 400 for what cannot be read, 422 for what cannot be.
[[nodiscard]] Answer<LogOptions> read_log_options(const Exchange& exchange, WallTime now);

}  // namespace cfkops::sandbox
