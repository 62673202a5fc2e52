#pragma once

#include "cfkops/base/clock.hpp"

namespace cfkops::test {

/// A clock that stands still until told otherwise. It starts at 2026-01-02T03:04:05Z.
class VirtualClock final : public Clock {
 public:
  [[nodiscard]] MonoTime now() const override { return MonoTime() + passed_; }

  [[nodiscard]] WallTime wall() const override;

  void advance(Duration duration) { passed_ += duration; }

  /// How much has passed since the beginning.
  [[nodiscard]] Duration passed() const { return passed_; }

 private:
  Duration passed_{};
};

}  // namespace cfkops::test
