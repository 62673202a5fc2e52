#include "cfkops/base/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string_view>

namespace cfkops::base {
namespace {

constexpr std::int64_t kMicro = 1000;
constexpr std::int64_t kMilli = 1000 * kMicro;
constexpr std::int64_t kSecond = 1000 * kMilli;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::array<Unit, 7> kUnits = {{{"d", kDay},
                                         {"h", kHour},
                                         {"m", kMinute},
                                         {"s", kSecond},
                                         {"ms", kMilli},
                                         {"us", kMicro},
                                         {"ns", 1}}};

Error bad_duration(const std::string& text, std::string_view why) {
  return make_error(ErrorCode::InvalidInput,
                    fmt::format("'{}' is no duration: {}", text, why),
                    "write it like 90s, 5m, 1h30m or 250ms");
}

std::string_view take_while(std::string_view& rest, std::string_view any) {
  const std::size_t end = rest.find_first_not_of(any);
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(taken.size());
  return taken;
}

std::optional<std::int64_t> multiply_add(std::int64_t a, std::int64_t b, std::int64_t c) {
  std::int64_t product = 0;
  std::int64_t sum = 0;
  if (__builtin_mul_overflow(a, b, &product) || __builtin_add_overflow(product, c, &sum)) {
    return std::nullopt;
  }
  return sum;
}

std::optional<std::int64_t> to_number(std::string_view digits) {
  std::int64_t value = 0;
  for (const char c : digits) {
    const auto next = multiply_add(value, 10, c - '0');
    if (!next) {
      return std::nullopt;
    }
    value = *next;
  }
  return value;
}

/// 0.`digits` of a unit in whole nanoseconds, or nothing where there is a rest.
std::optional<std::int64_t> fraction_of(std::string_view digits, std::int64_t unit) {
  digits = digits.substr(0, digits.find_last_not_of('0') + 1);
  const auto numerator = to_number(digits);
  if (!numerator || digits.size() > 18) {
    return std::nullopt;
  }
  std::int64_t denominator = 1;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    denominator *= 10;
  }
  const std::int64_t shared = std::gcd(denominator, unit);
  if (*numerator % (denominator / shared) != 0) {
    return std::nullopt;
  }
  return *numerator / (denominator / shared) * (unit / shared);
}

constexpr std::string_view kTooLong = "it is longer than 292 years";

/// One number with its unit.
struct Part {
  std::int64_t unit = 0;
  std::int64_t nanoseconds = 0;
};

/// Takes the first part, such as "1.5s", off `rest`.
Result<Part> read_part(const std::string& text, std::string_view& rest) {
  constexpr std::string_view kDigits = "0123456789";
  const std::string_view whole = take_while(rest, kDigits);
  if (whole.empty()) {
    return bad_duration(text, fmt::format("expected a number before '{}'", rest));
  }
  std::string_view decimals;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    decimals = take_while(rest, kDigits);
    if (decimals.empty()) {
      return bad_duration(text, "expected digits after the point");
    }
  }
  const std::string_view name = take_while(rest, "abcdefghijklmnopqrstuvwxyz");
  const auto unit = std::find_if(
      kUnits.begin(), kUnits.end(), [&](const Unit& known) { return known.name == name; });
  if (unit == kUnits.end()) {
    return bad_duration(text, "each number needs one of the units ns, us, ms, s, m, h and d");
  }
  const auto fraction = fraction_of(decimals, unit->nanoseconds);
  if (!fraction) {
    return bad_duration(text, "it is finer than a nanosecond");
  }
  const auto number = to_number(whole);
  const auto sum = number ? multiply_add(*number, unit->nanoseconds, *fraction) : std::nullopt;
  if (!sum) {
    return bad_duration(text, kTooLong);
  }
  return Part{unit->nanoseconds, *sum};
}

/// Below one unit of the next size up: "1.5s", "250ms", "100us".
std::string format_below_a_minute(std::int64_t rest) {
  for (const Unit& unit : kUnits) {
    if (unit.nanoseconds > kSecond || rest < unit.nanoseconds) {
      continue;
    }
    std::string out = std::to_string(rest / unit.nanoseconds);
    if (rest % unit.nanoseconds != 0) {
      // The rest counts nanoseconds, so it has as many decimals as the unit has zeros.
      std::string decimals = std::to_string(unit.nanoseconds + rest % unit.nanoseconds);
      decimals.front() = '.';
      out += decimals.substr(0, decimals.find_last_not_of('0') + 1);
    }
    out += unit.name;
    return out;
  }
  return {};
}

std::int64_t round_to(std::int64_t value, std::int64_t unit) {
  return (value + unit / 2) / unit;
}

}  // namespace

Result<Duration> parse_duration(const std::string& text) {
  if (text.empty()) {
    return bad_duration(text, "it is empty");
  }
  if (text.front() == '-') {
    return bad_duration(text, "it is negative");
  }
  std::string_view rest = text;
  std::int64_t total = 0;
  std::int64_t below = std::numeric_limits<std::int64_t>::max();
  while (!rest.empty()) {
    CFKOPS_ASSIGN(const Part part, read_part(text, rest));
    if (part.unit >= below) {
      return bad_duration(text, "larger units stand first, each once");
    }
    below = part.unit;
    const auto sum = multiply_add(1, total, part.nanoseconds);
    if (!sum) {
      return bad_duration(text, kTooLong);
    }
    total = *sum;
  }
  return Duration(total);
}

std::string format_duration(Duration duration) {
  std::int64_t rest = duration.count();
  if (rest == 0) {
    return "0s";
  }
  std::string out;
  if (rest < 0) {
    if (rest == std::numeric_limits<std::int64_t>::min()) {
      return "-106751d23h47m16.854775808s";  // its negation does not exist
    }
    out = "-";
    rest = -rest;
  }
  for (const Unit& unit : kUnits) {
    if (unit.nanoseconds >= kMinute && rest >= unit.nanoseconds) {
      out += std::to_string(rest / unit.nanoseconds);
      out += unit.name;
      rest %= unit.nanoseconds;
    }
  }
  return out + format_below_a_minute(rest);
}

std::string human_duration(Duration duration) {
  std::int64_t rest = duration.count();
  if (rest < 0 && round_to(-std::max(rest, -kDay), kSecond / 10) > 0) {
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    return "-" + human_duration(Duration(rest == -most - 1 ? most : -rest));
  }
  rest = std::max<std::int64_t>(rest, 0);  // a little before now is now
  rest = std::min(rest, std::numeric_limits<std::int64_t>::max() - kDay);  // room to round up
  // Each form is taken by what it would show, so that 59.7s becomes 1m00s and not 60s.
  const std::int64_t tenths = round_to(rest, kSecond / 10);
  if (tenths < 100) {
    return fmt::format("{}.{}s", tenths / 10, tenths % 10);
  }
  const std::int64_t whole = round_to(rest, kSecond);
  if (whole < 60) {
    return fmt::format("{}s", whole);
  }
  if (whole < 3600) {
    return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  }
  const std::int64_t in_minutes = round_to(rest, kMinute);
  constexpr std::int64_t kMinutesPerDay = 1440;
  if (in_minutes < kMinutesPerDay) {
    return fmt::format("{}h{:02}m", in_minutes / 60, in_minutes % 60);
  }
  const std::int64_t in_hours = round_to(rest, kHour);
  return fmt::format("{}d{:02}h", in_hours / 24, in_hours % 24);
}

}  // namespace cfkops::base
