#include "json_observer.hpp"

#include "fake_terminal.hpp"
#include "support/virtual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::cli {
namespace {

struct JsonObserverTest : testing::Test {
  test::FakeTerminal terminal;
  test::VirtualClock clock;
  JsonObserver observer{terminal, clock};

  nlohmann::json last() {
    auto record = nlohmann::json::parse(terminal.shown_out);
    terminal.shown_out.clear();
    return record;
  }
};

TEST_F(JsonObserverTest, EveryEventIsOneLineWithSchemaTypeAndTime) {
  observer.on_notice("hello\nworld");
  EXPECT_EQ(std::count(terminal.shown_out.begin(), terminal.shown_out.end(), '\n'), 1);
  const auto record = last();
  EXPECT_EQ(record.at("schemaVersion"), 1);
  EXPECT_EQ(record.at("type"), "notice");
  EXPECT_EQ(record.at("time"), "2026-01-02T03:04:05.000000Z");
}

TEST_F(JsonObserverTest, AnUnknownEstimateIsNullAndNotZero) {
  engine::StepInfo step;
  step.id = "roll";
  engine::WaitState wait;
  wait.what = "broker 2";
  observer.on_wait(step, wait);
  EXPECT_TRUE(last().at("estimateSeconds").is_null());
}

TEST_F(JsonObserverTest, ASecretIsNeverWritten) {
  observer.on_parameter("password", runbook::Value(Redacted("hunter2")));
  EXPECT_THAT(terminal.shown_out, testing::Not(testing::HasSubstr("hunter2")));
}

TEST_F(JsonObserverTest, ASecretThatAServerRepeatsIsNotWritten) {
  observer.on_secret(Redacted("hunter22"));
  observer.on_notice("it says hunter22 and aHVudGVyMjI=");
  EXPECT_EQ(last().at("text"), "it says *** and ***");
}

TEST_F(JsonObserverTest, InvalidUtf8FromTheOutsideIsReplaced) {
  observer.on_notice("bad \xff byte");
  EXPECT_NO_THROW(last());
}

TEST_F(JsonObserverTest, TheLastRecordHasTheVerdictAndWhatIsLeft) {
  engine::RunReport report;
  report.result = engine::RunResult::Succeeded;
  report.left = {};
  report.next = {"cfkops audit verify r"};
  observer.on_run_finished(report);
  const auto record = last();
  EXPECT_EQ(record.at("type"), "run_finished");
  EXPECT_TRUE(record.at("left").is_array());
  EXPECT_TRUE(record.at("error").is_null());
}

}  // namespace
}  // namespace cfkops::cli
