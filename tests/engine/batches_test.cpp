// Elements that go together, failures that a run goes on behind, and the limits of a whole run.
#include "lives.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

namespace cfkops::engine {
namespace {

using test::Bench;
using test::IsOk;
using test::Lives;
using test::mentions;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using State = audit::VerifyReport::State;

/// Three config maps, each set and then judged.
std::string batches(const std::string& keys, const std::string& more = {}) {
  return R"(
params: {names: {type: list<string>, default: [a, b, c]}}
steps:
  - id: all
    each: {in: params.names, as: name)" +
         keys + R"(}
    steps:
      - {id: one, do: fake.set, with: {name: "${name}"}}
      - {id: judge, do: fake.script}
      - {id: two, do: fake.set, with: {name: "${name}", value: "3"}}
)" + more;
}

/// A step that fails stops the run.
const std::string kStops = R"(
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: judge, do: fake.script, on_failure: stop}
)";

Outcome failing() {
  return Outcome::refused("it may not be");
}

TEST(Batches, GoThroughAGroupTogether) {
  Bench bench;
  EXPECT_EQ(bench.run(batches(", batch: [1, 100%]")).result, RunResult::Succeeded);
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "a=3", "b=2", "c=2", "b=3", "c=3"));
}

TEST(Batches, AreOfOneElementIfNotSaid) {
  Bench bench;
  EXPECT_EQ(bench.run(batches("")).result, RunResult::Succeeded);
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "a=3", "b=2", "b=3", "c=2", "c=3"));
}

TEST(Batches, RepeatTheLastSizeAndHoldAtLeastOneElement) {
  Bench bench;
  EXPECT_EQ(bench.run(batches(", batch: [10%, 2]")).result, RunResult::Succeeded);
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "a=3", "b=2", "c=2", "b=3", "c=3"));
}

TEST(Batches, ArePlannedAsTheyAreCarriedOut) {
  Bench bench;
  const auto plan = bench.plan(batches(", batch: [1, 2], max_failures: 34%"));
  ASSERT_THAT(plan, IsOk());
  std::vector<std::string> ids;
  for (const PlannedStep& step : plan->steps) {
    ids.push_back(step.id);
  }
  EXPECT_THAT(ids,
              ElementsAre("one[1]",
                          "judge[1]",
                          "two[1]",
                          "one[2]",
                          "one[3]",
                          "judge[2]",
                          "judge[3]",
                          "two[2]",
                          "two[3]"));
  EXPECT_THAT(plan->steps[0].plan.notes, Contains("element 1 of 3; 1 of all may fail"));
  EXPECT_THAT(plan->steps[3].plan.notes,
              Contains("elements 2 to 3 of 3 together; 1 of all may fail"));
}

/// What an element's steps read is what its own steps gave, also where the others' gave later.
TEST(Batches, ReadWhatTheirOwnStepsGave) {
  Bench bench;
  bench.world.values = {{"a", "7"}, {"b", "8"}, {"c", "9"}};
  const std::string sections = R"(
params: {names: {type: list<string>, default: [a, b, c]}}
steps:
  - id: all
    each: {in: params.names, as: name, batch: [100%]}
    steps:
      - {id: one, do: fake.set, with: {name: "${name}"}}
      - {id: two, do: fake.set, with: {name: "${name}", value: "${steps.one.before}${steps.one.before}"}}
)";
  EXPECT_EQ(bench.run(sections).result, RunResult::Succeeded);
  EXPECT_EQ(bench.world.values.at("a"), "77");
  EXPECT_EQ(bench.world.values.at("b"), "88");
  EXPECT_EQ(bench.world.values.at("c"), "99");
}

TEST(Batches, AreTakenBackWithWhatTheirOwnStepsGave) {
  for (const std::string batch : {"[1]", "[100%]"}) {
    Bench bench;
    bench.world.values = {{"a", "7"}, {"b", "8"}, {"c", "9"}};
    bench.script.outcomes["last"] = {failing()};
    const std::string sections = R"(
params: {names: {type: list<string>, default: [a, b, c]}}
steps:
  - id: all
    each: {in: params.names, as: name, batch: )" +
                                 batch + R"(}
    steps:
      - id: one
        do: fake.set
        with: {name: "${name}"}
        rollback: [{id: back, do: fake.set, with: {name: "${name}", value: "${steps.one.before}"}}]
  - {id: last, do: fake.script}
)";
    EXPECT_EQ(bench.run(sections).result, RunResult::Failed);
    EXPECT_EQ(bench.world.values.at("a"), "7") << batch;
    EXPECT_EQ(bench.world.values.at("b"), "8") << batch;
    EXPECT_EQ(bench.world.values.at("c"), "9") << batch;
  }
}

TEST(Batches, HaveNothingOfAnotherElement) {
  Bench bench;
  bench.script.outcomes["look[2]"] = {failing()};
  const RunReport report = bench.run(R"(
params: {names: {type: list<string>, default: [a, b, c]}}
steps:
  - id: all
    each: {in: params.names, as: name}
    steps:
      - {id: look, do: fake.script, on_failure: continue}
      - {id: note, do: fake.set, when: has(steps.look.answer), with: {name: "${name}"}}
)");
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "c=2"));
}

TEST(MaxFailures, LeaveOutAnElementAndTakeItBack) {
  Bench bench;
  bench.script.outcomes["judge[2]"] = {failing()};
  const RunReport report = bench.run(batches(", batch: [3], max_failures: 1"));
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "b=2", "c=2", "b=1", "a=3", "c=3"));
  EXPECT_TRUE(mentions(report.left, "element 2 of 3 of step 'all' failed, is taken back"));
  EXPECT_THAT(report.summary, HasSubstr("1 failed and passed over"));
  std::vector<std::string> states;
  for (const StepReport& step : report.steps) {
    if (step.id.ends_with("[2]")) {
      states.push_back(step.id + " " + step.state);
    }
  }
  EXPECT_THAT(states, ElementsAre("one[2] undone", "judge[2] passed_over", "two[2] not_started"));
}

TEST(MaxFailures, AreCountedOverAllBatches) {
  Bench bench;
  bench.script.outcomes["judge[1]"] = {failing()};
  bench.script.outcomes["judge[2]"] = {failing()};
  const RunReport report = bench.run(batches(", max_failures: 1"));
  EXPECT_EQ(report.result, RunResult::Failed);
  EXPECT_THAT(report.error->text(), HasSubstr("2 elements of 3 failed, and 1 may"));
  // The first one is not taken back twice, and the third never begun.
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "a=1", "b=2", "b=1"));
}

TEST(MaxFailures, OfAPercentageAreRoundedDown) {
  Bench bench;
  bench.script.outcomes["judge[1]"] = {failing()};
  EXPECT_EQ(bench.run(batches(", max_failures: 33%")).result, RunResult::Failed);
}

TEST(MaxFailures, AreNotAll) {
  Bench bench;
  for (const char* judge : {"judge[1]", "judge[2]", "judge[3]"}) {
    bench.script.outcomes[judge] = {failing()};
  }
  const RunReport report = bench.run(batches(", max_failures: 100%"));
  EXPECT_EQ(report.result, RunResult::Failed);
  EXPECT_THAT(report.error->text(), HasSubstr("all of the 3 elements failed"));
}

/// An undo has its time, whatever the run has.
TEST(MaxFailures, TakeBackBehindTheRunTimeout) {
  Bench bench;
  bench.script.outcomes["judge[1]"] = {Outcome::not_yet("not yet"), failing()};
  const RunReport report = bench.run(R"(
params: {names: {type: list<string>, default: [a, b]}}
settings: {run_timeout: 30s}
steps:
  - id: all
    each: {in: params.names, as: name, max_failures: 1}
    steps:
      - id: one
        do: fake.set
        with: {name: "${name}"}
        rollback: [{id: back, do: fake.set, with: {name: "${name}", value: "1"}}]
      - {id: judge, do: fake.script, attempts: {max: 2, every: 1m}}
)");
  EXPECT_EQ(report.result, RunResult::Failed);
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "a=1"));
  EXPECT_FALSE(mentions(report.left, "is not undone"));
}

TEST(MaxFailures, DoNotCoverWhatIsUnknown) {
  Bench bench;
  bench.script.outcomes["judge[2]"] = {Outcome::unknown("nobody can tell")};
  EXPECT_EQ(bench.run(batches(", max_failures: 3")).result, RunResult::Failed);
}

TEST(MaxFailures, EndWhereAnElementCannotBeTakenBack) {
  Bench bench;
  bench.script.outcomes["judge[2]"] = {failing()};
  bench.script.undo.emplace("b", Outcome::refused("somebody else has changed it"));
  const RunReport report = bench.run(batches(", max_failures: 3"));
  EXPECT_EQ(report.result, RunResult::UndoIncomplete);
  EXPECT_THAT(report.error->text(), HasSubstr("not all that was done to it is undone"));
  EXPECT_EQ(bench.world.values.at("a"), "1");
}

TEST(MaxFailures, TakeBackByTheStepsOfTheRunbookOnce) {
  const std::string sections = R"(
params: {names: {type: list<string>, default: [a, b]}}
steps:
  - id: all
    each: {in: params.names, as: name, max_failures: 1}
    steps:
      - id: one
        do: fake.set
        with: {name: "${name}"}
        rollback: [{id: back, do: fake.set, with: {name: "${name}", value: "back"}}]
      - {id: judge, do: fake.script}
  - {id: last, do: fake.script}
)";
  Bench well;
  well.script.outcomes["judge[1]"] = {failing()};
  EXPECT_EQ(well.run(sections).result, RunResult::Succeeded);
  EXPECT_THAT(well.world.changes, ElementsAre("a=2", "a=back", "b=2"));
  Bench fails;
  fails.script.outcomes["judge[1]"] = {failing()};
  fails.script.outcomes["last"] = {failing()};
  EXPECT_EQ(fails.run(sections).result, RunResult::Failed);
  EXPECT_THAT(fails.world.changes, ElementsAre("a=2", "a=back", "b=2", "b=back"));
}

TEST(OnFailure, ContinueGoesOnBehindTheStep) {
  Bench bench;
  bench.script.outcomes["look"] = {failing()};
  const RunReport report = bench.run(R"(
steps:
  - {id: look, do: fake.script, on_failure: continue}
  - {id: one, do: fake.set, with: {name: a}, when: '!has(steps.look.answer)'}
)");
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2"));
  EXPECT_EQ(report.steps[0].state, "passed_over");
  EXPECT_TRUE(mentions(report.left, "step 'look' failed, and the run went on"));
}

TEST(OnFailure, StopKeepsWhatWasDoneForAResume) {
  Lives one;
  one.bench.script.outcomes["judge"] = {failing()};
  one.begin(kStops, 1000);
  EXPECT_EQ(one.bench.world.values.at("a"), "2");
  EXPECT_EQ(one.bench.log("end").back().data.string_or("/result", ""), "Interrupted");
  EXPECT_EQ(one.resumed().result, RunResult::Succeeded);
  EXPECT_THAT(one.bench.world.changes, ElementsAre("a=2"));
}

TEST(OnFailure, AskGoesOnIfAPersonSaysSo) {
  const std::string sections = R"(
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: judge, do: fake.script, on_failure: ask}
  - {id: two, do: fake.set, with: {name: b}}
)";
  Bench yes;
  yes.script.outcomes["judge"] = {failing()};
  EXPECT_EQ(yes.run(sections).result, RunResult::Succeeded);
  EXPECT_THAT(yes.questions, ElementsAre(HasSubstr("step 'judge' failed")));
  Bench no;
  no.script.outcomes["judge"] = {failing()};
  no.answer = make_error(ErrorCode::Refused, "no");
  EXPECT_EQ(no.run(sections).result, RunResult::Failed);
  EXPECT_THAT(no.world.changes, ElementsAre("a=2", "a=1"));
}

TEST(OnFailure, ARequestToStopIsNoAnswer) {
  Bench bench;
  bench.script.outcomes["judge"] = {failing()};
  bench.answer = make_error(ErrorCode::Refused, "nobody answers");
  bench.on_question = [&bench] { bench.cancel.request(SIGINT); };
  const RunReport report = bench.run(R"(
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: judge, do: fake.script, on_failure: ask}
)");
  EXPECT_EQ(report.result, RunResult::Interrupted);
  EXPECT_EQ(report.signal_number, SIGINT);
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2"));
}

/// A stop is no failure that an undo is due for, however often the run is resumed.
TEST(OnFailure, StopIsTriedAgainAlsoByALifeThatWasKilled) {
  Lives one;
  one.bench.script.outcomes["judge"] = {failing()};
  one.begin(kStops, 1000);
  one.bench.disk.on_append = [number = 0](std::size_t /*line*/) mutable {
    if (++number == 2) {
      throw test::Death{};
    }
  };
  EXPECT_THROW(static_cast<void>(one.resumed()), test::Death);
  one.bench.disk.on_append = {};
  EXPECT_EQ(one.resumed().result, RunResult::Succeeded);
  EXPECT_THAT(one.bench.world.changes, ElementsAre("a=2"));
}

TEST(OnFailure, OfAGroupPassesTheRestOfItOver) {
  Bench bench;
  bench.script.outcomes["judge"] = {failing()};
  const RunReport report = bench.run(R"(
steps:
  - id: group
    on_failure: continue
    steps:
      - {id: judge, do: fake.script}
      - {id: one, do: fake.set, with: {name: a}}
  - {id: two, do: fake.set, with: {name: b}}
)");
  EXPECT_EQ(report.result, RunResult::Succeeded);
  EXPECT_THAT(bench.world.changes, ElementsAre("b=2"));
}

TEST(OnFailure, OfAStepGoesBeforeThatOfItsGroup) {
  Bench bench;
  bench.script.outcomes["judge"] = {failing()};
  EXPECT_EQ(bench
                .run(R"(
steps:
  - id: group
    on_failure: continue
    steps:
      - {id: judge, do: fake.script, on_failure: rollback}
)")
                .result,
            RunResult::Failed);
}

TEST(OnFailure, DoesNotCoverWhatIsUnknown) {
  Bench bench;
  bench.script.outcomes["look"] = {Outcome::unknown("nobody can tell")};
  EXPECT_EQ(bench.run("steps: [{id: look, do: fake.script, on_failure: continue}]\n").result,
            RunResult::Failed);
}

/// Wherever a run dies in which an element fails, the next process ends it the same way.
TEST(KilledAtAnyLine, GoesOnWithoutTheElementThatFailed) {
  const std::string sections = batches(", batch: [2], max_failures: 1",
                                       "  - {id: last, do: fake.evict, with: {pod: kafka-0}}\n");
  const auto script = [](Bench& bench) { bench.script.outcomes["judge[2]"] = {failing()}; };
  Bench whole;
  script(whole);
  static_cast<void>(whole.run(sections));
  const std::size_t lines = whole.disk.appends;
  bool passed = false;
  for (std::size_t n = 2; n < lines; ++n) {
    SCOPED_TRACE("killed at line " + std::to_string(n));
    Lives one;
    script(one.bench);
    one.begin(sections, n);
    script(one.bench);
    const RecoveredRun before = one.recovered();
    passed = passed || before.passed_over_by("all[2]") != nullptr;
    const RunReport report = one.go_on(before);
    EXPECT_EQ(report.result, RunResult::Succeeded)
        << report.summary << (report.error ? report.error->text() : "");
    EXPECT_EQ(one.bench.world.values.at("a"), "3");
    EXPECT_EQ(one.bench.world.values.at("b"), "1");
    EXPECT_EQ(one.bench.world.values.at("c"), "3");
    EXPECT_THAT(one.bench.world.unannounced, IsEmpty());
    EXPECT_EQ(one.bench.verified().state, State::Intact) << one.bench.verified().reason;
  }
  EXPECT_TRUE(passed);
}

TEST(Settings, ATimeoutIsThatOfStepsWhichSayNone) {
  const Bench bench;
  const runbook::Runbook book = bench.load(R"(
settings: {timeout: 7m}
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - id: group
    steps: [{id: two, do: fake.set, with: {name: b}, timeout: 1m}]
rollback: [{id: back, do: fake.script}]
)");
  EXPECT_EQ(book.steps[0].timeout, std::chrono::minutes(7));
  EXPECT_EQ(book.steps[1].timeout, std::nullopt);
  EXPECT_EQ(book.steps[1].steps[0].timeout, std::chrono::minutes(1));
  EXPECT_EQ(book.rollback[0].timeout, std::chrono::minutes(7));
}

TEST(Settings, NoStepBeginsWhenTheRunHasTakenTooLong) {
  Bench bench;
  bench.script.outcomes["wait"] = {Outcome::not_yet("it is not"), Outcome::done()};
  const RunReport report = bench.run(R"(
settings: {run_timeout: 30s}
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: wait, do: fake.script, attempts: {max: 2, every: 1m}}
  - {id: two, do: fake.set, with: {name: b}, on_failure: continue}
)");
  EXPECT_EQ(report.result, RunResult::Failed);
  EXPECT_THAT(report.error->text(), HasSubstr("longer than its run_timeout of 30s"));
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "a=1"));
}

}  // namespace
}  // namespace cfkops::engine
