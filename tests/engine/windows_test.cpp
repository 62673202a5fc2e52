#include "bench.hpp"
#include "window_gate.hpp"

#include "cfkops/runbook/window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::engine {
namespace {

using runbook::Calendar;
using runbook::WindowEntry;
using std::chrono::minutes;
using std::chrono::seconds;
using test::Bench;
using test::mentions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kSetA = "  - {id: a, do: fake.set, with: {name: a, value: '2'}}\n";
const std::string kSetB = "  - {id: b, do: fake.set, with: {name: b, value: '2'}}\n";
/// Goes on as long as the script says "not yet", 10 s each.
const std::string kPause = "  - {id: pause, do: fake.script, attempts: {max: 99, every: 10s}}\n";

class ChangeWindows : public ::testing::Test {
 protected:
  WallTime now() { return std::chrono::floor<seconds>(bench.transport.clock().wall()); }

  /// A window that begins so long from now, and lasts so long.
  void window(seconds begins, seconds lasts, WindowEntry::Kind kind = WindowEntry::Kind::Allow) {
    WindowEntry entry;
    entry.kind = kind;
    entry.title = "Tuesday night";
    entry.start = base::format_rfc3339(now() + begins).substr(0, 19);
    entry.duration = lasts;
    ASSERT_TRUE(calendar.add(entry));
  }

  RunReport run(const std::string& steps) {
    book = bench.load("steps:\n" + steps);
    RunRequest request = bench.request(book, {});
    runbook::Windows windows;
    windows.add(calendar);
    request.windows = std::make_shared<const runbook::Windows>(std::move(windows));
    request.ignore_windows = ignored;
    return bench.run(request);
  }

  std::vector<std::string> notes() const {
    std::vector<std::string> events;
    for (const audit::LogLine& line : bench.log("note")) {
      if (line.data.string_or("/kind", "") == "window") {
        events.push_back(line.data.string_or("/event", ""));
      }
    }
    return events;
  }

  Bench bench;
  Calendar calendar;
  std::string ignored;
  runbook::Runbook book;
};

TEST_F(ChangeWindows, LetARunBeginInside) {
  window(minutes(-1), minutes(10));
  EXPECT_EQ(run(kSetA).result, RunResult::Succeeded);
  EXPECT_THAT(notes(), IsEmpty());
}

TEST_F(ChangeWindows, RefuseARunOutsideAndSayWhenTheyOpen) {
  window(minutes(10), minutes(10));
  const std::string opens = base::format_rfc3339(now() + minutes(10)).substr(0, 16);
  const RunReport report = run(kSetA);
  EXPECT_EQ(report.result, RunResult::PolicyRefused);
  ASSERT_TRUE(report.error);
  EXPECT_EQ(report.error->code, ErrorCode::Refused);
  EXPECT_EQ(report.error->reason, kWindowReason);
  EXPECT_THAT(report.error->message, HasSubstr("opens"));
  EXPECT_THAT(report.error->message, HasSubstr(opens));
  EXPECT_THAT(bench.world.changes, IsEmpty());
  EXPECT_EQ(bench.asked_for_approval, 0);
}

TEST_F(ChangeWindows, AreShutByAFreeze) {
  window(minutes(-1), minutes(10));
  window(minutes(-1), minutes(5), WindowEntry::Kind::Freeze);
  const RunReport report = run(kSetA);
  EXPECT_EQ(report.result, RunResult::PolicyRefused);
  EXPECT_THAT(report.error->message, HasSubstr("freeze 'Tuesday night'"));
}

TEST_F(ChangeWindows, AreIgnoredForAReasonThatIsKept) {
  window(minutes(10), minutes(10));
  ignored = "INC-1234";
  const RunReport report = run(kSetA);
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_THAT(notes(), ElementsAre("ignored"));
  EXPECT_TRUE(mentions(report.left, "INC-1234"));
}

TEST_F(ChangeWindows, StopARunAtItsNextSafePointWhenTheyClose) {
  window(minutes(-1), minutes(2));
  bench.script.outcomes["pause"] = std::deque<Outcome>(20, Outcome::not_yet("2 of 3"));
  const RunReport report = run(kSetA + kPause + kSetB);
  EXPECT_EQ(report.result, RunResult::Interrupted) << report.summary;
  EXPECT_THAT(report.summary, HasSubstr("the change window has closed"));
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2"));
  EXPECT_THAT(bench.script.undone, IsEmpty());
  EXPECT_THAT(notes(), ElementsAre("closed"));
  EXPECT_TRUE(mentions(report.next, "cfkops resume"));
}

TEST_F(ChangeWindows, DoNotKeepAnUndoBack) {
  window(minutes(-1), seconds(80));
  bench.script.outcomes["pause"] = {Outcome::from(make_error(ErrorCode::Io, "no"))};
  bench.script.on_apply = [this](const Context& context) {
    if (context.step.id == "pause") {
      bench.transport.advance(seconds(30));
    }
  };
  const RunReport report = run(kSetA + kPause);
  EXPECT_EQ(report.result, RunResult::Failed) << report.summary;
  EXPECT_THAT(bench.script.undone, ElementsAre("a"));
}

PlannedStep takes(std::optional<Duration> time) {
  PlannedStep step;
  step.plan.estimate = time;
  return step;
}

struct Fitting {
  std::vector<PlannedStep> steps;
  PlannedWindow::Fit fit;
  bool refused;
};

TEST_F(ChangeWindows, ArePlannedWithTheTimeThatTheStepsNeed) {
  using Fit = PlannedWindow::Fit;
  window(minutes(-1), minutes(11));
  RunRequest request;
  runbook::Windows windows;
  windows.add(calendar);
  request.windows = std::make_shared<const runbook::Windows>(std::move(windows));
  PlannedStep skipped = takes(minutes(99));
  skipped.skipped = "its condition is false";
  const std::vector<Fitting> cases = {
      {{}, Fit::Yes, false},
      {{takes(minutes(4)), takes(minutes(6))}, Fit::Yes, false},
      {{takes(minutes(4)), takes(minutes(6) + seconds(1))}, Fit::No, true},
      {{takes(minutes(4)), takes(std::nullopt)}, Fit::Unknown, false},
      {{takes(minutes(11)), takes(std::nullopt)}, Fit::No, true},
      {{takes(minutes(4)), skipped}, Fit::Yes, false}};
  for (const Fitting& one : cases) {
    const PlannedWindow planned = planned_window(request, one.steps, now());
    EXPECT_EQ(planned.fit, one.fit) << planned.text();
    EXPECT_EQ(planned.refuses(), one.refused) << planned.text();
  }
}

}  // namespace
}  // namespace cfkops::engine
