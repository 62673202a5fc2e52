#include "windows.hpp"

#include "arguments.hpp"
#include "support/matchers.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/runbook/window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace cfkops::cli {
namespace {

/// A calendar with one event on 5 January 2026, UTC.
std::string calendar_of(const std::string& from, const std::string& to, const std::string& more) {
  return "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\n" + more + "DTSTART:20260105T" + from +
         "0000Z\nDTEND:20260105T" + to + "0000Z\nEND:VEVENT\nEND:VCALENDAR\n";
}

struct SetWindows : testing::Test {
  SetWindows() { request.runbook = &book; }

  [[nodiscard]] bool open_at(const std::string& hour) const {
    const auto time = base::parse_rfc3339("2026-01-05T" + hour + ":00:00Z");
    return time && request.windows->state_at(*time).open;
  }

  test::TempDir folder;
  runbook::Runbook book;
  Arguments arguments;
  engine::RunRequest request;
};

TEST_F(SetWindows, LeavesARunWithoutWindowsAlone) {
  ASSERT_THAT(set_windows(arguments, request), test::IsOk());
  EXPECT_TRUE(request.windows->empty());
}

TEST_F(SetWindows, GivesEveryFileASay) {
  arguments.windows = {folder.write("a.ics", calendar_of("08", "12", "")).string(),
                       folder.write("b.ics", calendar_of("10", "14", "")).string()};
  arguments.ignore_windows = "INC-1234";
  ASSERT_THAT(set_windows(arguments, request), test::IsOk());
  EXPECT_FALSE(open_at("09"));
  EXPECT_TRUE(open_at("11"));
  EXPECT_FALSE(open_at("13"));
  EXPECT_EQ(request.ignore_windows, "INC-1234");
}

TEST_F(SetWindows, FindsTheFilesOfARunbookBesideItAndTakesThemTogether) {
  static_cast<void>(folder.write("late.ics", calendar_of("20", "22", "")));
  static_cast<void>(folder.write("freezes.ics", calendar_of("09", "10", "")));
  book.file = (folder.path() / "it.yaml").string();
  runbook::WindowEntry morning;
  morning.start = "2026-01-05T08:00";
  morning.duration = std::chrono::hours(4);
  runbook::WindowEntry late;
  late.file = "late.ics";
  runbook::WindowEntry freezes;
  freezes.kind = runbook::WindowEntry::Kind::Freeze;
  freezes.file = "freezes.ics";
  book.windows = {morning, late, freezes};
  ASSERT_THAT(set_windows(arguments, request), test::IsOk());
  EXPECT_TRUE(open_at("08"));
  EXPECT_FALSE(open_at("09"));
  EXPECT_TRUE(open_at("21"));
  EXPECT_FALSE(open_at("15"));
}

TEST_F(SetWindows, RefusesAFileThatIsNotThereOrNotRight) {
  arguments.windows = {(folder.path() / "no.ics").string()};
  EXPECT_THAT(set_windows(arguments, request), test::HasError(ErrorCode::NotFound, "no.ics"));
  arguments.windows = {
      folder.write("bad.ics", calendar_of("08", "12", "RRULE:FREQ=YEARLY\n")).string()};
  EXPECT_THAT(set_windows(arguments, request),
              test::HasError(ErrorCode::InvalidInput, "FREQ=YEARLY"));
}

TEST(WindowFlags, AreRepeatedAndNeedAReason) {
  const std::vector<std::string> words = {
      "plan", "x", "--windows", "/a.ics", "--windows", "/b.ics"};
  const ParsedArguments parsed = parse_arguments(words);
  ASSERT_TRUE(parsed.arguments) << parsed.err;
  EXPECT_THAT(parsed.arguments->windows, testing::ElementsAre("/a.ics", "/b.ics"));
  const std::vector<std::string> no_reason = {"run", "x", "--ignore-windows", " "};
  EXPECT_EQ(parse_arguments(no_reason).exit_code, 2);
}

}  // namespace
}  // namespace cfkops::cli
