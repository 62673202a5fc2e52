#include "builtins.hpp"
#include "moment.hpp"
#include "zone.hpp"

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

/// A time as a clock on the wall shows it, taken apart.
struct Calendar {
  explicit Calendar(const Seconds& local)
      : day(std::chrono::floor<days>(std::chrono::sys_seconds(seconds(local.count)))),
        date(day),
        of_day(std::chrono::sys_seconds(seconds(local.count)) - day + Duration(local.nanos)) {}

  std::chrono::sys_days day;
  std::chrono::year_month_day date;
  Duration of_day;
};

/// "+02:00", "-09:30" or "02:00"; nothing where it is no offset.
std::optional<seconds> read_offset(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return std::nullopt;
  }
  const auto number = [&](std::size_t i) { return (text[i] - '0') * 10 + (text[i + 1] - '0'); };
  const seconds offset = hours(number(0)) + minutes(number(3));
  return negative ? -offset : offset;
}

/// What clocks show in that zone, or what is wrong with its name.
tl::expected<Calendar, std::string> calendar_in(Seconds time, const std::string& zone) {
  if (const auto offset = read_offset(zone)) {
    return Calendar({time.count + offset->count(), time.nanos});
  }
  const auto found = Zone::find(zone);
  if (!found) {
    return wrong(found.error().message);
  }
  const LocalSeconds local = found->to_local(SysSeconds(seconds(time.count)));
  return Calendar({local.time_since_epoch().count(), time.nanos});
}

template <class Function>
Computed of_time(std::string_view name, const FunctionCall& call, Function part) {
  const auto time = time_nanos(call.arguments[0]);
  const auto* zone = call.arguments.size() > 1 ? call.arguments[1].as<std::string>() : nullptr;
  if (!time || (call.arguments.size() > 1 && zone == nullptr)) {
    return no_overload(name, call.arguments);
  }
  const auto calendar = calendar_in(split_seconds(*time), zone == nullptr ? "UTC" : *zone);
  if (!calendar) {
    return wrong(calendar.error());
  }
  return Value(static_cast<std::int64_t>(part(*calendar)));
}

/// The whole `Unit`s of a duration, or the part `of_day` of a time.
template <class Unit, class Function>
Computed of_either(std::string_view name, const FunctionCall& call, Function of_day) {
  constexpr Int128 kUnit = std::chrono::nanoseconds(Unit(1)).count();
  const auto duration = duration_nanos(call.arguments[0]);
  if (duration && call.arguments.size() == 1) {
    return Value(static_cast<std::int64_t>(*duration / kUnit));
  }
  return of_time(name, call, [&](const Calendar& c) { return of_day(c.of_day); });
}

}  // namespace

Computed to_duration_function(const FunctionCall& call) {
  const Value& value = call.arguments[0];
  if (duration_nanos(value)) {
    return value;
  }
  const auto* text = value.as<std::string>();
  return text == nullptr ? Computed(no_overload("duration", call.arguments))
                         : parse_duration_value(*text);
}

Computed to_timestamp_function(const FunctionCall& call) {
  constexpr Int128 kSecond = 1'000'000'000;
  const Value& value = call.arguments[0];
  if (time_nanos(value)) {
    return value;
  }
  if (const auto* text = value.as<std::string>()) {
    return parse_time_value(*text);
  }
  const auto* unix = value.as<std::int64_t>();
  return unix == nullptr ? Computed(no_overload("timestamp", call.arguments))
                         : time_value(*unix * kSecond);
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
  constexpr Int128 kMilli = 1'000'000;
  const auto duration = duration_nanos(call.arguments[0]);
  if (duration && call.arguments.size() == 1) {
    return Value(static_cast<std::int64_t>(*duration / kMilli % 1000));
  }
  return of_time("getMilliseconds", call, [](const Calendar& c) {
    return std::chrono::duration_cast<milliseconds>(c.of_day).count() % 1000;
  });
}

}  // namespace cfkops::runbook
