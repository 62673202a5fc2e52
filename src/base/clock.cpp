#include "cfkops/base/clock.hpp"

#include "cfkops/base/rfc3339.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

namespace cfkops::base {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

Error bad_time(const std::string& text, std::string_view why) {
  return make_error(ErrorCode::InvalidInput,
                    fmt::format("'{}' is no RFC 3339 time: {}", text, why),
                    "write it like 2026-11-23T07:25:01Z");
}

/// Takes text apart from the left.
class Reader {
 public:
  explicit Reader(std::string_view text)
      : rest_(text) {}

  /// Exactly `count` digits.
  std::optional<int> digits(std::size_t count) {
    int value = 0;
    if (rest_.size() < count) {
      return std::nullopt;
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') {
        return std::nullopt;
      }
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  /// One character out of `any`, or 0.
  char one_of(std::string_view any) {
    if (rest_.empty() || any.find(rest_.front()) == std::string_view::npos) {
      return 0;
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  [[nodiscard]] bool at_digit() const {
    return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }

  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// "2026-11-23"
std::optional<std::chrono::sys_days> read_date(Reader& reader) {
  const auto year = reader.digits(4);
  if (!year || reader.one_of("-") == 0) {
    return std::nullopt;
  }
  const auto month = reader.digits(2);
  if (!month || reader.one_of("-") == 0) {
    return std::nullopt;
  }
  const auto day = reader.digits(2);
  if (!day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  return date.ok() ? std::optional<std::chrono::sys_days>(date) : std::nullopt;
}

/// ".123456"; nothing is zero.
std::optional<nanoseconds> read_fraction(Reader& reader) {
  if (reader.one_of(".") == 0) {
    return nanoseconds(0);
  }
  std::int64_t value = 0;
  int count = 0;
  for (; reader.at_digit(); ++count) {
    if (count == 9) {
      return std::nullopt;
    }
    value = value * 10 + reader.digits(1).value_or(0);
  }
  for (int i = count; i < 9; ++i) {
    value *= 10;
  }
  return count == 0 ? std::nullopt : std::optional(nanoseconds(value));
}

/// "07:25:01.123456" since midnight.
std::optional<nanoseconds> read_time_of_day(Reader& reader) {
  const auto hour = reader.digits(2);
  if (!hour || *hour > 23 || reader.one_of(":") == 0) {
    return std::nullopt;
  }
  const auto minute = reader.digits(2);
  if (!minute || *minute > 59 || reader.one_of(":") == 0) {
    return std::nullopt;
  }
  const auto second = reader.digits(2);
  if (!second ||
      *second > 60) {  // 60 is a leap second, which our calendar counts to the next minute
    return std::nullopt;
  }
  const auto fraction = read_fraction(reader);
  if (!fraction) {
    return std::nullopt;
  }
  return hours(*hour) + minutes(*minute) + seconds(*second) + *fraction;
}

/// "Z" or "+02:00".
std::optional<minutes> read_offset(Reader& reader) {
  if (reader.one_of("Zz") != 0) {
    return minutes(0);
  }
  const char sign = reader.one_of("+-");
  const auto hour = sign == 0 ? std::nullopt : reader.digits(2);
  if (!hour || *hour > 23 || reader.one_of(":") == 0) {
    return std::nullopt;
  }
  const auto minute = reader.digits(2);
  if (!minute || *minute > 59) {
    return std::nullopt;
  }
  const minutes offset = hours(*hour) + minutes(*minute);
  return sign == '-' ? -offset : offset;
}

}  // namespace

MonoTime SystemClock::now() const {
  return std::chrono::steady_clock::now();
}

WallTime SystemClock::wall() const {
  return std::chrono::system_clock::now();
}

std::string rfc3339_text(std::chrono::sys_seconds whole, std::string_view fraction) {
  const auto midnight = std::chrono::floor<days>(whole);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(whole - midnight);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()),
                     clock.hours().count(),
                     clock.minutes().count(),
                     clock.seconds().count(),
                     fraction);
}

std::string format_rfc3339(WallTime time) {
  const auto whole = std::chrono::floor<seconds>(time);
  const auto rest = std::chrono::floor<microseconds>(time - whole);
  return rfc3339_text(whole, fmt::format(".{:06}", rest.count()));
}

std::string format_rfc3339_seconds(WallTime time) {
  return rfc3339_text(std::chrono::floor<seconds>(time), "");
}

Result<WallTime> parse_rfc3339(const std::string& text) {
  Reader reader(text);
  const auto date = read_date(reader);
  if (!date) {
    return bad_time(text, "the date is wrong");
  }
  if (reader.one_of("Tt ") == 0) {
    return bad_time(text, "expected T after the date");
  }
  const auto time_of_day = read_time_of_day(reader);
  if (!time_of_day) {
    return bad_time(text, "the time of day is wrong");
  }
  const auto offset = read_offset(reader);
  if (!offset || !reader.done()) {
    return bad_time(text, "expected Z or an offset such as +02:00 at its end");
  }
  // Years 1678 to 2261 fit into nanoseconds with room for the offset.
  const std::chrono::year year = std::chrono::year_month_day(*date).year();
  if (year < std::chrono::year(1678) || year > std::chrono::year(2261)) {
    return bad_time(text, "the year must lie between 1678 and 2261");
  }
  return WallTime(*date) + *time_of_day - *offset;
}

}  // namespace cfkops::base
