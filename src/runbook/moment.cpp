#include "moment.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/rfc3339.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <limits>
#include <string_view>
#include <utility>

namespace cfkops::runbook {

namespace {

using std::chrono::seconds;

constexpr Int128 kSecond = 1'000'000'000;
constexpr Int128 kLongest = 315'576'000'000 * kSecond + 999'999'999;
constexpr Int128 kFirst = -62'135'596'800 * kSecond;               // 0001-01-01T00:00:00Z
constexpr Int128 kLast = 253'402'300'799 * kSecond + 999'999'999;  // the end of 9999
constexpr std::string_view kDigits = "0123456789";

bool fits(Int128 nanos) {
  return nanos >= std::numeric_limits<std::int64_t>::min() &&
         nanos <= std::numeric_limits<std::int64_t>::max();
}

Int128 nanos_of(std::int64_t whole, std::int32_t nanos) {
  return whole * kSecond + nanos;
}

/// ".5" of a second, without trailing zeros; "" where there is none.
std::string fraction_text(std::int32_t nanoseconds) {
  if (nanoseconds == 0) {
    return {};
  }
  std::string digits = fmt::format(".{:09}", nanoseconds);
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits;
}

struct Unit {
  std::string_view name;
  Int128 nanos;
};

constexpr std::array<Unit, 9> kUnits = {{{"d", 86'400 * kSecond},
                                         {"h", 3'600 * kSecond},
                                         {"m", 60 * kSecond},
                                         {"s", kSecond},
                                         {"ms", 1'000'000},
                                         {"us", 1'000},
                                         {"\u00b5s", 1'000},
                                         {"\u03bcs", 1'000},
                                         {"ns", 1}}};

std::string_view take_digits(std::string_view& rest) {
  const std::string_view taken = rest.substr(0, rest.find_first_not_of(kDigits));
  rest.remove_prefix(taken.size());
  return taken;
}

/// digits × unit + 0.fraction × unit, or nothing where that is too long, or finer than a
/// nanosecond.
std::optional<Int128> amount(std::string_view digits, std::string_view fraction, Int128 unit) {
  constexpr std::size_t kMostDigits = 15;
  fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
  if (digits.size() > kMostDigits || fraction.size() > kMostDigits) {
    return std::nullopt;
  }
  Int128 count = 0;
  for (const char digit : digits) {
    count = count * 10 + (digit - '0');
  }
  Int128 part = 0;
  Int128 scale = 1;
  for (const char digit : fraction) {
    part = part * 10 + (digit - '0');
    scale *= 10;
  }
  if (part * unit % scale != 0) {
    return std::nullopt;
  }
  return count * unit + part * unit / scale;
}

/// Takes the first part, such as "1.5s", off `rest`.
std::optional<Int128> take_part(std::string_view& rest) {
  const std::string_view digits = take_digits(rest);
  std::string_view fraction;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
  }
  if (digits.empty() && fraction.empty()) {
    return std::nullopt;
  }
  const std::string_view name = rest.substr(0, rest.find_first_of("0123456789."));
  rest.remove_prefix(name.size());
  for (const Unit& unit : kUnits) {
    if (unit.name == name) {
      return amount(digits, fraction, unit.nanos);
    }
  }
  return std::nullopt;
}

/// The sum of the parts, without a sign.
std::optional<Int128> sum_of_parts(std::string_view rest) {
  Int128 sum = 0;
  while (!rest.empty()) {
    const auto part = take_part(rest);
    if (!part) {
      return std::nullopt;
    }
    sum += *part;
  }
  return sum;
}

}  // namespace

std::optional<Int128> duration_nanos(const Value& value) {
  if (const auto* duration = value.as<Duration>()) {
    return duration->count();
  }
  const auto* duration = value.as<LongDuration>();
  return duration == nullptr ? std::nullopt : std::optional(nanos_of(*duration));
}

std::optional<Int128> time_nanos(const Value& value) {
  if (const auto* time = value.as<WallTime>()) {
    return time->time_since_epoch().count();
  }
  const auto* time = value.as<FarTime>();
  return time == nullptr ? std::nullopt : std::optional(nanos_of(*time));
}

Int128 nanos_of(LongDuration duration) {
  return nanos_of(duration.seconds, duration.nanos);
}

Int128 nanos_of(FarTime time) {
  return nanos_of(time.seconds, time.nanos);
}

Seconds split_seconds(Int128 nanos) {
  const Int128 rest = nanos % kSecond;
  const bool borrow = rest < 0;
  return {static_cast<std::int64_t>(nanos / kSecond - (borrow ? 1 : 0)),
          static_cast<std::int32_t>(borrow ? rest + kSecond : rest)};
}

tl::expected<Value, std::string> duration_value(Int128 nanos) {
  if (nanos > kLongest || nanos < -kLongest) {
    return tl::make_unexpected(std::string("overflow: a duration is at most 10,000 years long"));
  }
  if (fits(nanos)) {
    return Value(Duration(static_cast<std::int64_t>(nanos)));
  }
  const Seconds parts = split_seconds(nanos);
  return Value(LongDuration{parts.count, parts.nanos});
}

tl::expected<Value, std::string> time_value(Int128 nanos) {
  if (nanos < kFirst || nanos > kLast) {
    return tl::make_unexpected(
        std::string("the time is out of range, which is the years 1 to 9999"));
  }
  if (fits(nanos)) {
    return Value(WallTime(Duration(static_cast<std::int64_t>(nanos))));
  }
  const Seconds parts = split_seconds(nanos);
  return Value(FarTime{parts.count, parts.nanos});
}

std::string duration_text(Int128 nanos) {
  const Seconds parts = split_seconds(nanos < 0 ? -nanos : nanos);
  return fmt::format("{}{}{}s", nanos < 0 ? "-" : "", parts.count, fraction_text(parts.nanos));
}

std::string time_text(Int128 nanos) {
  const Seconds parts = split_seconds(nanos);
  return base::rfc3339_text(std::chrono::sys_seconds(seconds(parts.count)),
                            fraction_text(parts.nanos));
}

tl::expected<Value, std::string> parse_duration_value(const std::string& text) {
  const bool sign = text.starts_with('-') || text.starts_with('+');
  const std::string magnitude = sign ? text.substr(1) : text;
  const auto nanos = magnitude.empty() ? std::nullopt : sum_of_parts(magnitude);
  if (nanos) {
    return duration_value(text.starts_with('-') ? -*nanos : *nanos);
  }
  if (magnitude == "0") {
    return Value(Duration(0));
  }
  auto said = base::parse_duration(magnitude);
  return tl::make_unexpected(said ? "'" + text + "' is no duration"
                                  : std::move(said).error().message);
}

tl::expected<Value, std::string> parse_time_value(const std::string& text) {
  // The calendar repeats itself every 400 years: a year that the parser does not take is read as
  // one that it does.
  constexpr int kPeriod = 400;
  constexpr int kFirstYear = 1800;
  constexpr Int128 kPeriodNanos = 146'097 * (86'400 * kSecond);
  const bool dated =
      text.size() > 4 && text[4] == '-' &&
      std::string_view(text).substr(0, 4).find_first_not_of(kDigits) == std::string_view::npos;
  const int year = dated ? std::stoi(text.substr(0, 4)) : 0;
  if (year == 0) {
    auto time = base::parse_rfc3339(text);
    return time ? time_value(time->time_since_epoch().count())
                : tl::make_unexpected(std::move(time).error().message);
  }
  const int periods = (year - kFirstYear + 100 * kPeriod) / kPeriod - 100;
  std::string shifted = text;
  shifted.replace(0, 4, std::to_string(year - periods * kPeriod));
  const auto time = base::parse_rfc3339(shifted);
  if (!time) {
    return tl::make_unexpected(base::parse_rfc3339(text).error().message);
  }
  return time_value(time->time_since_epoch().count() + periods * kPeriodNanos);
}

}  // namespace cfkops::runbook
