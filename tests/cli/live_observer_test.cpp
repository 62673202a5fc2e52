#include "live_observer.hpp"

#include "drawn_terminal.hpp"
#include "support/golden.hpp"
#include "support/virtual_clock.hpp"

#include "cfkops/base/display.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace cfkops::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

engine::PlannedChange change_of(const std::string& object) {
  engine::PlannedChange change;
  change.verb = "evict";
  change.object = object;
  return change;
}

engine::PlannedStep planned(const std::string& id,
                            const std::string& title,
                            std::optional<Duration> estimate,
                            const std::vector<std::string>& objects) {
  engine::PlannedStep step;
  step.id = id;
  step.title = title;
  step.plan.estimate = estimate;
  for (const std::string& object : objects) {
    step.plan.changes.push_back(change_of(object));
  }
  return step;
}

/// A run of three steps on a screen, and its events one after the other.
struct Watched {
  explicit Watched(int columns, int rows = 24)
      : terminal(columns, rows) {
    plan.steps = {
        planned("cordon", "Cordon the node", seconds(1), {}),
        planned("roll",
                "Restart one process after the other",
                seconds(108),
                {"pod confluent/kafka-0", "pod confluent/kafka-1", "pod confluent/kafka-2"}),
        planned("uncordon", "Let pods in again", seconds(2), {})};
  }

  engine::StepInfo step(std::size_t number) {
    const engine::PlannedStep& one = plan.steps[number - 1];
    return {.id = one.id,
            .title = one.title,
            .action = "a",
            .number = number,
            .count = plan.steps.size()};
  }

  void pass(Duration time) {
    clock.advance(time);
    observer.tick();
  }

  void begin() {
    engine::RunInfo info;
    info.run_id = "20260102-030405-beef";
    info.runbook = "broker-restart";
    info.title = "Restart Kafka brokers";
    info.server = "https://10.0.0.1:6443";
    info.ns = "confluent";
    observer.on_run_started(info);
    observer.on_check_started("prerequisite", "All replicas are in sync");
    pass(seconds(3));
  }

  void go() {
    engine::CheckResult well;
    well.verdict = engine::Verdict::Pass;
    well.summary = "0 of 21 partitions under-replicated";
    observer.on_check("prerequisite", "All replicas are in sync", well);
    observer.on_plan(plan);
    pass(seconds(1));
  }

  void first_step() {
    observer.on_step_started(step(1));
    pass(milliseconds(400));
    observer.on_step_finished(step(1), engine::Outcome::done(), milliseconds(400));
    observer.on_step_started(step(2));
    observer.on_progress(step(2), "restart broker kafka-0 (1 of 3): leads 7 partitions");
    change("kafka-0", engine::ObjectChange::State::Sent);
    change("kafka-0", engine::ObjectChange::State::Done);
  }

  void change(const std::string& pod, engine::ObjectChange::State state) {
    observer.on_object({.step = "roll",
                        .verb = "evict",
                        .object = "pod confluent/" + pod,
                        .state = state,
                        .error = {}});
  }

  void wait(const std::string& pod, const std::string& why, std::optional<Duration> estimate) {
    engine::WaitState state;
    state.what = "broker " + pod + " to be in sync again";
    state.why = why;
    state.estimate = estimate;
    observer.on_wait(step(2), state);
  }

  void second_broker() {
    wait("kafka-0", "all is well; settling", seconds(30));
    pass(seconds(42));
    observer.on_progress(step(2), "broker kafka-0 is back after 42s");
    change("kafka-1", engine::ObjectChange::State::Sent);
    change("kafka-1", engine::ObjectChange::State::Done);
    wait("kafka-1", "kafka-0 reports 7 under-replicated partitions", std::nullopt);
    pass(seconds(5));
  }

  void finish() {
    observer.on_progress(step(2), "broker kafka-2 is back after 40s");
    observer.on_step_finished(step(2), engine::Outcome::done(), seconds(129));
    observer.on_step_started(step(3));
    pass(seconds(2));
    observer.on_step_finished(step(3), engine::Outcome::done(), seconds(2));
    engine::RunReport report;
    report.result = engine::RunResult::Succeeded;
    report.summary = "3 steps done, everything checked";
    observer.on_run_finished(report);
  }

  test::DrawnTerminal terminal;
  test::VirtualClock clock;
  LiveTerminal live{terminal};
  LiveObserver observer{live, clock, clock};
  engine::Plan plan;
};

/// The pictures at the moments of interest, each with a heading.
std::string pictures(Watched& run) {
  std::string text;
  const auto keep = [&](const std::string& moment) {
    text += "=== " + moment + "\n" + run.terminal.drawn.picture();
    EXPECT_TRUE(run.terminal.drawn.is_sane()) << moment;
    EXPECT_TRUE(run.terminal.drawn.cursor_is_below_all()) << moment;
  };
  run.begin();
  keep("a prerequisite is asked");
  run.go();
  keep("planned");
  run.first_step();
  run.pass(seconds(1));
  keep("the second step has begun");
  run.second_broker();
  keep("a broker is waited for");
  run.finish();
  text += "=== the whole record\n" + run.terminal.drawn.everything();
  return text;
}

TEST(LiveObserver, PicturesOfARunOn80Columns) {
  Watched run(80);
  test::expect_golden("progress/80.txt", pictures(run));
}

TEST(LiveObserver, PicturesOfARunOn40Columns) {
  Watched run(40);
  test::expect_golden("progress/40.txt", pictures(run));
}

TEST(LiveObserver, PicturesOfARunOn20Columns) {
  Watched run(20);
  test::expect_golden("progress/20.txt", pictures(run));
}

TEST(LiveObserver, WithNoColorTheSameIsShownWithoutColours) {
  Watched plain(80);
  plain.terminal.coloured = false;
  Watched coloured(80);
  EXPECT_EQ(pictures(plain), pictures(coloured));
  EXPECT_FALSE(plain.terminal.drawn.was_coloured());
  EXPECT_TRUE(coloured.terminal.drawn.was_coloured());
}

TEST(LiveObserver, WithoutAUnicodeLocaleTheTableIsAscii) {
  Watched run(80);
  run.terminal.is_unicode = false;
  run.plan.steps[1].title = "\u65e5\u672c restart";
  test::expect_golden("progress/ascii.txt", pictures(run));
  run.live.show({});
}

TEST(LiveObserver, NoLineOfTheTableWrapsHoweverWideItsCharacters) {
  for (int columns = 12; columns < 90; ++columns) {
    Watched run(columns);
    for (engine::PlannedStep& step : run.plan.steps) {
      step.title = "\u65e5\u672c\u8a9e \u2705 e\u0301 \U0001F680 \u26a0\ufe0f step";
      step.plan.changes.push_back(change_of("pod confluent/\u65e5\u672c\u8a9e-9"));
    }
    run.begin();
    run.go();
    run.first_step();
    run.wait(
        "\u65e5\u672c\u8a9e-9", "\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e\u65e5", {});
    run.pass(seconds(1));
    LiveLook look{.screen = run.terminal.screen(), .unicode = true, .now = run.clock.now()};
    LiveState state;
    state.begin({}, run.clock.now());
    state.set_plan(run.plan);
    state.begin_step(run.step(2), run.clock.now());
    for (const LiveLine& line : live_table(state, {}, look)) {
      EXPECT_LT(line.columns, static_cast<std::size_t>(columns));
      EXPECT_EQ(line.columns, base::display_width(line.text)) << line.text;
    }
    EXPECT_TRUE(run.terminal.drawn.is_sane()) << columns;
  }
}

TEST(LiveObserver, OnALowScreenTheStepUnderWayAndTheReasonOfTheWaitAreWhatIsLeft) {
  for (const int rows : {3, 4, 5, 8, 12}) {
    Watched run(60, rows);
    for (int i = 0; i < 40; ++i) {
      run.plan.steps.push_back(planned("more-" + std::to_string(i), "More", seconds(1), {}));
    }
    run.begin();
    run.go();
    run.first_step();
    run.wait("kafka-0", "it shuts down", {});
    run.pass(seconds(1));
    const std::string picture = run.terminal.drawn.picture();
    EXPECT_THAT(picture, HasSubstr("roll")) << rows;
    EXPECT_LT(std::count(picture.begin(), picture.end(), '\n'), rows);
    EXPECT_TRUE(run.terminal.drawn.cursor_is_below_all()) << rows;
    if (rows > 3) {
      EXPECT_THAT(picture, HasSubstr("waiting")) << rows;
    }
  }
}

TEST(LiveObserver, WhatDoesNotFitIsCounted) {
  Watched run(60, 12);
  for (int i = 0; i < 40; ++i) {
    run.plan.steps.push_back(planned("more-" + std::to_string(i), "More", seconds(1), {}));
  }
  run.begin();
  run.go();
  run.first_step();
  run.pass(seconds(1));
  EXPECT_THAT(run.terminal.drawn.picture(), HasSubstr("more steps"));
}

TEST(LiveObserver, NoMoreThanTenTablesAreDrawnInASecond) {
  Watched run(80);
  run.begin();
  run.go();
  run.observer.on_step_started(run.step(2));
  run.pass(seconds(1));
  const std::size_t before = run.terminal.writes.size();
  for (int i = 0; i < 1000; ++i) {
    run.wait("kafka-0", "reason " + std::to_string(i), {});
    run.pass(milliseconds(1));
  }
  EXPECT_LE(run.terminal.writes.size() - before, 10U);
  EXPECT_GE(run.terminal.writes.size() - before, 9U);
}

TEST(LiveObserver, TimeGoesOnWhileNothingHappens) {
  Watched run(80);
  run.begin();
  run.go();
  run.first_step();
  run.wait("kafka-0", "it shuts down", seconds(30));
  run.pass(seconds(11));
  EXPECT_THAT(run.terminal.drawn.picture(), HasSubstr("waiting 11s for broker kafka-0"));
  EXPECT_THAT(run.terminal.drawn.picture(), HasSubstr("about 19s to go: it\n    shuts down"));
  run.pass(seconds(100));
  EXPECT_THAT(run.terminal.drawn.picture(), HasSubstr("about 0.0s to go: it\n    shuts down"));
}

TEST(LiveObserver, ALongWaitIsInTheRecordOnceItIsOverAndAShortOneIsNot) {
  Watched run(80);
  run.begin();
  run.go();
  run.first_step();
  run.wait("kafka-0", "it shuts down", {});
  run.pass(seconds(11));
  run.observer.on_progress(run.step(2), "broker kafka-0 is back");
  run.wait("kafka-1", "it shuts down", {});
  run.pass(seconds(2));
  run.finish();
  EXPECT_THAT(run.terminal.drawn.everything(),
              HasSubstr("waited 11s for broker kafka-0 to be in sync again\n"));
  EXPECT_THAT(run.terminal.drawn.everything(), Not(HasSubstr("for broker kafka-1")));
}

TEST(LiveObserver, ALongWaitOfACheckIsInTheRecordToo) {
  Watched run(80);
  run.begin();
  run.wait("kafka-0", "it shuts down", {});
  run.pass(seconds(11));
  run.go();
  EXPECT_THAT(run.terminal.drawn.everything(),
              HasSubstr("waited 11s for broker kafka-0 to be in sync again\n"));
  EXPECT_THAT(run.terminal.drawn.picture(), Not(HasSubstr("waiting")));
}

TEST(LiveObserver, AGuardThatIsToldOfAmidAWaitDoesNotEndIt) {
  Watched run(80);
  run.begin();
  run.go();
  run.first_step();
  run.wait("kafka-0", "it shuts down", {});
  run.pass(seconds(11));
  run.observer.on_check_started("guard", "guard: acks");
  run.observer.on_check("guard", "guard: acks", {});
  run.pass(seconds(4));
  EXPECT_THAT(run.terminal.drawn.picture(), HasSubstr("waiting 15s for broker kafka-0"));
  EXPECT_THAT(run.terminal.drawn.everything(), Not(HasSubstr("waited 11s")));
}

TEST(LiveObserver, AStepThatIsTakenBackIsShownSo) {
  Watched run(80);
  run.begin();
  run.go();
  run.first_step();
  run.observer.on_step_finished(run.step(2), engine::Outcome::refused("no"), seconds(5));
  run.observer.on_undo_started(run.step(1));
  run.pass(seconds(1));
  EXPECT_THAT(run.terminal.drawn.picture(), HasSubstr("taking back, 1.0s"));
  EXPECT_THAT(run.terminal.drawn.picture(), HasSubstr("time to go unknown"));
  run.observer.on_undo_finished(run.step(1), true);
  run.pass(seconds(1));
  EXPECT_THAT(run.terminal.drawn.picture(), HasSubstr("< cordon"));
  engine::RunReport report;
  run.observer.on_run_finished(report);
  EXPECT_THAT(run.terminal.drawn.picture(), HasSubstr("\u2717 roll"));
  EXPECT_THAT(run.terminal.drawn.picture(), HasSubstr("not started"));
}

TEST(LiveObserver, WhatASkippedStepIsSkippedForIsInTheRecord) {
  Watched run(80);
  run.begin();
  run.go();
  run.observer.on_step_skipped(run.step(1), "`params.x` is false");
  run.pass(seconds(1));
  EXPECT_THAT(run.terminal.drawn.picture(),
              HasSubstr("step 'cordon' is skipped: `params.x` is false\n"));
  EXPECT_THAT(run.terminal.drawn.picture(), HasSubstr("- cordon"));
  EXPECT_THAT(run.terminal.drawn.picture(), HasSubstr("0 of 2 steps done"));
}

TEST(LiveObserver, WhatRunbooksAndServersSayCannotDriveTheTerminal) {
  const std::string evil =
      "\033]0;owned\a\033[2J\033[31mred\r\n\x9b"
      "5A\u009b5A\u202e";
  Watched run(80);
  run.plan.steps[1] = planned("roll\033[A", evil, {}, {"pod confluent/" + evil});
  engine::RunInfo info;
  info.runbook = info.title = info.ns = evil;
  run.observer.on_run_started(info);
  run.observer.on_check_started("prerequisite", evil);
  run.pass(seconds(1));
  run.observer.on_plan(run.plan);
  run.observer.on_step_started(run.step(2));
  run.observer.on_object({.step = run.step(2).id, .verb = evil, .object = evil, .error = evil});
  engine::WaitState wait;
  wait.what = wait.why = evil;
  wait.details = {evil, evil, evil};
  run.observer.on_wait(run.step(2), wait);
  run.pass(seconds(1));
  run.observer.on_progress(run.step(2), evil);
  run.observer.on_notice(evil);
  run.pass(seconds(1));
  EXPECT_TRUE(run.terminal.drawn.is_sane()) << testing::PrintToString(run.terminal.drawn.strange());
  EXPECT_TRUE(run.terminal.drawn.cursor_is_below_all());
  EXPECT_FALSE(run.terminal.drawn.has_wrapped());
}

TEST(LiveObserver, ASecretThatBecomesKnownLaterIsNotInTheNextTable) {
  Watched run(80);
  run.begin();
  run.go();
  run.first_step();
  run.observer.on_secret(Redacted("hunter22"));
  run.wait("kafka-0", "hunter22 is missing", {});
  run.pass(seconds(1));
  EXPECT_THAT(run.terminal.drawn.picture(), HasSubstr("*** is missing"));
  EXPECT_THAT(run.terminal.shown_err, Not(HasSubstr("hunter22")));
}

TEST(LiveObserver, AnObjectIsFoundByItsWholeName) {
  EXPECT_TRUE(mentions("pod kafka-1 evicted", "kafka-1"));
  EXPECT_TRUE(mentions("it waits for kafka-1.", "kafka-1"));
  EXPECT_FALSE(mentions("pod kafka-10 evicted", "kafka-1"));
  EXPECT_FALSE(mentions("pod my-kafka-1", "kafka-1"));
  EXPECT_FALSE(mentions("host kafka-1.kafka.svc", "kafka-1"));
  EXPECT_TRUE(mentions("kafka-10 and kafka-1", "kafka-1"));
  EXPECT_FALSE(mentions("anything", ""));
}

}  // namespace
}  // namespace cfkops::cli
