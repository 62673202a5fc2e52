#pragma once

#include "kafka_cluster.hpp"

#include <chrono>
#include <optional>

namespace cfkops::actions {

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
