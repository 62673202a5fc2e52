#include "support/virtual_clock.hpp"

#include <chrono>

namespace cfkops::test {

WallTime VirtualClock::wall() const {
  using std::chrono::sys_days;
  constexpr auto kDay = sys_days(std::chrono::year(2026) / 1 / 2);
  return WallTime(kDay.time_since_epoch()) + std::chrono::hours(3) + std::chrono::minutes(4) +
         std::chrono::seconds(5) + passed_;
}

}  // namespace cfkops::test
