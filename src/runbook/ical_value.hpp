#pragma once

#include "zone.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::runbook {

/// A DATE or DATE-TIME of iCalendar.
struct IcalTime {
  LocalSeconds local;
  bool is_date = false;  ///< "20261224", at the beginning of that day
  bool utc = false;      ///< "20261224T220000Z"
};

/// How long: days as the calendar has them (a day may have 23 hours), and an exact time beside.
struct IcalSpan {
  std::chrono::days days{0};
  std::chrono::seconds exact{0};
};

/// Reads "20261224", "20261224T220000" or "20261224T220000Z". Nothing for anything else, also for
/// 29 February of a year that has none and for years that windows do not know.
[[nodiscard]] std::optional<IcalTime> parse_ical_time(std::string_view text);

/// Reads "2026-01-06T22:00" or "2026-01-06T22:00:30", as runbooks have it.
[[nodiscard]] std::optional<LocalSeconds> parse_local_time(std::string_view text);

/// Reads "PT4H30M", "P1D", "P2W", "P1DT12H". Nothing for anything else, also for a negative one.
[[nodiscard]] std::optional<IcalSpan> parse_ical_duration(std::string_view text);

/// A decimal number with an optional sign, of nine digits at most.
[[nodiscard]] std::optional<int> parse_number(std::string_view text);

/// Without the backslashes of iCalendar's TEXT.
[[nodiscard]] std::string unescape_ical(std::string_view text);

}  // namespace cfkops::runbook
