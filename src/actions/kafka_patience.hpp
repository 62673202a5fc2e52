#pragma once

#include "kafka_cluster.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace cfkops::actions {

/// How long to wait between two looks at so many processes of a Kafka, where what is waited for has
/// not come for `still`: a tenth of that, since what has stood still for long is not missed by
/// being late. To ask many takes its time, and the brokers': no sooner than `least` for each eight
/// of them (2 s where that is less), and no later than 3 s for each eight.
[[nodiscard]] inline Duration until_next_look(Duration still,
                                              Duration least,
                                              std::int64_t processes) {
  constexpr std::int64_t kProcessesPerLook = 8;
  constexpr Duration kLeastOfMany = std::chrono::seconds(2);
  constexpr Duration kLongest = std::chrono::seconds(3);
  const std::int64_t share = std::max<std::int64_t>(1, processes / kProcessesPerLook);
  return std::clamp(still / 10, std::min(least * share, kLeastOfMany), kLongest * share);
}

/// Whether an error of asking may heal, over one run. An API server that has just started may
/// refuse (401, 403) what it will allow as soon as it knows its roles: after a first success that
/// counts as unknown for a minute. Borrows the clock.
class Patience {
 public:
  explicit Patience(const Clock& clock)
      : clock_(clock) {}

  void answered() {
    answered_ = true;
    denied_since_.reset();
  }

  [[nodiscard]] bool may_heal(const Error& error) {
    if (error.code != ErrorCode::Unauthorized && error.code != ErrorCode::Forbidden) {
      return actions::may_heal(error);
    }
    if (!denied_since_) {
      denied_since_ = clock_.now();
    }
    return answered_ && clock_.now() - *denied_since_ < kDenialsLast;
  }

 private:
  static constexpr Duration kDenialsLast = std::chrono::minutes(1);

  const Clock& clock_;
  bool answered_ = false;
  std::optional<MonoTime> denied_since_ = {};
};

}  // namespace cfkops::actions
