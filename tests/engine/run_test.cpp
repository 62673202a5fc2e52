#include "bench.hpp"
#include "support/matchers.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace cfkops::engine {
namespace {

using test::Bench;
using test::mentions;

const std::string kTwoSteps = R"(
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: two, do: fake.set, with: {name: b, value: "9"}}
)";

CheckResult verdict(Verdict verdict, const std::string& summary) {
  return {.verdict = verdict, .summary = summary, .details = {}, .remedy = {}, .outputs = {}};
}

std::string state_of(const RunReport& report, const std::string& id) {
  for (const StepReport& step : report.steps) {
    if (step.id == id) {
      return step.state;
    }
  }
  return "no such step";
}

TEST(Run, TakesTheStepsInOrderAndSaysWhatWasDone) {
  Bench bench;
  const RunReport report =
      bench.run(kTwoSteps + "validation: [{check: fake.says, with: {of: x}}]\n");
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_EQ(bench.world.changes, (std::vector<std::string>{"a=2", "b=9"}));
  EXPECT_TRUE(bench.world.unannounced.empty());
  EXPECT_EQ(state_of(report, "one"), "done");
  EXPECT_TRUE(report.left.empty());
  EXPECT_EQ(report.next, (std::vector<std::string>{"cfkops audit verify 20260102-030405-beef"}));
  EXPECT_EQ(report.requests, bench.transport.calls().size());
  EXPECT_EQ(bench.asked_for_approval, 1);

  const audit::VerifyReport verified = bench.verified();
  EXPECT_EQ(verified.state, audit::VerifyReport::State::Intact) << verified.reason;
  EXPECT_EQ(verified.last_hash, report.journal_hash);
}

TEST(Run, TellsTheObserverOfThePlanAndOfEachChangeButNotOfThoseOfLocks) {
  Bench bench;
  static_cast<void>(bench.run(kTwoSteps));
  EXPECT_EQ(bench.observer.table,
            (std::vector<std::string>{"plan of 2",
                                      "one: patch configmap confluent/a sent",
                                      "one: patch configmap confluent/a done",
                                      "two: patch configmap confluent/b sent",
                                      "two: patch configmap confluent/b done"}));
}

TEST(Run, TellsTheObserverWhatIsTakenBack) {
  Bench bench;
  bench.script.outcomes["three"] = {Outcome::refused("no")};
  static_cast<void>(bench.run(kTwoSteps + "  - {id: three, do: fake.script}\n"));
  const std::vector<std::string>& told = bench.observer.table;
  ASSERT_GE(told.size(), 13U);
  EXPECT_EQ(std::vector<std::string>(told.begin() + 5, told.end()),
            (std::vector<std::string>{"undo of two",
                                      "two: patch configmap confluent/b sent",
                                      "two: patch configmap confluent/b done",
                                      "undo of two done",
                                      "undo of one",
                                      "one: patch configmap confluent/a sent",
                                      "one: patch configmap confluent/a done",
                                      "undo of one done"}));
}

TEST(Run, WritesWhoWhatAndWhereIntoTheJournal) {
  Bench bench;
  static_cast<void>(bench.run(kTwoSteps));
  const std::vector<audit::LogLine> lines = bench.log();
  const Json& start = lines.front().data;
  EXPECT_EQ(lines.front().phase, "start");
  EXPECT_EQ(start.string_or("/runbook/name", ""), "sample");
  EXPECT_EQ(start.string_or("/runbook/sha256", "").size(), 64U);
  EXPECT_EQ(start.string_or("/cluster/server", ""), "https://10.0.0.1:6443");
  EXPECT_EQ(start.string_or("/cluster/context", ""), "lab");
  EXPECT_EQ(start.string_or("/namespace", ""), "confluent");
  EXPECT_EQ(start.string_or("/actor/user", ""), "ana");
  EXPECT_NE(start.string_or("/actor/osUser", ""), "");
  EXPECT_NE(start.string_or("/tool/version", ""), "");

  const audit::LogLine intent = bench.log("intent").at(1);  // the first one is for the lock
  EXPECT_EQ(intent.step, "one");
  EXPECT_EQ(intent.attempt, 1);
  EXPECT_EQ(intent.data.string_or("/verb", ""), "patch");
  EXPECT_EQ(intent.data.string_or("/resource", ""), "configmaps");
  EXPECT_EQ(intent.data.string_or("/name", ""), "a");
  EXPECT_EQ(intent.data.string_or("/uid", ""), "uid-a");
  const std::string audit_id = intent.data.string_or("/auditId", "");
  EXPECT_TRUE(audit_id.starts_with("20260102-030405-beef/one/1/")) << audit_id;

  const audit::LogLine effect = bench.log("effect").at(1);
  EXPECT_EQ(effect.data.string_or("/auditIds/0", ""), audit_id);
  EXPECT_EQ(effect.data.string_or("/resourceVersion", ""), "2");
  EXPECT_EQ(lines.back().phase, "end");
  EXPECT_EQ(lines.back().data.string_or("/result", ""), "Succeeded");
}

TEST(Run, TouchesNothingWhenAPrerequisiteFailsOrIsUnknown) {
  for (const Verdict bad : {Verdict::Fail, Verdict::Unknown}) {
    Bench bench;
    bench.script.checks["x"] = {verdict(bad, "3 of 33")};
    const RunReport report = bench.run(kTwoSteps + R"(
prerequisites:
  - {check: fake.says, with: {of: x}}
  - {check: fake.says, with: {of: y}}
)");
    EXPECT_EQ(report.result, RunResult::PrerequisiteFailed);
    EXPECT_TRUE(bench.world.changes.empty());
    EXPECT_EQ(bench.asked_for_approval, 0);
    EXPECT_EQ(bench.log("check").size(), 2U) << "all are asked, all answers are kept";
    EXPECT_NE(report.error->message.find("3 of 33"), std::string::npos);
    EXPECT_TRUE(mentions(report.next, "cfkops plan sample -n confluent"));
    EXPECT_EQ(bench.verified().state, audit::VerifyReport::State::Intact);
  }
}

TEST(Run, TouchesNothingWhenTheServerWouldRefuseAChange) {
  Bench bench;
  bench.script.refused = true;
  const RunReport report = bench.run(kTwoSteps);
  EXPECT_EQ(report.result, RunResult::PrerequisiteFailed);
  EXPECT_NE(report.summary.find("refuse 2 changes"), std::string::npos) << report.summary;
  EXPECT_TRUE(bench.world.changes.empty());
}

TEST(Run, TouchesNothingWithoutApproval) {
  Bench bench;
  bench.approval = make_error(ErrorCode::Refused, "not confirmed", "say --yes");
  const RunReport report = bench.run(kTwoSteps);
  EXPECT_EQ(report.result, RunResult::NotConfirmed);
  EXPECT_TRUE(bench.world.changes.empty());
  EXPECT_EQ(bench.log("end").front().data.string_or("/result", ""), "NotConfirmed");
}

TEST(Run, SaysThatTheInputWasWrongBeforeAnythingElse) {
  Bench bench;
  const RunReport report = bench.run(kTwoSteps, {{"settel", "topsecret"}});
  EXPECT_EQ(report.result, RunResult::InvalidInput);
  EXPECT_NE(report.error->message.find("settel"), std::string::npos);
  EXPECT_EQ(bench.disk.content.find("topsecret"), std::string::npos)
      << "a misspelt name may carry a secret";
}

TEST(Run, AsksForThePermissionsThatTheStepsWillNeed) {
  Bench bench;
  const RunReport report = bench.run(R"(
prerequisites: [{check: permission}, {check: fake.says, with: {of: x}}]
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: again, do: fake.set, with: {name: a, value: "3"}}
  - {id: look, do: fake.script}
  - {id: late, do: fake.evict, with: {pod: "kafka-${steps.look.answer}"}}
)");
  const std::string lease =
      R"( leases.coordination.k8s.io "cfkops-namespace-confluent" in namespace confluent)";
  EXPECT_EQ(bench.script.asked,
            (std::vector<std::string>{"patch configmaps \"a\" in namespace confluent",
                                      "create pods/eviction in namespace confluent",
                                      "get" + lease,
                                      "create leases.coordination.k8s.io in namespace confluent",
                                      "patch" + lease}))
      << "each once; of a step that cannot be planned yet what its action declares";
  EXPECT_EQ(report.result, RunResult::Failed) << "there is no kafka-42";
}

TEST(Run, SkipsAStepWhoseConditionIsFalseAndSaysWhy) {
  Bench bench;
  const RunReport report = bench.run(R"(
params: {size: {type: int, default: 3}}
steps:
  - {id: one, do: fake.set, with: {name: a}, when: params.size > 5}
  - {id: group, when: params.size > 5, steps: [{id: two, do: fake.set, with: {name: b}}]}
  - {id: three, do: fake.set, with: {name: c}}
)");
  EXPECT_EQ(report.result, RunResult::Succeeded);
  EXPECT_EQ(bench.world.changes, (std::vector<std::string>{"c=2"}));
  EXPECT_EQ(state_of(report, "one"), "skipped");
  EXPECT_EQ(state_of(report, "two"), "skipped");
  EXPECT_NE(report.steps.front().why.find("params.size"), std::string::npos);
}

TEST(Run, GoesThroughTheElementsOfAListInOrder) {
  Bench bench;
  const RunReport report = bench.run(R"(
params: {names: {type: list<string>, default: [b, a]}}
steps:
  - id: all
    each: {in: params.names, as: name}
    steps:
      - {id: set, do: fake.set, with: {name: "${name}"}}
      - {id: look, do: fake.script}
)");
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_EQ(bench.world.changes, (std::vector<std::string>{"b=2", "a=2"}));
  ASSERT_EQ(report.steps.size(), 4U);
  EXPECT_EQ(report.steps[0].id, "set[1]");
  EXPECT_EQ(report.steps[3].id, "look[2]");
  EXPECT_TRUE(mentions(bench.observer.lines, "step set[2] 3/4 attempt 1"));
}

TEST(Run, GivesALaterStepTheOutputsOfAnEarlierOne) {
  Bench bench;
  const RunReport report = bench.run(R"(
prerequisites: [{check: fake.says, id: load, with: {of: x}}]
steps:
  - {id: look, do: fake.script}
  - {id: set, do: fake.set, with: {name: a, value: "${string(steps.look.answer)}-${checks.load.measured}"}}
)");
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.error->text();
  EXPECT_EQ(bench.world.values["a"], "42-7");
}

TEST(Run, TriesAgainWhatIsNotSoYetWithGrowingPauses) {
  Bench bench;
  bench.script.outcomes["look"] = {Outcome::not_yet("1 of 3"), Outcome::not_yet("2 of 3")};
  const RunReport report = bench.run(R"(
steps: [{id: look, do: fake.script, attempts: {max: 5, every: 10s, backoff: 3}}]
)");
  EXPECT_EQ(report.result, RunResult::Succeeded);
  EXPECT_EQ(bench.transport.clock().passed(), std::chrono::seconds(40));
  EXPECT_EQ(report.steps.front().attempts, 3);
  EXPECT_TRUE(mentions(bench.observer.lines, "wait look: attempt 3 of 5: 2 of 3"));
}

TEST(Run, DoesNotTryAgainWhatIsNotListed) {
  for (const Outcome& outcome :
       {Outcome::refused("no", "force=a,b"), Outcome::unknown("who knows")}) {
    Bench bench;
    bench.script.outcomes["look"] = {outcome};
    const RunReport report =
        bench.run("steps: [{id: look, do: fake.script, attempts: {max: 5, every: 1s}}]\n");
    EXPECT_EQ(report.result, RunResult::Failed);
    EXPECT_EQ(report.steps.front().attempts, 1);
    EXPECT_EQ(report.steps.front().state, to_string(outcome.kind));
    EXPECT_EQ(report.error->hint.find("--param force=a,b") != std::string::npos,
              outcome.kind == Outcome::Kind::Refused);

    Bench other;
    other.script.outcomes["look"] = {outcome};
    EXPECT_EQ(other
                  .run("steps: [{id: look, do: fake.script, attempts: {max: 5, every: 1s, on: "
                       "[refused, unknown]}}]\n")
                  .result,
              RunResult::Succeeded);
  }
}

TEST(Run, GivesUpWhenAttemptsOrTimeAreOver) {
  const std::deque<Outcome> never(50, Outcome::not_yet("2 of 3"));
  Bench bench;
  bench.script.outcomes["look"] = never;
  RunReport report =
      bench.run("steps: [{id: look, do: fake.script, attempts: {max: 3, every: 1s}}]\n");
  EXPECT_EQ(report.result, RunResult::Failed);
  EXPECT_NE(report.error->text().find("not so after 3 attempts: 2 of 3"), std::string::npos);

  Bench other;
  other.script.outcomes["look"] = never;
  report = other.run(
      "steps: [{id: look, do: fake.script, timeout: 25s, attempts: {max: 30, every: 10s}}]\n");
  EXPECT_EQ(report.steps.front().attempts, 3);
  EXPECT_NE(report.error->text().find("before the step's time was over"), std::string::npos);
  EXPECT_LE(other.transport.clock().passed(), std::chrono::seconds(25));
}

TEST(Run, AsksAgainWhatIsExpectedAndAppliesAnIdempotentStepAgain) {
  Bench bench;
  bench.script.checks["x"] = {verdict(Verdict::Fail, "not there")};
  const RunReport report = bench.run(R"(
steps:
  - id: one
    do: fake.set
    with: {name: a}
    attempts: {max: 3, every: 5s}
    expect: [{check: fake.says, with: {of: x}}, {check: expr, that: "steps.one.before != ''"}]
)");
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.error->text();
  EXPECT_EQ(bench.world.changes, (std::vector<std::string>{"a=2", "a=2"}));
}

TEST(Run, NeverAppliesTwiceWhatMayHappenOnlyOnce) {
  Bench bench;
  bench.script.checks["x"] = {verdict(Verdict::Fail, "not back"),
                              verdict(Verdict::Fail, "not back")};
  const RunReport report = bench.run(R"(
steps:
  - id: out
    do: fake.evict
    with: {pod: kafka-0}
    attempts: {max: 5, every: 5s}
    expect: [{check: fake.says, with: {of: x}}]
)");
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.error->text();
  EXPECT_EQ(bench.world.changes, (std::vector<std::string>{"evict kafka-0"}));
  EXPECT_EQ(bench.transport.clock().passed(), std::chrono::seconds(10));
}

TEST(Run, TriesAgainWhatMayHappenOnlyOnceWhereNothingHasHappened) {
  for (const Outcome& outcome : {Outcome::not_yet("a budget says no"),
                                 Outcome::refused("unsafe"),
                                 Outcome::unknown("no answer"),
                                 Outcome::from(make_error(ErrorCode::ServerError, "broken"))}) {
    Bench bench;
    bench.script.outcomes["look"] = {outcome};
    runbook::Runbook runbook = bench.load(
        "steps: [{id: look, do: fake.script, effect: once, attempts: {max: 2, every: 1s}}]\n");
    // More than lint lets a runbook say: the engine holds it too.
    runbook.steps.front().attempts.on = {"not_yet", "refused", "unknown", "failed"};
    const bool harmless =
        outcome.kind == Outcome::Kind::NotYet || outcome.kind == Outcome::Kind::Refused;
    const RunReport report = bench.run(runbook);
    EXPECT_EQ(report.steps.front().attempts, harmless ? 2 : 1) << to_string(outcome.kind);
  }
}

TEST(Run, UndoesInReverseOrderOfCompletionWhenAStepFails) {
  Bench bench;
  bench.world.denied = {};
  bench.script.outcomes["fail"] = {Outcome::from(make_error(ErrorCode::ServerError, "broken"))};
  const RunReport report = bench.run(R"(
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: two, do: fake.set, with: {name: b}}
  - {id: out, do: fake.evict, with: {pod: kafka-0}}
  - {id: kept, do: fake.set, with: {name: c}, rollback: {none: "c may stay"}}
  - {id: fail, do: fake.script}
  - {id: later, do: fake.script}
rollback: [{id: after, do: fake.set, with: {name: a, value: "7"}}]
)");
  EXPECT_EQ(report.result, RunResult::Failed) << report.summary;
  EXPECT_EQ(bench.script.undone, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(bench.world.changes,
            (std::vector<std::string>{"a=2", "b=2", "evict kafka-0", "c=2", "b=1", "a=1", "a=7"}));
  EXPECT_EQ(state_of(report, "one"), "undone");
  EXPECT_EQ(state_of(report, "fail"), "failed");
  EXPECT_EQ(state_of(report, "later"), "not_started");
  EXPECT_TRUE(mentions(report.left, "step 'out' has no undo: an evicted pod is gone"));
  EXPECT_TRUE(mentions(report.left, "step 'kept' has no undo: c may stay"));
  EXPECT_TRUE(mentions(report.left, "step 'later' was not started"));
  EXPECT_TRUE(mentions(report.next, "cfkops run sample -n confluent"));
  EXPECT_TRUE(bench.world.unannounced.empty());
  EXPECT_EQ(bench.verified().state, audit::VerifyReport::State::Intact);
}

TEST(Run, RecordsACheckThatIsNotAskedAsSkippedAndGoesOn) {
  Bench bench;
  bench.script.checks["x"] = {verdict(Verdict::Fail, "not there")};
  const RunReport report = bench.run(R"(
prerequisites: [{check: permission}, {check: fake.says, id: load, when: "false", with: {of: x}}]
steps: [{id: one, do: fake.set, with: {name: a}}]
validation: [{check: fake.says, id: after, when: "false", with: {of: x}}]
)");
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  std::map<std::string, std::string> verdicts;
  for (const audit::LogLine& line : bench.log("check")) {
    verdicts[line.data.string_or("/id", "")] = line.data.string_or("/verdict", "");
  }
  EXPECT_EQ(verdicts["load"], "skipped");
  EXPECT_EQ(verdicts["after"], "skipped");
}

TEST(Run, UndoesWhatTheFailingStepItselfHadDone) {
  Bench bench;
  bench.script.checks["x"] = {verdict(Verdict::Fail, "not there")};
  const RunReport report = bench.run(R"(
steps: [{id: one, do: fake.set, with: {name: a}, expect: [{check: fake.says, with: {of: x}}]}]
)");
  EXPECT_EQ(report.result, RunResult::Failed);
  EXPECT_EQ(bench.world.values["a"], "1");
  EXPECT_EQ(state_of(report, "one"), "failed");
}

TEST(Run, SaysWhichUndoDidNotWorkAndGoesOnWithTheOthers) {
  Bench bench;
  bench.script.undo.emplace("b",
                            Outcome::from(make_error(ErrorCode::Conflict, "b is another one")));
  bench.script.outcomes["fail"] = {Outcome::refused("no")};
  const RunReport report = bench.run(kTwoSteps + "  - {id: fail, do: fake.script}\n");
  EXPECT_EQ(report.result, RunResult::UndoIncomplete);
  EXPECT_EQ(state_of(report, "two"), "undo_failed");
  EXPECT_EQ(state_of(report, "one"), "undone");
  EXPECT_TRUE(mentions(report.left, "step 'two' is not undone: b is another one"));
  EXPECT_EQ(bench.world.values["a"], "1");
}

TEST(Run, SaysWhatTheValidationFoundAfterAllStepsAreDone) {
  for (const Verdict bad : {Verdict::Fail, Verdict::Unknown}) {
    Bench bench;
    bench.script.checks["x"] = {verdict(bad, "3 of 33")};
    const RunReport report =
        bench.run(kTwoSteps + "validation: [{check: fake.says, with: {of: x}}]\n");
    EXPECT_EQ(report.result, RunResult::ValidationFailed);
    EXPECT_TRUE(mentions(report.left, "3 of 33"));
    EXPECT_EQ(bench.world.values["a"], "2") << "nothing is undone";
  }
}

TEST(Run, LooksAgainAtWhatWasValidatedAWhileBeforeTheRest) {
  const auto run = [](Bench& bench, const std::string& hold) {
    bench.script.checks["early"] = {verdict(Verdict::Pass, "all in sync"),
                                    verdict(Verdict::Fail, "3 of 33")};
    return bench.run(kTwoSteps +
                     "validation:\n"
                     "  - {check: fake.says, title: Replicas, with: {of: early, hold: 20s}}\n"
                     "  - {check: fake.says, with: {of: late, hold: " +
                     hold + "}}\n");
  };
  Bench bench;
  const RunReport report = run(bench, "30s");
  EXPECT_EQ(report.result, RunResult::ValidationFailed) << "the first had gone when the last came";
  EXPECT_TRUE(mentions(report.left, "validation: Replicas: 3 of 33"));
  EXPECT_TRUE(mentions(bench.observer.lines, "validation Replicas: fail"));
  EXPECT_LT(report.took, std::chrono::seconds(60)) << "the second look holds nothing";
  Bench at_once;
  EXPECT_EQ(run(at_once, "5s").result, RunResult::Succeeded) << "a look of five seconds is fresh";
}

TEST(Run, SaysOfAValidationThatItNeedsAStepWhichDidNotFinish) {
  Bench bench;
  bench.script.outcomes["look"] = {Outcome::refused("no")};
  const RunReport report = bench.run(R"(
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: look, do: fake.script}
validation:
  - {check: expr, that: steps.look.answer == 42, title: The answer is right}
  - {check: fake.says, title: It says so, with: {of: "${string(steps.look.answer)}"}}
  - {check: expr, that: steps.one.before == '1', title: It was one}
)");
  EXPECT_EQ(report.result, RunResult::Failed);
  const std::string why =
      " could not be told: it needs the outputs of step 'look', which did not finish";
  EXPECT_TRUE(mentions(report.left, "validation: The answer is right" + why));
  EXPECT_TRUE(mentions(report.left, "validation: It says so" + why));
  EXPECT_TRUE(mentions(bench.observer.lines, "validation The answer is right: unknown"));
  EXPECT_TRUE(mentions(bench.observer.lines, "validation It was one: pass"));
}

TEST(Run, KeepsSecretsOutOfTheJournalAndThePlan) {
  Bench bench;
  bench.script.on_apply = [](const Context& context) {
    context.progress("the server said: hunter22 is wrong");
  };
  const test::TempDir folder;
  const std::string path = folder.write("password", "hunter22\n").string();
  const RunReport report = bench.run(R"(
params: {password: {type: secret, required: true}}
steps: [{id: use, do: fake.use, with: {secret: "${params.password}"}}]
)",
                                     {{"password", "@" + path}});
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.error->text();
  EXPECT_TRUE(mentions(bench.observer.lines, "wait 5s, secret hunter22")) << "the action has it";
  EXPECT_TRUE(mentions(bench.observer.lines, "parameter password=***"));
  EXPECT_EQ(bench.disk.content.find("hunter22"), std::string::npos);
  EXPECT_NE(bench.disk.content.find("the server said: *** is wrong"), std::string::npos);
}

TEST(Run, ResolvesTheReferenceThatAnArgumentNames) {
  Bench bench;
  const RunReport report = bench.run(
      "steps: [{id: use, do: fake.use, with: {target: statefulset/kafka, list: [a, b], wait: "
      "1m}}]\n");
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.error->text();
  EXPECT_TRUE(mentions(bench.observer.lines, "wait 1m, 2 items, target uid-sts-kafka"));
}

}  // namespace
}  // namespace cfkops::engine
