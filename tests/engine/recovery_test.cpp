// Kills a run at each line of its log, and goes on with it: another process, the same world.
#include "cfkops/engine/recovery.hpp"

#include "lives.hpp"
#include "value_log.hpp"

#include "cfkops/base/quantity.hpp"
#include "cfkops/runbook/semver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <set>
#include <string>

namespace cfkops::engine {
namespace {

using test::Bench;
using test::IsOk;
using test::line_of;
using test::Lives;
using test::mentions;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using State = audit::VerifyReport::State;

const std::string kSample = R"(
params: {target: {type: "ref<StatefulSet>"}}
prerequisites: [{check: permission}, {check: fake.says, with: {of: x}}]
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: out, do: fake.evict, with: {pod: kafka-0}}
  - {id: three, do: fake.set, with: {name: c}, expect: [{check: fake.says, with: {of: y}}]}
validation: [{check: fake.says, with: {of: z}}]
)";

const std::string kFailing =
    kSample.substr(0, kSample.find("validation")) + "  - {id: fail, do: fake.script}\n";

struct RecoveryTest : testing::Test, Lives {};

std::size_t lines_of(const std::string& sections) {
  Bench bench;
  bench.script.outcomes["fail"] = {Outcome::refused("it may not be")};
  static_cast<void>(bench.run(sections));
  return bench.disk.appends;
}

TEST(KilledAtAnyLine, GoesOnToItsEndAndDoesNothingTwice) {
  const std::size_t lines = lines_of(kSample);
  ASSERT_GT(lines, 15U);
  for (std::size_t n = 2; n <= lines; ++n) {
    SCOPED_TRACE("killed at line " + std::to_string(n));
    Lives one;
    one.begin(kSample, n, n % 2 == 0);
    const RunReport report = one.resumed();
    EXPECT_EQ(report.result, RunResult::Succeeded)
        << report.summary << (report.error ? report.error->text() : "");
    EXPECT_EQ(one.bench.world.values.at("a"), "2");
    EXPECT_EQ(one.bench.world.values.at("c"), "2");
    EXPECT_EQ(one.times("evict kafka-0"), 1);
    EXPECT_THAT(one.bench.world.unannounced, IsEmpty());
    EXPECT_EQ(one.bench.verified().state, State::Intact) << one.bench.verified().reason;
    EXPECT_THAT(report.left, IsEmpty());
  }
}

TEST(KilledAtAnyLine, FinishesAnUndoThatWasDueOrBegun) {
  const std::size_t lines = lines_of(kFailing);
  for (std::size_t n = 2; n < lines; ++n) {
    SCOPED_TRACE("killed at line " + std::to_string(n));
    Lives one;
    one.bench.script.outcomes["fail"] = {Outcome::refused("it may not be")};
    one.begin(kFailing, n);
    one.bench.script.outcomes["fail"] = {Outcome::refused("it may not be")};
    const RunReport report = one.resumed();
    EXPECT_EQ(report.result, RunResult::Failed) << report.summary;
    EXPECT_EQ(one.bench.world.values.at("a"), "1");
    EXPECT_EQ(one.bench.world.values.at("c"), "1");
    EXPECT_EQ(one.times("evict kafka-0"), 1);
    EXPECT_EQ(one.bench.verified().state, State::Intact) << one.bench.verified().reason;
  }
}

TEST_F(RecoveryTest, AsksBeforeWhatMustNotHappenTwiceAndMayHave) {
  begin(kSample, line_of(kSample, "effect", "out"));
  EXPECT_EQ(times("evict kafka-0"), 1);
  const RunReport report = resumed();
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  ASSERT_EQ(bench.questions.size(), 1U);
  EXPECT_THAT(bench.questions.front(), HasSubstr("step 'out' must not happen twice"));
  const audit::LogLine observed = bench.log("observed").front();
  EXPECT_EQ(observed.step, "out");
  EXPECT_EQ(observed.data.string_or("/fate", ""), "applied");
}

TEST_F(RecoveryTest, StopsWhereNobodyAnswersAndCanBeResumedAgain) {
  begin(kSample, line_of(kSample, "effect", "out"));
  bench.answer = make_error(ErrorCode::Refused, "there is no terminal");
  const RunReport report = resumed();
  EXPECT_EQ(report.result, RunResult::Interrupted) << report.summary;
  EXPECT_TRUE(mentions(report.next, std::string("cfkops resume ") + kRun));
  EXPECT_EQ(bench.log("end").back().data.string_or("/next/0", ""),
            std::string("cfkops resume ") + kRun);
  bench.answer = {};
  EXPECT_EQ(resumed().result, RunResult::Succeeded);
  EXPECT_EQ(times("evict kafka-0"), 1);
}

TEST_F(RecoveryTest, RepeatsWhatIsKnownNotToHaveHappened) {
  begin(kSample, line_of(kSample, "intent", "out"));
  EXPECT_EQ(times("evict kafka-0"), 0);
  EXPECT_EQ(resumed().result, RunResult::Succeeded);
  EXPECT_THAT(bench.questions, IsEmpty());
  EXPECT_EQ(times("evict kafka-0"), 1);
}

TEST_F(RecoveryTest, NumbersItsRequestsAnew) {
  begin(kSample, line_of(kSample, "intent", "three"));
  EXPECT_EQ(resumed().result, RunResult::Succeeded);
  std::set<std::string> ids;
  for (const audit::LogLine& line : bench.log("intent")) {
    EXPECT_TRUE(ids.insert(line.data.string_or("/auditId", "")).second);
  }
}

TEST_F(RecoveryTest, RemembersWhatItsStepsGave) {
  const std::string sections = R"(
steps:
  - {id: look, do: fake.script}
  - {id: one, do: fake.set, with: {name: a}}
  - {id: late, do: fake.evict, with: {pod: "kafka-${steps.look.answer}"}}
)";
  bench.script.outcomes["look"] = {Outcome::done({{"answer", runbook::Value(1)}})};
  begin(sections, line_of(sections, "intent", "one"));
  EXPECT_EQ(resumed().result, RunResult::Succeeded);
  EXPECT_EQ(times("evict kafka-1"), 1);
}

/// A line that says no more than its kind.
audit::LogLine line_about(const std::string& phase) {
  audit::LogLine line;
  line.phase = phase;
  return line;
}

TEST(Recovering, IsNotPutOffByWhatWasSaidBeforeTheStart) {
  const auto run = recover({line_about("note"), line_about("start")});
  ASSERT_THAT(run, IsOk());
  EXPECT_EQ(run->lives, 1);
}

TEST(Recovering, TakesNothingBackThatWasForgotten) {
  audit::LogLine remember = line_about("undo");
  remember.step = "one";
  remember.data = *Json::parse(R"({"event": "remember", "entry": 1, "undo": {"a": 1}})");
  audit::LogLine forget = line_about("undo");
  forget.step = "one";
  forget.data = *Json::parse(R"({"event": "forget", "entry": 1})");
  const auto run = recover({line_about("start"), remember, forget});
  ASSERT_THAT(run, IsOk());
  EXPECT_THAT(run->remembered, IsEmpty());
  EXPECT_EQ(run->entries, 1U) << "its number is not given again";
  EXPECT_FALSE(run->undoing);
}

TEST(Recovering, NeedsAStart) {
  EXPECT_THAT(recover({line_about("note")}),
              test::HasError(ErrorCode::InvalidInput, "no record of a run's start"));
  EXPECT_THAT(recover({line_about("step"), line_about("start")}),
              test::HasError(ErrorCode::InvalidInput, "does not begin with a run's start"));
}

/// Nothing is written to a log that is not gone on with.
void expect_refused(const RunReport& report, const std::string& why) {
  EXPECT_EQ(report.result, RunResult::PolicyRefused) << report.summary;
  ASSERT_TRUE(report.error.has_value());
  EXPECT_THAT(report.error->text(), HasSubstr(why));
}

TEST_F(RecoveryTest, RefusesAnotherRunbook) {
  begin(kSample, line_of(kSample, "intent", "out"));
  RecoveredRun before = recovered();
  const std::string content = bench.disk.content;
  before.runbook_sha256 = std::string(64, 'f');
  expect_refused(go_on(before), "the run began with a runbook of SHA-256 ffff");
  EXPECT_EQ(bench.disk.content, content);
}

TEST_F(RecoveryTest, RefusesAnotherCluster) {
  begin(kSample, line_of(kSample, "intent", "out"));
  RecoveredRun before = recovered();
  EXPECT_EQ(before.cluster_uid, "uid-cluster");
  before.cluster_uid = "uid-other";
  expect_refused(go_on(before), "uid-other");
}

TEST_F(RecoveryTest, RefusesOtherParametersAndSaysWhich) {
  begin(kSample, line_of(kSample, "intent", "out"));
  params["target"] = "statefulset/kafka";
  expect_refused(resumed(), "target: not given before, \"statefulset/kafka\" now");
}

TEST_F(RecoveryTest, LetsSomebodyElseGoOnForAReasonThatIsKept) {
  begin(kSample, line_of(kSample, "intent", "out"));
  RecoveredRun before = recovered();
  before.user = "bob";
  const std::string content = bench.disk.content;
  expect_refused(go_on(before), "the run is that of bob");
  EXPECT_EQ(bench.disk.content, content);
  take_over = "bob is on holiday";
  EXPECT_EQ(go_on(before).result, RunResult::Succeeded);
  const audit::LogLine line = bench.log("resume").front();
  EXPECT_EQ(line.data.string_or("/takeOver", ""), "bob is on holiday");
  EXPECT_EQ(line.data.string_or("/actor/user", ""), "ana");
}

TEST_F(RecoveryTest, HasNothingToResumeOfARunThatSucceeded) {
  begin(kSample, 0);
  const RunReport report = resumed();
  EXPECT_EQ(report.result, RunResult::InvalidInput);
  EXPECT_THAT(report.summary, HasSubstr("nothing to resume"));
}

TEST_F(RecoveryTest, ValidatesAgainWhatDidNotPass) {
  bench.script.checks["z"] = {
      {.verdict = Verdict::Fail, .summary = "not yet", .details = {}, .remedy = {}, .outputs = {}}};
  begin(kSample, 0);
  EXPECT_EQ(recovered().result, "ValidationFailed");
  EXPECT_EQ(resumed().result, RunResult::Succeeded);
  EXPECT_EQ(times("a=2"), 1);
}

const std::string kTwoSets = R"(
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: two, do: fake.set, with: {name: b}}
)";

TEST_F(RecoveryTest, TakesBackAFinishedRunInReverseOrder) {
  begin(kTwoSets, 0);
  const RunReport report = go_on(recovered(), roll_back);
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "b=2", "b=1", "a=1"));
  EXPECT_EQ(bench.log("resume").front().data.string_or("/task", ""), "rollback");
  EXPECT_EQ(bench.verified().state, State::Intact);

  EXPECT_EQ(go_on(recovered(), roll_back).result, RunResult::InvalidInput) << "it is taken back";
  EXPECT_EQ(resumed().result, RunResult::InvalidInput);
}

TEST_F(RecoveryTest, SaysWhatCannotBeTakenBackAndTriesAgainWhenResumed) {
  begin(kTwoSets, 0);
  bench.script.undo["a"] = Outcome::refused("somebody has changed it since");
  const RunReport report = go_on(recovered(), roll_back);
  EXPECT_EQ(report.result, RunResult::UndoIncomplete);
  EXPECT_TRUE(mentions(report.left, "somebody has changed it since"));
  bench.script.undo.clear();
  bench.script.undone.clear();
  EXPECT_EQ(resumed().result, RunResult::Succeeded);
  EXPECT_THAT(bench.script.undone, ElementsAre("a")) << "what was undone is not undone again";
}

TEST_F(RecoveryTest, SaysBeforehandWhatATakingBackChanges) {
  begin(kTwoSets, 0);
  static_cast<void>(go_on(recovered(), roll_back));
  const audit::LogLine plan = bench.log("plan").back();
  EXPECT_EQ(plan.data.string_or("/plan/steps/0/changes/0/object", ""), "configmap b");
  EXPECT_EQ(plan.data.string_or("/plan/steps/0/changes/0/diff/0", ""), "~ /data/value");
  EXPECT_TRUE(mentions(bench.observer.lines, "undone: patch configmap b"));
}

TEST_F(RecoveryTest, WhatGoesOnWithAnInterruptedTakingBackIsTakingBack) {
  begin(kTwoSets, 0);
  bench.script.undo["a"] = Outcome::refused("somebody has changed it since");
  const RunReport report = go_on(recovered(), roll_back);
  EXPECT_EQ(report.result, RunResult::UndoIncomplete);
  EXPECT_TRUE(mentions(report.next, "cfkops rollback 20260102-030405-beef"));
  EXPECT_FALSE(mentions(report.next, "cfkops resume"));
}

TEST_F(RecoveryTest, OneThatIsNotConfirmedToGoOnSaysWhatIsLeft) {
  begin(kTwoSets, line_of(kTwoSets, "intent", "two"));
  bench.approval = make_error(ErrorCode::Refused, "not confirmed");
  const RunReport report = resumed();
  EXPECT_EQ(report.result, RunResult::NotConfirmed);
  EXPECT_TRUE(mentions(report.left, "step 'one' is done and stays so"));
  EXPECT_TRUE(mentions(report.next, "cfkops resume 20260102-030405-beef --yes"));
}

TEST_F(RecoveryTest, TakesNothingBackWithoutLeave) {
  begin(kTwoSets, 0);
  bench.approval = make_error(ErrorCode::Refused, "not confirmed");
  const RunReport report = go_on(recovered(), roll_back);
  EXPECT_EQ(report.result, RunResult::NotConfirmed);
  EXPECT_TRUE(mentions(report.next, "cfkops rollback 20260102-030405-beef --yes"));
  EXPECT_FALSE(mentions(report.next, "cfkops resume")) << "the run has succeeded";
  EXPECT_EQ(recovered().result, "Succeeded");
  bench.approval = {};
  EXPECT_EQ(resumed().result, RunResult::InvalidInput) << "there is nothing to resume, as before";
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "b=2"));
  EXPECT_EQ(go_on(recovered(), roll_back).result, RunResult::Succeeded);
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "b=2", "b=1", "a=1"));
}

TEST_F(RecoveryTest, UndoesAStepByItsOwnSteps) {
  begin(R"(
params: {names: {type: "list<string>", default: [a, b]}}
steps:
  - id: set
    do: fake.set
    with: {name: "${it}"}
    each: {in: params.names, as: it}
    rollback:
      - {id: back, do: fake.set, with: {name: "${it}", value: "7"}}
  - {id: fail, do: fake.script}
)",
        0);
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "b=2"));
  const RunReport report = go_on(recovered(), roll_back);
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "b=2", "b=7", "a=7"));
}

TEST(Undoing, GoesOnWhenAskedToStopOnceAndStopsWhenAskedTwice) {
  for (const int times : {1, 2}) {
    Bench bench;
    bench.script.outcomes["fail"] = {Outcome::refused("no")};
    bench.disk.on_append = [&bench, times](std::size_t /*number*/) {
      if (bench.disk.content.find(R"("phase":"undo","prev")") != std::string::npos &&
          bench.disk.content.find(R"("event":"start")") != std::string::npos) {
        for (int i = 0; i < times && !(times == 1 && bench.cancel.requested()); ++i) {
          bench.cancel.request(2);
        }
      }
    };
    const RunReport report = bench.run(kTwoSets + "  - {id: fail, do: fake.script}\n");
    EXPECT_EQ(report.result, times == 1 ? RunResult::Failed : RunResult::UndoIncomplete);
    EXPECT_EQ(bench.world.values.at("a"), times == 1 ? "1" : "2");
  }
}

TEST(ValuesInTheLog, KeepTheirTypes) {
  const runbook::ValueMap values = {
      {"duration", runbook::Value(Duration(std::chrono::milliseconds(1500)))},
      {"time", runbook::Value(WallTime(std::chrono::hours(24 * 20454)))},
      {"int", runbook::Value(-7)},
      {"uint", runbook::Value(std::uint64_t{7})},
      {"double", runbook::Value(2.0)},
      {"bytes", runbook::Value(runbook::Bytes{std::string("\0\xff", 2)})},
      {"text", runbook::Value("30s")},
      {"null", runbook::Value()},
      {"list", runbook::Value(runbook::ValueList{runbook::Value(true), runbook::Value(1)})},
      {"long", runbook::Value(runbook::LongDuration{315'000'000'000, 5})},
      {"far", runbook::Value(runbook::FarTime{-62'135'596'800, 7})},
      {"entries",
       runbook::Value::of_entries(
           {{runbook::Value(1), runbook::Value("a")}, {runbook::Value("b"), runbook::Value()}})},
      {"type", runbook::Value(runbook::TypeValue{"int"})},
      {"some", runbook::Value(runbook::OptionalValue{std::make_shared<runbook::Value>(2.5)})},
      {"none", runbook::Value(runbook::OptionalValue{})},
      {"quantity", runbook::Value(base::Quantity::parse("1.5Gi").value())},
      {"semver", runbook::Value(runbook::Semver::parse("1.2.3-rc.1").value())},
      {"like", runbook::Value(runbook::ValueMap{{"$duration", runbook::Value("1")}})}};
  const auto parsed = Json::parse(Json(to_log(values)).dump());
  ASSERT_THAT(parsed, test::IsOk());
  const runbook::ValueMap back = values_from_log(*parsed);
  ASSERT_EQ(back.size(), values.size());
  for (const auto& [name, value] : values) {
    EXPECT_EQ(back.at(name), value) << name;
    EXPECT_EQ(back.at(name).type_name(), value.type_name()) << name;
  }
}

TEST(ValuesInTheLog, NeverHaveASecret) {
  const runbook::ValueMap values = {
      {"plain", runbook::Value("x")},
      {"secret", runbook::Value(Redacted("canary"))},
      {"inside", runbook::Value(runbook::ValueList{runbook::Value(Redacted("canary"))})}};
  const std::string text = Json(to_log(values)).dump();
  EXPECT_EQ(text.find("canary"), std::string::npos);
  const auto parsed = Json::parse(text);
  ASSERT_THAT(parsed, test::IsOk());
  EXPECT_EQ(values_from_log(*parsed).size(), 1U);
}

}  // namespace
}  // namespace cfkops::engine
