#include "ical_text.hpp"

#include "cfkops/runbook/window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::runbook {
namespace {

using test::calendar_of;
using test::event_of;
using ::testing::HasSubstr;

struct Mistake {
  std::string name;
  std::string text;
  int line;
  int column;
  std::string message;
};

class WindowMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(WindowMistakes, AreToldWithTheirPlace) {
  const Mistake& mistake = GetParam();
  const auto calendar = Calendar::parse(mistake.text, "w.ics");
  ASSERT_FALSE(calendar);
  EXPECT_EQ(calendar.error().code, ErrorCode::InvalidInput);
  EXPECT_THAT(calendar.error().message, HasSubstr(mistake.message));
  EXPECT_EQ(calendar.error().pos, (SourcePos{"w.ics", mistake.line, mistake.column}))
      << calendar.error().pos->text() << ": " << calendar.error().message;
}

const std::string kStart = "DTSTART:20260105T080000Z";
const std::string kLong = "DURATION:PT1H";

INSTANTIATE_TEST_SUITE_P(
    Windows,
    WindowMistakes,
    ::testing::Values(
        Mistake{"Empty", "", 1, 1, "empty"},
        Mistake{"NoCalendar", "hello\n", 1, 6, "expected ':'"},
        Mistake{"AnotherFile", "kind: Runbook\n", 1, 1, "begins with BEGIN:VCALENDAR"},
        Mistake{"CutOff", "BEGIN:VCALENDAR\nVERSION:2.0\n", 1, 1, "has no END"},
        Mistake{"EventCutOff", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n", 2, 1, "has no END"},
        Mistake{"WrongEnd", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", 3, 1, "END:VEVENT"},
        Mistake{"OldVersion", "BEGIN:VCALENDAR\nVERSION:1.0\n", 2, 9, "VERSION:1.0"},
        Mistake{"Todo", calendar_of({"BEGIN:VTODO", "END:VTODO"}), 3, 1, "VTODO"},
        Mistake{"UnknownProperty", event_of({kStart, kLong, "EXRULE:FREQ=DAILY"}), 7, 1, "EXRULE"},
        Mistake{"ChangedInstance",
                event_of({kStart, kLong, "RECURRENCE-ID:20260105T080000Z"}),
                7,
                1,
                "RECURRENCE-ID"},
        Mistake{"Twice", event_of({kStart, kStart, kLong}), 6, 1, "DTSTART twice"},
        Mistake{"NoStart", event_of({kLong}), 3, 1, "no DTSTART"},
        Mistake{"NoEnd", event_of({kStart}), 3, 1, "no end"},
        Mistake{"TwoEnds",
                event_of({kStart, kLong, "DTEND:20260105T090000Z"}),
                3,
                1,
                "DTEND and DURATION"},
        Mistake{
            "EndsBeforeItBegins", event_of({kStart, "DTEND:20260105T070000Z"}), 3, 1, "no length"},
        Mistake{
            "NoSuchDay", event_of({"DTSTART:20260229T080000Z", kLong}), 5, 9, "20260229T080000Z"},
        Mistake{"NoZone", event_of({"DTSTART:20260105T080000", kLong}), 5, 9, "of which time zone"},
        Mistake{"UnknownZone",
                event_of({"DTSTART;TZID=Europe/Berlim:20260105T080000", kLong}),
                5,
                9,
                "did you mean 'Europe/Berlin'"},
        Mistake{"ZoneOutsideTheDatabase",
                event_of({"DTSTART;TZID=../passwd:20260105T080000", kLong}),
                5,
                9,
                "no time zone"},
        Mistake{"Period",
                event_of({kStart, kLong, "RDATE;VALUE=PERIOD:20260106T080000Z/PT1H"}),
                7,
                7,
                "VALUE=PERIOD"},
        Mistake{"NoDuration", event_of({kStart, "DURATION:4h"}), 6, 10, "'4h' is no duration"},
        Mistake{"NegativeDuration", event_of({kStart, "DURATION:-PT4H"}), 6, 10, "is no duration"},
        Mistake{"Yearly", event_of({kStart, kLong, "RRULE:FREQ=YEARLY"}), 7, 7, "FREQ=YEARLY"},
        Mistake{"UnknownPart",
                event_of({kStart, kLong, "RRULE:FREQ=MONTHLY;BYSETPOS=1"}),
                7,
                20,
                "BYSETPOS"},
        Mistake{"InAFoldedLine",
                event_of({kStart, kLong, "RRULE:FREQ=MONTHLY;\r\n BYDAY=XX"}),
                8,
                2,
                "'XX'"},
        Mistake{"CountAndUntil",
                event_of({kStart, kLong, "RRULE:FREQ=DAILY;COUNT=2;UNTIL=20260301T000000Z"}),
                7,
                26,
                "COUNT or UNTIL"},
        Mistake{"LocalUntil",
                event_of({kStart, kLong, "RRULE:FREQ=DAILY;UNTIL=20260301T000000"}),
                7,
                18,
                "in UTC"},
        Mistake{"OrdinalOfAWeek",
                event_of({kStart, kLong, "RRULE:FREQ=WEEKLY;BYDAY=1MO"}),
                7,
                7,
                "MONTHLY"},
        Mistake{"StartOutsideItsRule",
                event_of({kStart, kLong, "RRULE:FREQ=WEEKLY;BYDAY=TU"}),
                3,
                1,
                "not a day of its own rule"},
        Mistake{"RuleWithoutADay",
                event_of({kStart, kLong, "RRULE:FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=5MO"}),
                3,
                1,
                "no day at all"},
        Mistake{"ExceptionOfNothing",
                event_of({kStart, kLong, "RRULE:FREQ=DAILY", "EXDATE:20260106T090000Z"}),
                3,
                1,
                "none of the starts"},
        Mistake{
            "NeitherOnNorOff", event_of({kStart, kLong, "STATUS:TENTATIVE"}), 7, 8, "TENTATIVE"},
        Mistake{"UnknownKind", event_of({kStart, kLong, "X-CFKOPS-KIND:deny"}), 7, 15, "'deny'"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace cfkops::runbook
