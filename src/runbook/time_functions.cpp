#include "functions.hpp"

#include <fmt/format.h>

#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace cfkops::runbook {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// A time in UTC, taken apart. It goes through seconds, since the first day that nanoseconds can
/// count has no midnight they can count.
struct Calendar {
  explicit Calendar(WallTime time) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t count = time.time_since_epoch().count();
    const std::int64_t rest = count % kSecond;
    const bool borrow = rest < 0;
    const std::chrono::sys_seconds whole(seconds(count / kSecond - (borrow ? 1 : 0)));
    day = std::chrono::floor<days>(whole);
    date = day;
    of_day = (whole - day) + Duration(borrow ? rest + kSecond : rest);
  }

  std::chrono::sys_days day;
  std::chrono::year_month_day date;
  Duration of_day{};
};

/// ".5" of a second, without trailing zeros; "" where there is none.
std::string fraction_text(std::int64_t nanoseconds) {
  if (nanoseconds == 0) {
    return {};
  }
  std::string digits = fmt::format(".{:09}", nanoseconds);
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits;
}

template <class Function>
Computed of_time(std::string_view name, const FunctionCall& call, Function part) {
  const auto* time = call.arguments[0].as<WallTime>();
  if (time == nullptr) {
    return no_overload(name, call.arguments);
  }
  return Value(static_cast<std::int64_t>(part(Calendar(*time))));
}

/// The whole `Unit`s of a duration, or the part `of_day` of a time.
template <class Unit, class Function>
Computed of_either(std::string_view name, const FunctionCall& call, Function of_day) {
  if (const auto* duration = call.arguments[0].as<Duration>()) {
    return Value(static_cast<std::int64_t>(std::chrono::duration_cast<Unit>(*duration).count()));
  }
  return of_time(name, call, [&](const Calendar& c) { return of_day(c.of_day); });
}

}  // namespace

std::string cel_text(Duration duration) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const bool negative = duration.count() < 0;
  const auto bits = static_cast<std::uint64_t>(duration.count());
  const std::uint64_t count = negative ? 0 - bits : bits;
  return fmt::format("{}{}{}s",
                     negative ? "-" : "",
                     count / kSecond,
                     fraction_text(static_cast<std::int64_t>(count % kSecond)));
}

std::string cel_text(WallTime time) {
  const Calendar calendar(time);
  const std::chrono::hh_mm_ss clock(calendar.of_day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z",
                     static_cast<int>(calendar.date.year()),
                     static_cast<unsigned>(calendar.date.month()),
                     static_cast<unsigned>(calendar.date.day()),
                     clock.hours().count(),
                     clock.minutes().count(),
                     clock.seconds().count(),
                     fraction_text(clock.subseconds().count()));
}

Computed to_duration_function(const FunctionCall& call) {
  const Value& value = call.arguments[0];
  if (value.as<Duration>() != nullptr) {
    return value;
  }
  const auto* text = value.as<std::string>();
  if (text == nullptr) {
    return no_overload("duration", call.arguments);
  }
  const bool negative = text->starts_with('-');
  const auto magnitude = base::parse_duration(negative ? text->substr(1) : *text);
  if (!magnitude || magnitude->count() < 0) {
    return wrong(magnitude ? "'" + *text + "' is no duration" : magnitude.error().message);
  }
  return Value(negative ? -*magnitude : *magnitude);
}

Computed to_timestamp_function(const FunctionCall& call) {
  const Value& value = call.arguments[0];
  if (value.as<WallTime>() != nullptr) {
    return value;
  }
  if (const auto* text = value.as<std::string>()) {
    const auto time = base::parse_rfc3339(*text);
    return time ? Computed(Value(*time)) : Computed(wrong(time.error().message));
  }
  const auto* unix = value.as<std::int64_t>();
  if (unix == nullptr) {
    return no_overload("timestamp", call.arguments);
  }
  std::int64_t nanoseconds = 0;
  if (__builtin_mul_overflow(*unix, std::int64_t{1'000'000'000}, &nanoseconds)) {
    return wrong("the time is out of range");
  }
  return Value(WallTime(Duration(nanoseconds)));
}

Computed get_full_year(const FunctionCall& call) {
  return of_time(
      "getFullYear", call, [](const Calendar& c) { return static_cast<int>(c.date.year()); });
}

Computed get_month(const FunctionCall& call) {
  return of_time("getMonth", call, [](const Calendar& c) {
    return static_cast<unsigned>(c.date.month()) - 1;
  });
}

Computed get_date(const FunctionCall& call) {
  return of_time(
      "getDate", call, [](const Calendar& c) { return static_cast<unsigned>(c.date.day()); });
}

Computed get_day_of_month(const FunctionCall& call) {
  return of_time("getDayOfMonth", call, [](const Calendar& c) {
    return static_cast<unsigned>(c.date.day()) - 1;
  });
}

Computed get_day_of_week(const FunctionCall& call) {
  return of_time("getDayOfWeek", call, [](const Calendar& c) {
    return std::chrono::weekday(c.day).c_encoding();
  });
}

Computed get_day_of_year(const FunctionCall& call) {
  return of_time("getDayOfYear", call, [](const Calendar& c) {
    const std::chrono::sys_days first(c.date.year() / std::chrono::January / 1);
    return (c.day - first).count();
  });
}

Computed get_hours(const FunctionCall& call) {
  return of_either<hours>(
      "getHours", call, [](Duration d) { return std::chrono::duration_cast<hours>(d).count(); });
}

Computed get_minutes(const FunctionCall& call) {
  return of_either<minutes>("getMinutes", call, [](Duration d) {
    return std::chrono::duration_cast<minutes>(d).count() % 60;
  });
}

Computed get_seconds(const FunctionCall& call) {
  return of_either<seconds>("getSeconds", call, [](Duration d) {
    return std::chrono::duration_cast<seconds>(d).count() % 60;
  });
}

Computed get_milliseconds(const FunctionCall& call) {
  const auto part = [](Duration d) {
    return std::chrono::duration_cast<milliseconds>(d).count() % 1000;
  };
  if (const auto* duration = call.arguments[0].as<Duration>()) {
    return Value(static_cast<std::int64_t>(part(*duration)));
  }
  return of_time("getMilliseconds", call, [&](const Calendar& c) { return part(c.of_day); });
}

}  // namespace cfkops::runbook
