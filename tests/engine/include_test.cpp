// A step that includes a runbook: what is bound, asked, undone and remembered.
#include "lives.hpp"

#include "cfkops/engine/saved_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace cfkops::engine {
namespace {

using test::Bench;
using test::IsOk;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Sets two config maps, asks before and behind it, and tells of it when it is taken back.
const std::string kPart = R"(params:
  name: {type: string, required: true}
  value: {type: string, default: "5"}
  limit: {type: int, default: 3, max: 9}
prerequisites:
  - {id: ready, check: fake.says, with: {of: part}}
steps:
  - {id: first, do: fake.set, with: {name: "${params.name}", value: "${params.value}"}}
  - {id: second, do: fake.set, when: "steps.first.before != 'x' && params.limit < 10", with: {name: c, value: "${params.value}"}}
validation:
  - {id: fine, check: fake.says, with: {of: after}}
rollback:
  - {id: back, do: fake.set, with: {name: "${params.name}", value: back}}
)";

const std::string kMain = R"(params:
  name: {type: string, default: a}
steps:
  - {id: before, do: fake.set, with: {name: b, value: "7"}}
  - {id: go, include: part, with: {name: "${params.name}"}}
  - {id: behind, do: fake.set, with: {name: b, value: "${steps.go_first.before}"}}
)";

CheckResult says(Verdict verdict) {
  return {.verdict = verdict, .summary = "so it is", .details = {}, .remedy = {}, .outputs = {}};
}

Outcome failing() {
  return Outcome::from(make_error(ErrorCode::Protocol, "it went wrong"));
}

struct IncludedSteps : testing::Test, test::Lives {
  IncludedSteps() { bench.parts["part"] = kPart; }

  /// The line of the log where that phase of that step comes, in a run that nobody kills.
  static std::size_t line(const std::string& sections,
                          const std::string& phase,
                          const std::string& step) {
    Bench other;
    other.parts["part"] = kPart;
    static_cast<void>(other.run(sections));
    for (const audit::LogLine& one : other.log()) {
      if (one.phase == phase && one.step == step) {
        return one.sequence;
      }
    }
    ADD_FAILURE() << "no line of phase " << phase;
    return 0;
  }
};

TEST_F(IncludedSteps, AreDoneWithTheirOwnParameters) {
  const RunReport report = bench.run(kMain, {{"name", "c"}});
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_THAT(bench.world.changes, ElementsAre("b=7", "c=5", "c=5", "b=1"));
  EXPECT_THAT(bench.observer.lines, Contains("prerequisite go: fake.says: pass"));
  EXPECT_THAT(bench.observer.lines, Contains("validation go: fake.says: pass"));
  EXPECT_EQ(report.steps.at(1).id, "go_first");
  const auto notes = bench.log("note");
  ASSERT_THAT(notes, testing::Not(IsEmpty()));
  EXPECT_TRUE(std::ranges::any_of(notes, [](const audit::LogLine& one) {
    return one.data.string_or("/kind", "") == "include" &&
           one.data.string_or("/params/name", "") == "c";
  }));
}

TEST_F(IncludedSteps, ThePlanAsksWhatItsPrerequisitesSay) {
  bench.script.checks["part"] = {says(Verdict::Fail)};
  const auto plan = bench.plan(kMain);
  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->prerequisites, SizeIs(1));
  EXPECT_EQ(plan->prerequisites[0].id, "go_ready");
  EXPECT_FALSE(plan->prerequisites[0].decides) << "'before' may mend it";
  EXPECT_FALSE(plan->blocked());
  EXPECT_THAT(plan->steps.at(1).unknown, HasSubstr("the prerequisites of 'go' do not pass yet"));
  ASSERT_THAT(plan->includes, SizeIs(1));
  EXPECT_EQ(plan->includes[0].name, "part");
  EXPECT_THAT(plan->to_json().dump(), HasSubstr(R"("includes":[{"file":"part.yaml")"));
}

TEST_F(IncludedSteps, APrerequisiteOfTheFirstStepKeepsTheRunFromBeginning) {
  bench.script.checks["part"] = {says(Verdict::Fail)};
  const RunReport report = bench.run("steps:\n  - {id: go, include: part, with: {name: a}}\n");
  EXPECT_EQ(report.result, RunResult::PrerequisiteFailed);
  EXPECT_THAT(bench.world.changes, IsEmpty());
}

TEST_F(IncludedSteps, WhatIsNotKnownYetIsAskedWhenItComes) {
  const std::string sections = R"(
steps:
  - {id: look, do: fake.set, with: {name: b}}
  - {id: go, include: part, with: {name: a, value: "${steps.look.before}"}}
)";
  const auto plan = bench.plan(sections);
  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->prerequisites, SizeIs(1));
  EXPECT_THAT(plan->prerequisites[0].result.summary,
              HasSubstr("asked when it comes: it needs steps.look.before"));
  EXPECT_FALSE(plan->blocked());
  EXPECT_THAT(plan->steps.at(1).unknown, HasSubstr("it needs steps.look.before"));
  EXPECT_EQ(bench.run(sections).result, RunResult::Succeeded);
  EXPECT_THAT(bench.world.changes, ElementsAre("b=2", "a=1", "c=1"));
}

TEST_F(IncludedSteps, AreRefusedWhereAPrerequisiteDoesNotPassWhenItComes) {
  for (const Verdict verdict : {Verdict::Fail, Verdict::Unknown}) {
    Bench other;
    other.parts["part"] = kPart;
    other.script.checks["part"] = {says(Verdict::Pass), says(verdict)};
    const RunReport report = other.run(kMain);
    EXPECT_EQ(report.result, RunResult::Failed) << report.summary;
    EXPECT_THAT(report.error->text(),
                HasSubstr("step 'go' › runbook part is not begun: go: fake.says"));
    EXPECT_THAT(other.world.changes, ElementsAre("b=7", "b=1")) << "undone, and no rollback of it";
  }
}

TEST_F(IncludedSteps, AFailedValidationFailsTheStep) {
  bench.script.checks["after"] = {says(Verdict::Unknown)};
  const RunReport report = bench.run(kMain);
  EXPECT_EQ(report.result, RunResult::Failed) << report.summary;
  EXPECT_THAT(report.error->text(), HasSubstr("its validation did not pass"));
  EXPECT_THAT(bench.world.changes, ElementsAre("b=7", "a=5", "c=5", "c=1", "a=1", "a=back", "b=1"));
}

TEST_F(IncludedSteps, TheirRollbackComesBehindTheirUndoAndBeforeTheRest) {
  const std::string sections = R"(
steps:
  - {id: before, do: fake.set, with: {name: b, value: "7"}}
  - {id: go, include: part, with: {name: a}}
  - {id: fail, do: fake.script}
rollback:
  - {id: last, do: fake.set, with: {name: c, value: last}}
)";
  bench.script.outcomes["fail"] = {failing()};
  const RunReport report = bench.run(sections);
  EXPECT_EQ(report.result, RunResult::Failed) << report.summary;
  EXPECT_THAT(bench.world.changes,
              ElementsAre("b=7", "a=5", "c=5", "c=1", "a=1", "a=back", "b=1", "c=last"));
}

TEST_F(IncludedSteps, AreRepeatedWithTheirElement) {
  const std::string sections = R"(
steps:
  - {id: go, each: {in: "['a', 'b']", as: one}, include: part, with: {name: "${one}", value: "${one}"}}
  - {id: fail, do: fake.script}
)";
  bench.script.outcomes["fail"] = {failing()};
  const RunReport report = bench.run(sections);
  EXPECT_EQ(report.result, RunResult::Failed) << report.summary;
  EXPECT_EQ(report.steps.at(0).id, "go_first[1]");
  EXPECT_THAT(bench.world.changes,
              ElementsAre("a=a",
                          "c=a",
                          "b=b",
                          "c=b",  //
                          "c=a",
                          "b=1",
                          "b=back",
                          "c=1",
                          "a=1",
                          "a=back"));
}

TEST_F(IncludedSteps, AnElementMayBeLeftOutAndIsTakenBack) {
  const std::string sections = R"(
steps:
  - {id: go, each: {in: "['a', 'b']", as: one, batch: [2], max_failures: 1}, include: part, with: {name: "${one}"}}
)";
  bench.script.checks["after"] = {says(Verdict::Fail)};
  const RunReport report = bench.run(sections);
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_THAT(bench.world.changes, ElementsAre("a=5", "c=5", "c=1", "a=1", "a=back", "b=5", "c=5"));
}

TEST_F(IncludedSteps, MayIncludeOthers) {
  bench.parts["outer"] = R"(params: {what: {type: string, required: true}}
steps:
  - {id: deep, include: part, with: {name: "${params.what}", value: "${params.what}"}}
)";
  const RunReport report = bench.run(
      "steps:\n  - {id: go, include: outer, with: {what: b}}\n"
      "  - {id: say, do: fake.set, with: {name: a, value: \"${steps.go_deep_first.before}\"}}\n");
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_THAT(bench.world.changes, ElementsAre("b=b", "c=b", "a=1"));
}

TEST_F(IncludedSteps, AreNotBegunWithAParameterBeyondItsLimit) {
  const RunReport report = bench.run(
      "params: {n: {type: int, default: 10}}\n"
      "steps:\n  - {id: go, include: part, with: {name: a, limit: \"${params.n}\"}}\n");
  EXPECT_EQ(report.result, RunResult::InvalidInput) << report.summary;
  EXPECT_THAT(report.error->text(),
              HasSubstr("parameter 'limit' of part › 10 is more than the most"));
}

TEST_F(IncludedSteps, TheirGuardsHoldWhileTheyAreDone) {
  bench.parts["part"] += "guard:\n  - {check: fake.says, with: {of: watch}, every: 1s}\n";
  bench.script.live["watch"] = [this] {
    const bool begun = std::ranges::find(bench.world.changes, "a=5") != bench.world.changes.end();
    return says(begun ? Verdict::Fail : Verdict::Pass);
  };
  bench.script.on_apply = [this](const Context& context) {
    if (context.step.id == "go_second") {
      bench.transport.clock().advance(std::chrono::seconds(5));
    }
  };
  const RunReport report = bench.run(kMain);
  EXPECT_EQ(report.result, RunResult::Interrupted) << report.summary;
  EXPECT_THAT(report.error->text(), HasSubstr("guard 'go_fake_says_1' is breached"));
  EXPECT_THAT(bench.world.changes, ElementsAre("b=7", "a=5"));
}

TEST_F(IncludedSteps, TheirLocksAreTakenWithTheRuns) {
  bench.parts["part"] += "locks: [\"topic/${params.name}\"]\n";
  const auto plan = bench.plan(kMain, {{"name", "c"}});
  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->locks, SizeIs(1));
  EXPECT_EQ(plan->locks[0].text, "topic confluent/c");
}

// Going on.

TEST_F(IncludedSteps, AResumedRunGoesOnInside) {
  begin(kMain, line(kMain, "intent", "go_second"));
  ASSERT_EQ(times("a=5"), 1);
  ASSERT_EQ(times("c=5"), 0);
  bench.script.checks["part"] = {says(Verdict::Fail)};  // it would not pass any more
  const RunReport report = resumed();
  EXPECT_EQ(report.result, RunResult::Succeeded)
      << report.summary << (report.error ? report.error->text() : "");
  EXPECT_THAT(bench.world.changes, ElementsAre("b=7", "a=5", "c=5", "b=1"));
}

TEST_F(IncludedSteps, AResumedRunAsksThePrerequisitesOfWhatItHasNotBegun) {
  begin(kMain, line(kMain, "intent", "before"));
  bench.script.checks["part"] = {says(Verdict::Pass), says(Verdict::Fail)};
  const RunReport report = resumed();
  EXPECT_EQ(report.result, RunResult::Failed) << report.summary;
  EXPECT_EQ(times("a=5"), 0);
}

TEST_F(IncludedSteps, WhatIsDoneIsNotValidatedAgain) {
  begin(kMain, line(kMain, "intent", "behind"));
  bench.script.checks["after"] = {says(Verdict::Fail)};
  EXPECT_EQ(resumed().result, RunResult::Succeeded);
  EXPECT_EQ(times("b=1"), 1);
}

TEST_F(IncludedSteps, ARunThatIsTakenBackKnowsItsParameters) {
  begin(kMain, line(kMain, "step", "behind"));
  const RunReport report = go_on(recovered(), roll_back);
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_THAT(bench.world.changes, ElementsAre("b=7", "a=5", "c=5", "c=1", "a=1", "a=back", "b=1"));
}

/// Killed at each line of the log, and resumed: all is done, in its order. What was under way is
/// carried out again.
TEST_F(IncludedSteps, MayBeKilledAnywhere) {
  const std::string sections = R"(
steps:
  - {id: before, do: fake.set, with: {name: b, value: "7"}}
  - {id: go, include: part, with: {name: a}}
  - {id: behind, do: fake.set, with: {name: b, value: "9"}}
)";
  Bench whole;
  whole.parts["part"] = kPart;
  ASSERT_EQ(whole.run(sections).result, RunResult::Succeeded);
  const std::size_t lines = whole.log().size();
  for (std::size_t fatal = 2; fatal < lines; ++fatal) {
    test::Lives lives;
    lives.bench.parts["part"] = kPart;
    lives.begin(sections, fatal);
    const RunReport report = lives.resumed();
    EXPECT_EQ(report.result, RunResult::Succeeded) << fatal << ": " << report.summary;
    std::vector<std::string> changes = lives.bench.world.changes;
    changes.erase(std::unique(changes.begin(), changes.end()), changes.end());
    EXPECT_THAT(changes, ElementsAre("b=7", "a=5", "c=5", "b=9")) << fatal;
  }
}

TEST_F(IncludedSteps, ASavedPlanHoldsTheirTexts) {
  book = bench.load(kMain);
  const RunRequest request = bench.request(book, {});
  const auto plan = make_plan(request, bench.fakes.catalogue(), bench.client, bench.observer);
  ASSERT_THAT(plan, IsOk());
  const PinRecorder reads;
  const auto written = save(request, *plan, reads, bench.client, {});
  ASSERT_THAT(written, IsOk());
  const auto read = read_saved_plan(to_text(*written));
  ASSERT_THAT(read, IsOk());
  ASSERT_THAT(read->includes, SizeIs(1));
  EXPECT_EQ(read->includes[0].word, "part");
  EXPECT_THAT(read->includes[0].text, HasSubstr(kPart));
  EXPECT_EQ(read->runbook_sha256, book.sha256);
}

/// What was skipped has nothing to take back, however often the log is read.
TEST_F(IncludedSteps, AreNotTakenBackWhereTheyWereSkipped) {
  const std::string sections = R"(params:
  deep: {type: bool, default: false}
steps:
  - {id: one, do: fake.set, with: {name: b, value: "7"}}
  - {id: go, include: part, when: params.deep, with: {name: a}}
)";
  begin(sections, 1000);
  const std::string before = bench.world.values.at("a");
  EXPECT_EQ(go_on(recovered(), engine::roll_back).result, RunResult::Succeeded);
  EXPECT_EQ(bench.world.values.at("a"), before);
  EXPECT_THAT(bench.world.changes, ElementsAre("b=7", "b=1"));
}

/// Included steps that only read change something in their rollback.
TEST_F(IncludedSteps, TakeALockForWhatTheirRollbackChanges) {
  bench.parts["reader"] = R"(params:
  name: {type: string, required: true}
steps:
  - {id: look, do: fake.script}
rollback:
  - {id: back, do: fake.set, with: {name: "${params.name}", value: back}}
)";
  const auto plan = bench.plan("steps: [{id: go, include: reader, with: {name: a}}]\n");
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->locks, SizeIs(1));
}

/// A list of references that nobody gives is known to be none.
TEST_F(IncludedSteps, NeedNoReferencesToLock) {
  bench.parts["several"] = R"(params:
  targets: {type: "list<ref<StatefulSet>>"}
steps:
  - {id: set, do: fake.set, when: "!has(params.targets) || size(params.targets) > 0", with: {name: a}}
)";
  const auto plan = bench.plan("steps: [{id: go, include: several}]\n");
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->locks, SizeIs(1));
}

}  // namespace
}  // namespace cfkops::engine
