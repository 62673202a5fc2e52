#pragma once

#include "quota_room.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/files.hpp"
#include "cfkops/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::actions {

/// What pods asked for at a time, those of nodes that take no others included.
struct CapacitySample {
  WallTime taken = {};
  QuotaAmounts requests = {};
};

/// The newest report of capacity.show in a file: a log of a run, or what `run -o json` printed.
/// Errors: those of reading it; InvalidInput, where it has none.
[[nodiscard]] Result<CapacitySample> read_sample(const base::Files& files, const std::string& file);

/// Where it goes if it goes on so.
struct CapacityTrend {
  /// `unknown`; `steady` where nothing grows; `growing`.
  std::string word = "unknown";
  std::int64_t days = 0;                ///< of `growing`: until the first of them is full
  std::vector<std::string> lines = {};  ///< one per resource, or why it cannot be told
};

/// From two reports, in a straight line, to what nodes can give now. Two that are less than an hour
/// apart tell nothing. Pure.
[[nodiscard]] CapacityTrend trend_of(const CapacitySample& earlier,
                                     const CapacitySample& now,
                                     const QuotaAmounts& allocatable);

}  // namespace cfkops::actions
