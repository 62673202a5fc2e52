#include "human_observer.hpp"

#include "fake_terminal.hpp"
#include "support/virtual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct HumanObserverTest : testing::Test {
  test::FakeTerminal terminal;
  test::VirtualClock clock;
  HumanObserver observer{terminal, clock};
  engine::StepInfo step{.id = "roll",
                        .title = "Restart the brokers",
                        .action = "kafka.roll",
                        .number = 1,
                        .count = 2};

  engine::WaitState wait(const std::string& why) {
    engine::WaitState state;
    state.what = "broker kafka-2";
    state.why = why;
    state.details = {"orders-4: 12 records behind"};
    return state;
  }
};

TEST_F(HumanObserverTest, SaysWhatItWaitsForAndWhenItDoesNotKnowHowLong) {
  observer.on_wait(step, wait("3 of 33 partitions are not in sync"));
  EXPECT_THAT(terminal.shown_err,
              HasSubstr("waiting for broker kafka-2: 3 of 33 partitions are not in sync"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("orders-4: 12 records behind"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("time to go unknown"));
}

TEST_F(HumanObserverTest, ASecretThatAServerRepeatsIsNotShown) {
  observer.on_secret(Redacted("hunter22"));
  observer.on_wait(step, wait("hunter22 is missing"));
  observer.on_notice("it says hunter22");
  engine::RunReport report;
  report.summary = "because of hunter22";
  observer.on_run_finished(report);
  EXPECT_THAT(terminal.shown_err, HasSubstr("it says ***"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("because of ***"));
  EXPECT_THAT(terminal.shown_err + terminal.shown_out, Not(HasSubstr("hunter22")));
}

TEST_F(HumanObserverTest, OffATerminalAWaitIsRepeatedOnlyWhenItsReasonChangesOrNowAndThen) {
  const auto lines = [this] {
    return std::count(terminal.shown_err.begin(), terminal.shown_err.end(), '\n');
  };
  observer.on_wait(step, wait("a"));
  const auto first = lines();
  clock.advance(std::chrono::seconds(1));
  observer.on_wait(step, wait("a"));
  EXPECT_EQ(lines(), first);
  observer.on_wait(step, wait("b"));
  EXPECT_EQ(lines(), first + 1);
  clock.advance(std::chrono::seconds(11));
  observer.on_wait(step, wait("b"));
  EXPECT_EQ(lines(), first + 2);
}

TEST_F(HumanObserverTest, OffATerminalThereIsNoEscapeSequence) {
  engine::CheckResult failed;
  failed.verdict = engine::Verdict::Fail;
  observer.on_check("prerequisite", "quorum", failed);
  observer.on_step_started(step);
  observer.on_wait(step, wait("a"));
  EXPECT_THAT(terminal.shown_err, Not(HasSubstr("\033")));
  EXPECT_THAT(terminal.shown_err, Not(HasSubstr("\r")));
}

TEST_F(HumanObserverTest, WhatRunbooksAndServersSayCannotDriveTheTerminal) {
  const std::string evil = "\033]0;owned\a\033[31mred";
  engine::CheckResult failed;
  failed.verdict = engine::Verdict::Fail;
  failed.summary = failed.remedy = evil;
  failed.details = {evil};
  step.title = evil;
  engine::RunInfo info;
  info.runbook = info.title = info.server = info.context = info.ns = info.journal = evil;
  observer.on_run_started(info);
  observer.on_parameter(evil, runbook::Value(evil));
  observer.on_check("prerequisite", evil, failed);
  observer.on_step_started(step);
  observer.on_progress(step, evil);
  observer.on_wait(step, wait(evil));
  observer.on_step_finished(step, engine::Outcome::refused(evil), {});
  engine::RunReport report;
  report.summary = evil;
  report.left = {evil, "first\nsecond"};
  observer.on_run_finished(report);
  EXPECT_THAT(terminal.shown_err + terminal.shown_out, Not(HasSubstr("\033")));
  EXPECT_THAT(terminal.shown_out, HasSubstr("left: red"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("first\nsecond"));
}

TEST_F(HumanObserverTest, OnATerminalTheColoursAreOursAlone) {
  terminal.is_terminal = true;
  engine::CheckResult failed;
  failed.verdict = engine::Verdict::Fail;
  failed.summary = "\033[32mpass";
  observer.on_check("prerequisite", "quorum", failed);
  EXPECT_THAT(terminal.shown_err, HasSubstr("\033[31mFAIL   \033[0m quorum: pass\n"));
}

TEST_F(HumanObserverTest, AFailedCheckShowsDetailsAndRemedyAPassedOneDoesNot) {
  engine::CheckResult result;
  result.verdict = engine::Verdict::Unknown;
  result.summary = "kafka-1 did not answer";
  result.details = {"pod kafka-1: connection refused"};
  result.remedy = "look at the pod";
  observer.on_check("prerequisite", "kafka.replication", result);
  EXPECT_THAT(terminal.shown_err, HasSubstr("UNKNOWN kafka.replication: kafka-1 did not answer"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("next: look at the pod"));
  terminal.shown_err.clear();
  result.verdict = engine::Verdict::Pass;
  observer.on_check("prerequisite", "kafka.replication", result);
  EXPECT_THAT(terminal.shown_err, Not(HasSubstr("next:")));
}

TEST_F(HumanObserverTest, TheVerdictGoesToStandardOutputWithWhatIsLeftAndTheNextCommand) {
  engine::RunReport report;
  report.result = engine::RunResult::Failed;
  report.run_id = "r1";
  report.summary = "kafka-2 did not get ready";
  report.left = {"broker kafka-2 is down"};
  report.next = {"cfkops runs show r1"};
  report.error = make_error(ErrorCode::Timeout, "not ready after 10m", "kubectl logs kafka-2");
  observer.on_run_finished(report);
  EXPECT_THAT(terminal.shown_out, HasSubstr("kafka-2 did not get ready"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("left: broker kafka-2 is down"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("next: cfkops runs show r1"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("next: kubectl logs kafka-2"));
}

TEST_F(HumanObserverTest, AServersWarningCannotDriveTheTerminal) {
  observer.on_notice("Warning: \033]0;owned\007 deprecated");
  EXPECT_THAT(terminal.shown_err, Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace cfkops::cli
