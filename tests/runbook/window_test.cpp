#include "cfkops/runbook/window.hpp"

#include "ical_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace cfkops::runbook {
namespace {

using std::chrono::hours;
using test::calendar_of;
using test::event_of;

WallTime at(const std::string& text) {
  const auto time = base::parse_rfc3339(text);
  EXPECT_TRUE(time) << text;
  return time.value_or(WallTime{});
}

Windows windows_of(const std::vector<std::string>& calendars) {
  Windows windows;
  for (const std::string& text : calendars) {
    auto calendar = Calendar::parse(text, "windows.ics");
    if (!calendar) {
      const Error& error = calendar.error();
      ADD_FAILURE() << (error.pos ? error.pos->text() : "") << ": " << error.text() << "\n" << text;
      return windows;
    }
    windows.add(*std::move(calendar));
  }
  return windows;
}

/// "open until 2026-…Z", "closed until …", "open", "closed".
std::string state_text(const Windows& windows, const std::string& when) {
  const WindowState state = windows.state_at(at(when));
  std::string text = state.open ? "open" : "closed";
  if (state.changes) {
    text += " until " + base::format_rfc3339(*state.changes).substr(0, 16);
  }
  return text;
}

/// What is said at some moments.
using Moments = std::vector<std::pair<std::string, std::string>>;

struct Case {
  std::string name;
  std::string calendar;
  Moments moments;
};

class WindowTable : public ::testing::TestWithParam<Case> {};

TEST_P(WindowTable, SaysWhetherItIsOpenAndUntilWhen) {
  const Windows windows = windows_of({GetParam().calendar});
  for (const auto& [when, expected] : GetParam().moments) {
    EXPECT_EQ(state_text(windows, when), expected) << when;
  }
}

const std::string kBerlin = "TZID=Europe/Berlin:";
const std::string kNewYork = "TZID=America/New_York:";

INSTANTIATE_TEST_SUITE_P(
    Windows,
    WindowTable,
    ::testing::Values(
        Case{"Once",
             event_of({"DTSTART:20260106T220000Z", "DTEND:20260107T020000Z"}),
             {{"2026-01-06T21:59:59Z", "closed until 2026-01-06T22:00"},
              {"2026-01-06T22:00:00Z", "open until 2026-01-07T02:00"},
              {"2026-01-07T01:59:59Z", "open until 2026-01-07T02:00"},
              {"2026-01-07T02:00:00Z", "closed"}}},
        Case{"EveryTuesdayAcrossMidnight",
             event_of({"DTSTART;" + kBerlin + "20260106T220000",
                       "DURATION:PT4H",
                       "RRULE:FREQ=WEEKLY;BYDAY=TU,TH"}),
             {{"2026-01-07T00:30:00Z", "open until 2026-01-07T01:00"},
              {"2026-01-07T01:00:00Z", "closed until 2026-01-08T21:00"},
              {"2026-07-07T20:00:00Z", "open until 2026-07-08T00:00"}}},
        Case{"InTheHourThatBerlinSkips",  // 02:30 is 03:30 there on 29 March
             event_of(
                 {"DTSTART;" + kBerlin + "20260327T023000", "DURATION:PT1H", "RRULE:FREQ=DAILY"}),
             {{"2026-03-28T00:00:00Z", "closed until 2026-03-28T01:30"},
              {"2026-03-29T00:00:00Z", "closed until 2026-03-29T01:30"},
              {"2026-03-30T00:00:00Z", "closed until 2026-03-30T00:30"}}},
        Case{"InTheHourThatBerlinHasTwice",  // the first of the two counts
             event_of(
                 {"DTSTART;" + kBerlin + "20261024T023000", "DURATION:PT1H", "RRULE:FREQ=DAILY"}),
             {{"2026-10-24T12:00:00Z", "closed until 2026-10-25T00:30"},
              {"2026-10-25T01:29:59Z", "open until 2026-10-25T01:30"},
              {"2026-10-25T01:30:00Z", "closed until 2026-10-26T01:30"}}},
        Case{"InTheHoursThatNewYorkSkipsAndHasTwice",
             event_of(
                 {"DTSTART;" + kNewYork + "20260307T023000", "DURATION:PT30M", "RRULE:FREQ=DAILY"}),
             {{"2026-03-07T12:00:00Z", "closed until 2026-03-08T07:30"},
              {"2026-03-08T12:00:00Z", "closed until 2026-03-09T06:30"},
              {"2026-11-01T00:00:00Z", "closed until 2026-11-01T07:30"}}},
        Case{"AnExactLengthOverTheChangeOfClocks",  // the first was 8 hours, and so is this one
             event_of({"DTSTART;" + kBerlin + "20260327T220000",
                       "DTEND;" + kBerlin + "20260328T060000",
                       "RRULE:FREQ=DAILY"}),
             {{"2026-03-28T22:00:00Z", "open until 2026-03-29T05:00"}}},
        Case{"DaysOverTheChangeOfClocks",  // a day of 23 hours
             event_of({"DTSTART;" + kBerlin + "20260328T220000", "DURATION:P1D"}),
             {{"2026-03-29T00:00:00Z", "open until 2026-03-29T20:00"}}},
        Case{"TheLastFridayOfTheMonth",
             event_of({"DTSTART;" + kBerlin + "20260130T200000",
                       "DURATION:PT6H",
                       "RRULE:FREQ=MONTHLY;BYDAY=-1FR"}),
             {{"2026-01-31T01:00:00Z", "closed until 2026-02-27T19:00"},
              {"2026-02-28T02:00:00Z", "closed until 2026-03-27T19:00"},
              {"2026-03-28T02:00:00Z", "closed until 2026-04-24T18:00"}}},
        Case{"TheSecondMondayEveryOtherMonth",
             event_of({"DTSTART:20260112T080000Z",
                       "DURATION:PT1H",
                       "RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=2MO"}),
             {{"2026-01-12T09:00:00Z", "closed until 2026-03-09T08:00"},
              {"2026-03-09T09:00:00Z", "closed until 2026-05-11T08:00"}}},
        Case{"TheThirtyFirstWhereThereIsOne",
             event_of({"DTSTART:20260131T080000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY"}),
             {{"2026-01-31T09:00:00Z", "closed until 2026-03-31T08:00"}}},
        Case{"TheLastDayOfTheMonth",
             event_of(
                 {"DTSTART:20260131T080000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1"}),
             {{"2026-01-31T09:00:00Z", "closed until 2026-02-28T08:00"},
              {"2028-02-01T00:00:00Z", "closed until 2028-02-29T08:00"}}},
        Case{"FridayTheThirteenth",
             event_of({"DTSTART:20260213T080000Z",
                       "DURATION:PT1H",
                       "RRULE:FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR"}),
             {{"2026-03-14T00:00:00Z", "closed until 2026-11-13T08:00"}}},
        Case{"TheTwentyNinthOfFebruary",
             event_of(
                 {"DTSTART:20240229T080000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;INTERVAL=12"}),
             {{"2024-02-29T08:30:00Z", "open until 2024-02-29T09:00"},
              {"2024-03-01T00:00:00Z", "closed until 2028-02-29T08:00"}}},
        Case{"EveryOtherWeekFromSunday",  // RFC 5545's own example for WKST
             event_of({"DTSTART:19970805T090000Z",
                       "DURATION:PT1H",
                       "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU"}),
             {{"1997-08-05T10:00:00Z", "closed until 1997-08-17T09:00"},
              {"1997-08-17T10:00:00Z", "closed until 1997-08-19T09:00"},
              {"1997-08-19T10:00:00Z", "closed until 1997-08-31T09:00"},
              {"1997-08-31T10:00:00Z", "closed"}}},
        Case{"EveryOtherWeekFromMonday",
             event_of({"DTSTART:19970805T090000Z",
                       "DURATION:PT1H",
                       "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU"}),
             {{"1997-08-05T10:00:00Z", "closed until 1997-08-10T09:00"},
              {"1997-08-10T10:00:00Z", "closed until 1997-08-19T09:00"},
              {"1997-08-19T10:00:00Z", "closed until 1997-08-24T09:00"},
              {"1997-08-24T10:00:00Z", "closed"}}},
        Case{"CountedWithItsExceptions",  // an exception counts
             event_of({"DTSTART:20260105T080000Z",
                       "DURATION:PT1H",
                       "RRULE:FREQ=DAILY;COUNT=3",
                       "EXDATE:20260106T080000Z"}),
             {{"2026-01-05T09:00:00Z", "closed until 2026-01-07T08:00"},
              {"2026-01-07T09:00:00Z", "closed"}}},
        Case{"UntilAndWithIt",
             event_of({"DTSTART;" + kBerlin + "20260105T230000",
                       "DURATION:PT1H",
                       "RRULE:FREQ=DAILY;UNTIL=20260106T220000Z"}),
             {{"2026-01-06T21:00:00Z", "closed until 2026-01-06T22:00"},
              {"2026-01-06T23:00:00Z", "closed"}}},
        Case{"DatesBesideTheRule",
             event_of({"DTSTART:20260105T080000Z",
                       "DURATION:PT1H",
                       "RDATE:20260109T080000Z,20260107T080000Z",
                       "RDATE;" + kBerlin + "20260111T090000"}),
             {{"2026-01-05T09:00:00Z", "closed until 2026-01-07T08:00"},
              {"2026-01-07T09:00:00Z", "closed until 2026-01-09T08:00"},
              {"2026-01-09T09:00:00Z", "closed until 2026-01-11T08:00"},
              {"2026-01-11T09:00:00Z", "closed"}}},
        Case{"WindowsThatOverlapAndTouchAreOne",
             calendar_of({"BEGIN:VEVENT",
                          "DTSTART:20260105T080000Z",
                          "DTEND:20260105T100000Z",
                          "END:VEVENT",
                          "BEGIN:VEVENT",
                          "DTSTART:20260105T100000Z",
                          "DURATION:PT2H",
                          "END:VEVENT",
                          "BEGIN:VEVENT",
                          "DTSTART:20260105T090000Z",
                          "DURATION:PT30M",
                          "END:VEVENT"}),
             {{"2026-01-05T09:40:00Z", "open until 2026-01-05T12:00"}}},
        Case{"AFreezeWins",
             calendar_of({"BEGIN:VEVENT",
                          "DTSTART:20260105T080000Z",
                          "DURATION:PT12H",
                          "RRULE:FREQ=DAILY",
                          "END:VEVENT",
                          "BEGIN:VEVENT",
                          "SUMMARY:Payday",
                          "CATEGORIES:Work,Freeze",
                          "DTSTART:20260106T100000Z",
                          "DURATION:PT2H",
                          "END:VEVENT",
                          "BEGIN:VEVENT",
                          "SUMMARY:Audit",
                          "X-CFKOPS-KIND:freeze",
                          "DTSTART:20260106T190000Z",
                          "DURATION:PT20H",
                          "END:VEVENT"}),
             {{"2026-01-06T09:00:00Z", "open until 2026-01-06T10:00"},
              {"2026-01-06T10:00:00Z", "closed until 2026-01-06T12:00"},
              {"2026-01-06T18:00:00Z", "open until 2026-01-06T19:00"},
              {"2026-01-06T19:30:00Z", "closed until 2026-01-07T15:00"}}},
        Case{"AFreezeOfWholeDays",
             event_of({"CATEGORIES:FREEZE",
                       "DTSTART;VALUE=DATE;" + kBerlin + "20261220",
                       "DTEND;VALUE=DATE;" + kBerlin + "20270104"}),
             {{"2026-12-19T22:59:59Z", "open until 2026-12-19T23:00"},
              {"2026-12-19T23:00:00Z", "closed until 2027-01-03T23:00"},
              {"2027-01-04T00:00:00Z", "open"}}},
        Case{"AWindowThatIsCalledOffOpensNothing",
             event_of({"STATUS:CANCELLED", "DTSTART:20260105T080000Z", "DURATION:PT1H"}),
             {{"2026-01-05T08:30:00Z", "closed"}}},
        Case{"TheCalendarsOwnZone",
             calendar_of({"X-WR-TIMEZONE:Europe/Berlin",
                          "BEGIN:VTIMEZONE",
                          "TZID:Europe/Berlin",
                          "BEGIN:STANDARD",
                          "TZOFFSETTO:+0100",
                          "END:STANDARD",
                          "END:VTIMEZONE",
                          "BEGIN:VEVENT",
                          "DTSTART:20260105T080000",
                          "DURATION:PT1H",
                          "BEGIN:VALARM",
                          "TRIGGER:-PT15M",
                          "END:VALARM",
                          "END:VEVENT"}),
             {{"2026-01-05T07:30:00Z", "open until 2026-01-05T08:00"}}}),
    [](const auto& test) { return test.param.name; });

TEST(Windows, SayNothingWhereThereAreNone) {
  EXPECT_TRUE(Windows().empty());
  const WindowState state = Windows().state_at(at("2026-01-05T08:30:00Z"));
  EXPECT_TRUE(state.open);
  EXPECT_EQ(state.changes, std::nullopt);
  EXPECT_EQ(state.reason, "no windows");
}

TEST(Windows, NeedEveryCalendarsConsent) {
  const std::string site = event_of({"DTSTART:20260105T080000Z", "DURATION:PT4H"});
  const std::string team = event_of({"DTSTART:20260105T100000Z", "DURATION:PT4H"});
  const std::string freezes =
      event_of({"CATEGORIES:FREEZE", "DTSTART:20260105T113000Z", "DURATION:PT1H"});
  EXPECT_EQ(state_text(windows_of({site, team}), "2026-01-05T09:00:00Z"),
            "closed until 2026-01-05T10:00");
  EXPECT_EQ(state_text(windows_of({site, team, freezes}), "2026-01-05T10:00:00Z"),
            "open until 2026-01-05T11:30");
  EXPECT_EQ(state_text(windows_of({site, team, freezes}), "2026-01-05T12:00:00Z"), "closed");
}

TEST(Windows, SayWhyAndWhenInTheTimeOfTheWindow) {
  const Windows windows = windows_of({calendar_of({"BEGIN:VEVENT",
                                                   "SUMMARY:Tuesday\\, late",
                                                   "DTSTART;TZID=Europe/Berlin:20260106T220000",
                                                   "DURATION:PT4H",
                                                   "RRULE:FREQ=WEEKLY",
                                                   "END:VEVENT",
                                                   "BEGIN:VEVENT",
                                                   "SUMMARY:Freeze before the ",
                                                   " release",
                                                   "DTSTART;TZID=America/New_York:20260113T000000",
                                                   "DURATION:P7D",
                                                   "END:VEVENT"})});
  const WindowState open = windows.state_at(at("2026-01-06T21:30:00Z"));
  EXPECT_EQ(open.reason, "window 'Tuesday, late'");
  EXPECT_EQ(open.changes_local, "Wed 2026-01-07 02:00 CET");
  const WindowState outside = windows.state_at(at("2026-01-06T20:00:00Z"));
  EXPECT_EQ(outside.reason, "outside its windows");
  EXPECT_EQ(outside.changes_local, "Tue 2026-01-06 22:00 CET");
  const WindowState frozen = windows.state_at(at("2026-01-13T22:00:00Z"));
  EXPECT_EQ(frozen.reason, "freeze 'Freeze before the release'");
  EXPECT_EQ(frozen.changes_local, "Tue 2026-01-20 22:00 CET");
}

TEST(Windows, OfARunbookAreWhatItsEntriesSay) {
  WindowEntry entry;
  entry.start = "2026-01-06T22:00";
  entry.duration = hours(4);
  entry.rrule = "freq=weekly;byday=tu,th";
  entry.except = {"2026-01-08T22:00"};
  entry.timezone = "Europe/Berlin";
  Calendar calendar;
  ASSERT_TRUE(calendar.add(entry));
  Windows windows;
  windows.add(calendar);
  EXPECT_EQ(state_text(windows, "2026-01-07T02:00:00Z"), "closed until 2026-01-13T21:00");
}

}  // namespace
}  // namespace cfkops::runbook
