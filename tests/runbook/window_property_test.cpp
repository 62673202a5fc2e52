#include "cfkops/runbook/window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace cfkops::runbook {
namespace {

using std::chrono::days;
using std::chrono::minutes;

/// A rule as drawn, in the simplest form: counted in minutes of a year, expanded day by day.
struct Drawn {
  std::string kind;  ///< of calendar: "allow", "freeze"
  int first_day = 0;
  int first_minute = 0;
  int minutes = 0;
  std::string frequency;
  int interval = 1;
  std::vector<unsigned> weekdays;  ///< of c_encoding
  int count = 0;                   ///< 0: no end
};

constexpr int kMinutesPerDay = 24 * 60;
constexpr int kDays = 60;
const std::chrono::sys_days kOrigin = std::chrono::year(2026) / 1 / 1;

bool has_weekday(const Drawn& drawn, int day) {
  const unsigned weekday = std::chrono::weekday(kOrigin + days(day)).c_encoding();
  return drawn.weekdays.empty() ||
         std::find(drawn.weekdays.begin(), drawn.weekdays.end(), weekday) != drawn.weekdays.end();
}

/// Whether the day is one of the rule, by asking for each day what the rule means.
bool is_day_of(const Drawn& drawn, int day) {
  if (day < drawn.first_day) {
    return false;
  }
  if (drawn.frequency == "DAILY") {
    return (day - drawn.first_day) % drawn.interval == 0 && has_weekday(drawn, day);
  }
  if (drawn.frequency == "WEEKLY") {
    // 1 January 2026 is a Thursday; weeks begin on Monday.
    const int weeks = (day + 3) / 7 - (drawn.first_day + 3) / 7;
    const bool same = (day - drawn.first_day) % 7 == 0;
    return weeks % drawn.interval == 0 && (drawn.weekdays.empty() ? same : has_weekday(drawn, day));
  }
  const std::chrono::year_month_day first(kOrigin + days(drawn.first_day));
  const std::chrono::year_month_day date(kOrigin + days(day));
  const auto months = (date.year() / date.month() - first.year() / first.month()).count();
  return months % drawn.interval == 0 &&
         (drawn.weekdays.empty() ? date.day() == first.day() : has_weekday(drawn, day));
}

/// Which minutes it covers.
void mark(const Drawn& drawn, std::vector<bool>& covered) {
  int number = 0;
  for (int day = 0; day < kDays; ++day) {
    if (!is_day_of(drawn, day) || (drawn.count > 0 && ++number > drawn.count)) {
      continue;
    }
    const int start = day * kMinutesPerDay + drawn.first_minute;
    for (int minute = start; minute < start + drawn.minutes; ++minute) {
      if (minute < kDays * kMinutesPerDay) {
        covered[static_cast<std::size_t>(minute)] = true;
      }
    }
  }
}

std::string lines_of(const Drawn& drawn) {
  constexpr std::array<const char*, 7> kNames = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
  const std::string start =
      base::format_rfc3339(kOrigin + days(drawn.first_day) + minutes(drawn.first_minute));
  std::string digits;
  for (const char c : start.substr(0, 19)) {
    digits += c == '-' || c == ':' ? "" : std::string(1, c);
  }
  std::string text = "BEGIN:VEVENT\nX-CFKOPS-KIND:" + drawn.kind + "\nDTSTART:" + digits +
                     "Z\nDURATION:PT" + std::to_string(drawn.minutes) +
                     "M\nRRULE:FREQ=" + drawn.frequency +
                     ";INTERVAL=" + std::to_string(drawn.interval);
  for (std::size_t i = 0; i < drawn.weekdays.size(); ++i) {
    text += (i == 0 ? ";BYDAY=" : ",") + std::string(kNames.at(drawn.weekdays[i]));
  }
  text += drawn.count == 0 ? "" : ";COUNT=" + std::to_string(drawn.count);
  return text + "\nEND:VEVENT\n";
}

class Draw {
 public:
  explicit Draw(unsigned seed)
      : random_(seed) {}

  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  Drawn rule() {
    const std::vector<std::string> frequencies = {"DAILY", "WEEKLY", "MONTHLY"};
    Drawn drawn;
    drawn.kind = below(3) == 0 ? "freeze" : "allow";
    drawn.frequency = frequencies[static_cast<std::size_t>(below(3))];
    drawn.interval = 1 + below(3);
    drawn.first_day = below(20);
    drawn.first_minute = below(kMinutesPerDay);
    drawn.minutes = 1 + below(below(4) == 0 ? 3 * kMinutesPerDay : 300);
    drawn.count = below(2) == 0 ? 0 : 1 + below(6);
    for (unsigned weekday = 0; weekday < 7; ++weekday) {
      if (below(4) == 0) {
        drawn.weekdays.push_back(weekday);
      }
    }
    // A rule must have its own start.
    while (!has_weekday(drawn, drawn.first_day)) {
      ++drawn.first_day;
    }
    return drawn;
  }

 private:
  std::mt19937 random_;
};

TEST(Windows, AgreeWithAnExpansionMinuteByMinute) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    Draw draw(seed);
    std::vector<bool> allowed(static_cast<std::size_t>(kDays) * kMinutesPerDay, false);
    std::vector<bool> frozen = allowed;
    std::string text = "BEGIN:VCALENDAR\n";
    bool has_windows = false;
    for (int number = 1 + draw.below(3); number > 0; --number) {
      const Drawn drawn = draw.rule();
      mark(drawn, drawn.kind == "allow" ? allowed : frozen);
      has_windows = has_windows || drawn.kind == "allow";
      text += lines_of(drawn);
    }
    text += "END:VCALENDAR\n";
    const auto is_open = [&](std::size_t minute) {
      return (allowed[minute] || !has_windows) && !frozen[minute];
    };
    auto calendar = Calendar::parse(text, "drawn.ics");
    ASSERT_TRUE(calendar) << calendar.error().text() << "\n" << text;
    Windows windows;
    windows.add(*std::move(calendar));
    for (int question = 0; question < 15; ++question) {
      const auto asked = static_cast<std::size_t>(draw.below((kDays - 10) * kMinutesPerDay));
      const WindowState state = windows.state_at(kOrigin + minutes(asked));
      ASSERT_EQ(state.open, is_open(asked)) << "seed " << seed << "\n" << text;
      std::size_t change = asked;
      while (change < allowed.size() && is_open(change) == state.open) {
        ++change;
      }
      if (change < allowed.size()) {
        ASSERT_EQ(state.changes, std::optional<WallTime>(kOrigin + minutes(change)))
            << "seed " << seed << "\n"
            << text;
      }
    }
  }
}

}  // namespace
}  // namespace cfkops::runbook
