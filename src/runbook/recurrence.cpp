#include "recurrence.hpp"

#include "ical_value.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace cfkops::runbook {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::months;
using std::chrono::weekday;
using std::chrono::year_month;
using std::chrono::year_month_day;
using Frequency = Recurrence::Frequency;

constexpr std::array<std::string_view, 7> kWeekdays = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

std::optional<weekday> weekday_of(std::string_view word) {
  const auto* const place = std::find(kWeekdays.begin(), kWeekdays.end(), word);
  if (place == kWeekdays.end()) {
    return std::nullopt;
  }
  return weekday(static_cast<unsigned>(place - kWeekdays.begin()));
}

/// Reads the parts of a rule; remembers where in the text it is.
class Parser {
 public:
  explicit Parser(std::string_view text)
      : text_(base::upper(text)) {}

  Result<Recurrence> parse() {
    for (const std::string& part : base::split(text_, ';')) {
      if (!take(part)) {
        return error_;
      }
      at_ += part.size() + 1;
    }
    if (!check()) {
      return error_;
    }
    return rule_;
  }

 private:
  bool take(std::string_view part);
  bool take_value(const std::string& name, std::string_view value);
  bool take_frequency(std::string_view value);
  bool take_until(std::string_view value);
  bool take_by_day(std::string_view value);
  bool take_by_month_day(std::string_view value);
  bool check();

  bool fail(std::string message, std::string hint) {
    error_ = make_error(ErrorCode::InvalidInput, std::move(message), std::move(hint));
    error_.pos = SourcePos{.file = {}, .line = 1, .column = static_cast<int>(at_) + 1};
    return false;
  }

  std::string text_;
  std::size_t at_ = 0;
  std::set<std::string> seen_;
  Recurrence rule_;
  Error error_;
};

bool Parser::take(std::string_view part) {
  const std::size_t equals = part.find('=');
  if (equals == std::string_view::npos) {
    return fail(fmt::format("'{}' is no part of a rule", part),
                "write NAME=VALUE parts with ';' between them: FREQ=WEEKLY;BYDAY=TU");
  }
  const std::string name(part.substr(0, equals));
  if (!seen_.insert(name).second) {
    return fail(fmt::format("'{}' is given twice", name), "give it once");
  }
  if (rule_.count && name == "UNTIL") {
    return fail("a rule has COUNT or UNTIL, not both", "remove one of the two");
  }
  return take_value(name, part.substr(equals + 1));
}

bool Parser::take_value(const std::string& name, std::string_view value) {
  const std::vector<std::string> known = {
      "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "WKST"};
  const auto number = parse_number(value);
  if (name == "FREQ") {
    return take_frequency(value);
  }
  if (name == "INTERVAL" || name == "COUNT") {
    if (!number || *number < 1 || *number > 10000) {
      return fail(fmt::format("{}={}: expected a number from 1 to 10000", name, value), "");
    }
    if (name == "INTERVAL") {
      rule_.interval = *number;
    } else if (seen_.contains("UNTIL")) {
      return fail("a rule has COUNT or UNTIL, not both", "remove one of the two");
    } else {
      rule_.count = *number;
    }
    return true;
  }
  if (name == "UNTIL") {
    return take_until(value);
  }
  if (name == "BYDAY") {
    return take_by_day(value);
  }
  if (name == "BYMONTHDAY") {
    return take_by_month_day(value);
  }
  if (name == "WKST") {
    const auto day = weekday_of(value);
    rule_.week_start = day.value_or(rule_.week_start);
    return day.has_value() ||
           fail(fmt::format("WKST={}: expected a day", value), "one of SU MO TU WE TH FR SA");
  }
  return fail(
      fmt::format("'{}' is not supported in a rule{}", name, base::did_you_mean(name, known)),
      "rules have FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY and WKST; list other "
      "dates as RDATE");
}

bool Parser::take_frequency(std::string_view value) {
  if (value == "DAILY") {
    rule_.frequency = Frequency::Daily;
  } else if (value == "WEEKLY") {
    rule_.frequency = Frequency::Weekly;
  } else if (value == "MONTHLY") {
    rule_.frequency = Frequency::Monthly;
  } else if (value == "YEARLY") {
    return fail("FREQ=YEARLY is not supported", "write FREQ=MONTHLY;INTERVAL=12");
  } else {
    return fail(fmt::format("FREQ={} is not supported", value), "use DAILY, WEEKLY or MONTHLY");
  }
  return true;
}

bool Parser::take_until(std::string_view value) {
  const auto time = parse_ical_time(value);
  if (!time || (!time->is_date && !time->utc)) {
    return fail(fmt::format("UNTIL={}: expected a moment in UTC, or a day", value),
                "write UNTIL=20261231T230000Z; or UNTIL=20261231 where DTSTART is a day");
  }
  if (time->is_date) {
    rule_.until_day = std::chrono::floor<days>(time->local);
  } else {
    rule_.until = Zone().to_sys(time->local);
  }
  return true;
}

bool Parser::take_by_day(std::string_view value) {
  for (const std::string& word : base::split(value, ',')) {
    const std::size_t cut = word.size() < 2 ? 0 : word.size() - 2;
    const auto day = weekday_of(std::string_view(word).substr(cut));
    const std::string_view ordinal = std::string_view(word).substr(0, cut);
    const auto number = ordinal.empty() ? std::optional(0) : parse_number(ordinal);
    if (!day || !number || (!ordinal.empty() && (*number == 0 || std::abs(*number) > 5))) {
      return fail(fmt::format("BYDAY: '{}' is no day", word),
                  "write MO, or in a monthly rule 1MO, -1FR (the last Friday)");
    }
    rule_.by_day.push_back({.day = *day, .ordinal = *number});
  }
  return true;
}

bool Parser::take_by_month_day(std::string_view value) {
  for (const std::string& word : base::split(value, ',')) {
    const auto number = parse_number(word);
    if (!number || *number == 0 || std::abs(*number) > 31) {
      return fail(fmt::format("BYMONTHDAY: '{}' is no day of a month", word),
                  "write 1 to 31, or -1 for the last");
    }
    rule_.by_month_day.push_back(*number);
  }
  return true;
}

bool Parser::check() {
  at_ = 0;
  if (!seen_.contains("FREQ")) {
    return fail("the rule has no FREQ", "begin it with FREQ=DAILY, FREQ=WEEKLY or FREQ=MONTHLY");
  }
  const bool ordinal = std::any_of(rule_.by_day.begin(),
                                   rule_.by_day.end(),
                                   [](const Recurrence::ByDay& by) { return by.ordinal != 0; });
  if (ordinal && rule_.frequency != Frequency::Monthly) {
    return fail("BYDAY with a number needs FREQ=MONTHLY", "write BYDAY=TU in place of BYDAY=1TU");
  }
  if (!rule_.by_month_day.empty() && rule_.frequency == Frequency::Weekly) {
    return fail("BYMONTHDAY does not go with FREQ=WEEKLY", "use FREQ=MONTHLY or FREQ=DAILY");
  }
  return true;
}

unsigned length_of(year_month month) {
  return static_cast<unsigned>(
      std::chrono::year_month_day_last(month.year(), std::chrono::month_day_last(month.month()))
          .day());
}

bool on_month_day(const Recurrence& rule, local_days day) {
  const year_month_day date(day);
  const int number = static_cast<int>(static_cast<unsigned>(date.day()));
  const int length = static_cast<int>(length_of(date.year() / date.month()));
  return std::any_of(rule.by_month_day.begin(), rule.by_month_day.end(), [&](int wanted) {
    return wanted > 0 ? wanted == number : length + 1 + wanted == number;
  });
}

/// Ordinals count in the day's month.
bool on_weekday(const Recurrence& rule, local_days day) {
  const year_month_day date(day);
  const int number = static_cast<int>(static_cast<unsigned>(date.day()));
  const int length = static_cast<int>(length_of(date.year() / date.month()));
  const int from_start = (number - 1) / 7 + 1;
  const int from_end = -((length - number) / 7 + 1);
  return std::any_of(rule.by_day.begin(), rule.by_day.end(), [&](const Recurrence::ByDay& by) {
    return by.day == weekday(day) &&
           (by.ordinal == 0 || by.ordinal == from_start || by.ordinal == from_end);
  });
}

/// The days of one period, in order.
class Periods {
 public:
  Periods(const Recurrence& rule, local_days first)
      : rule_(rule),
        first_(first),
        first_date_(first) {}

  /// A period that is over by that day, or 0.
  [[nodiscard]] int before(local_days day) const {
    if (day <= first_) {
      return 0;
    }
    const auto past = static_cast<int>((day - first_).count());
    // Rather too early: weeks and months begin before `first`, and months are shorter than this.
    const int length = rule_.frequency == Frequency::Daily    ? 1
                       : rule_.frequency == Frequency::Weekly ? 7
                                                              : 31;
    return std::max(0, past / length / rule_.interval - 1);
  }

  [[nodiscard]] std::vector<local_days> days_of(int period) const {
    switch (rule_.frequency) {
      case Frequency::Daily:
        return filtered({first_ + days(period * rule_.interval)});
      case Frequency::Weekly:
        return of_week(first_ - (weekday(first_) - rule_.week_start) +
                       days(7 * period * rule_.interval));
      case Frequency::Monthly:
        return of_month(first_date_.year() / first_date_.month() + months(period * rule_.interval));
    }
    return {};
  }

  /// No day of the period, or of a later one, is in a year that windows know.
  [[nodiscard]] bool over(int period) const {
    const int length = rule_.frequency == Frequency::Daily    ? 1
                       : rule_.frequency == Frequency::Weekly ? 7
                                                              : 28;
    const auto past = static_cast<long long>(length) * period * rule_.interval;
    return past > 366LL * (kLastYear - kFirstYear + 1);
  }

 private:
  [[nodiscard]] std::vector<local_days> filtered(std::vector<local_days> all) const {
    std::erase_if(all, [this](local_days day) {
      return (!rule_.by_day.empty() && !on_weekday(rule_, day)) ||
             (!rule_.by_month_day.empty() && !on_month_day(rule_, day));
    });
    return all;
  }

  [[nodiscard]] std::vector<local_days> of_week(local_days monday) const {
    std::vector<local_days> all;
    for (int i = 0; i < 7; ++i) {
      const local_days day = monday + days(i);
      if (!rule_.by_day.empty() || weekday(day) == weekday(first_)) {
        all.push_back(day);
      }
    }
    return filtered(std::move(all));
  }

  [[nodiscard]] std::vector<local_days> of_month(year_month month) const {
    std::vector<local_days> all;
    const bool plain = rule_.by_day.empty() && rule_.by_month_day.empty();
    for (unsigned number = 1; number <= length_of(month); ++number) {
      const std::chrono::day day(number);
      if (!plain || day == first_date_.day()) {
        all.emplace_back(year_month_day(month.year(), month.month(), day));
      }
    }
    return filtered(std::move(all));
  }

  const Recurrence& rule_;
  local_days first_;
  year_month_day first_date_;
};

}  // namespace

Result<Recurrence> parse_recurrence(std::string_view text) {
  return Parser(text).parse();
}

void each_day(const Recurrence& rule,
              local_days first,
              local_days from,
              const std::function<bool(local_days)>& visit) {
  const Periods periods(rule, first);
  for (int period = rule.count ? 0 : periods.before(from); !periods.over(period); ++period) {
    for (const local_days day : periods.days_of(period)) {
      if (day >= first && !visit(day)) {
        return;
      }
    }
  }
}

}  // namespace cfkops::runbook
