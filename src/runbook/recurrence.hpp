#pragma once

#include "zone.hpp"

#include "cfkops/base/result.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// A recurrence rule of iCalendar (RFC 5545, 3.3.10), as much of it as windows take.
struct Recurrence {
  enum class Frequency { Daily, Weekly, Monthly };

  /// "MO", "-1FR".
  struct ByDay {
    std::chrono::weekday day;
    int ordinal = 0;  ///< 0: every one
  };

  Frequency frequency = Frequency::Daily;
  int interval = 1;
  std::optional<int> count;
  std::optional<SysSeconds> until;                   ///< a moment, itself included …
  std::optional<std::chrono::local_days> until_day;  ///< … or a day
  std::vector<ByDay> by_day;
  std::vector<int> by_month_day;  ///< 1 to 31, -1 is the last
  std::chrono::weekday week_start = std::chrono::Monday;
};

/// Reads "FREQ=WEEKLY;BYDAY=TU,TH". A part that it does not know is an error. Errors: InvalidInput,
/// whose `pos` has the column in `text` only.
[[nodiscard]] Result<Recurrence> parse_recurrence(std::string_view text);

/// Visits the days of a rule whose first is `first`, in ascending order, until `visit` says false
/// or the years that windows know are over. Days before `from` may be left out where nothing is
/// counted. `count` and `until` are not looked at.
void each_day(const Recurrence& rule,
              std::chrono::local_days first,
              std::chrono::local_days from,
              const std::function<bool(std::chrono::local_days)>& visit);

/// The years that windows can be in.
inline constexpr int kFirstYear = 1970;
inline constexpr int kLastYear = 2199;

}  // namespace cfkops::runbook
