#include "ical_value.hpp"

#include "recurrence.hpp"

#include <charconv>

namespace cfkops::runbook {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// The number that these digits are; nothing where one is none.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size() ||
      text.substr(at, count).find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  return parse_number(text.substr(at, count));
}

std::optional<LocalSeconds> day_of(std::optional<int> year,
                                   std::optional<int> month,
                                   std::optional<int> day) {
  if (!year || !month || !day || *year < kFirstYear || *year > kLastYear) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  return date.ok() ? std::optional<LocalSeconds>(std::chrono::local_days(date)) : std::nullopt;
}

std::optional<seconds> clock_of(std::optional<int> hour,
                                std::optional<int> minute,
                                std::optional<int> second) {
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  return hours(*hour) + minutes(*minute) + seconds(*second);
}

std::optional<seconds> unit_of(char letter, bool in_time) {
  switch (letter) {
    case 'W':
      return in_time ? std::nullopt : std::optional<seconds>(std::chrono::weeks(1));
    case 'D':
      return in_time ? std::nullopt : std::optional<seconds>(std::chrono::days(1));
    case 'H':
      return in_time ? std::optional<seconds>(hours(1)) : std::nullopt;
    case 'M':
      return in_time ? std::optional<seconds>(minutes(1)) : std::nullopt;
    case 'S':
      return in_time ? std::optional<seconds>(1) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<int> parse_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) {
      return std::nullopt;
    }
  }
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, value);
  if (text.empty() || text.size() > 9 || failure != std::errc() || rest != end) {
    return std::nullopt;
  }
  return value;
}

std::optional<IcalTime> parse_ical_time(std::string_view text) {
  const auto day = day_of(digits(text, 0, 4), digits(text, 4, 2), digits(text, 6, 2));
  if (!day) {
    return std::nullopt;
  }
  if (text.size() == 8) {
    return IcalTime{.local = *day, .is_date = true, .utc = false};
  }
  const bool utc = text.size() == 16 && text.back() == 'Z';
  const auto clock = clock_of(digits(text, 9, 2), digits(text, 11, 2), digits(text, 13, 2));
  if ((text.size() != 15 && !utc) || text[8] != 'T' || !clock) {
    return std::nullopt;
  }
  return IcalTime{.local = *day + *clock, .is_date = false, .utc = utc};
}

std::optional<LocalSeconds> parse_local_time(std::string_view text) {
  const bool with_seconds = text.size() == 19;
  if ((text.size() != 16 && !with_seconds) || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
      text[13] != ':' || (with_seconds && text[16] != ':')) {
    return std::nullopt;
  }
  const auto day = day_of(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
  const auto clock = clock_of(digits(text, 11, 2),
                              digits(text, 14, 2),
                              with_seconds ? digits(text, 17, 2) : std::optional(0));
  return day && clock ? std::optional(*day + *clock) : std::nullopt;
}

std::optional<IcalSpan> parse_ical_duration(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  if (!text.starts_with('P')) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  IcalSpan span;
  bool in_time = false;
  bool any = false;
  seconds above = seconds::max();  // units go from large to small, each once
  while (!text.empty()) {
    if (text.front() == 'T' && !in_time) {
      in_time = true;
      any = false;
      text.remove_prefix(1);
      continue;
    }
    const std::size_t length = text.find_first_not_of("0123456789");
    const auto number = length == std::string_view::npos ? std::nullopt : digits(text, 0, length);
    const auto unit = number ? unit_of(text[length], in_time) : std::nullopt;
    if (!unit || *unit >= above || *number > 100000) {
      return std::nullopt;
    }
    above = *unit;
    any = true;
    if (in_time) {
      span.exact += *number * *unit;
    } else {
      span.days += *number * std::chrono::duration_cast<std::chrono::days>(*unit);
    }
    text.remove_prefix(length + 1);
  }
  return any ? std::optional(span) : std::nullopt;
}

std::string unescape_ical(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      plain += text[i] == 'n' || text[i] == 'N' ? ' ' : text[i];
    } else {
      plain += text[i];
    }
  }
  return plain;
}

}  // namespace cfkops::runbook
