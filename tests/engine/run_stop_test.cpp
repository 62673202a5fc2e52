// Requests to stop, at every kind of moment.
#include "bench.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace cfkops::engine {
namespace {

using test::Bench;
using test::mentions;

const std::string kTwoSteps = R"(
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: two, do: fake.set, with: {name: b, value: "9"}}
)";

TEST(RunStop, StopsBeforeTheNextStepWhenAsked) {
  Bench bench;
  bench.script.on_apply = [&](const Context& context) {
    if (context.step.id == "look") {
      bench.cancel.request(SIGINT);
    }
  };
  const RunReport report = bench.run(R"(
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: look, do: fake.script}
  - {id: two, do: fake.set, with: {name: b}}
)");
  EXPECT_EQ(report.result, RunResult::Interrupted);
  EXPECT_EQ(report.signal_number, SIGINT);
  EXPECT_EQ(bench.world.changes, (std::vector<std::string>{"a=2"}));
  EXPECT_TRUE(bench.script.undone.empty());
  EXPECT_TRUE(mentions(report.left, "step 'one' is done and stays so"));
  EXPECT_TRUE(mentions(report.left, "step 'two' was not started"));
  EXPECT_TRUE(mentions(report.next, "cfkops resume "));
  EXPECT_EQ(bench.verified().state, audit::VerifyReport::State::Intact);
}

TEST(RunStop, StopsInAWaitBetweenAttemptsWhenAsked) {
  Bench bench;
  bench.script.outcomes["look"] = std::deque<Outcome>(50, Outcome::not_yet("2 of 3"));
  bench.transport.at(std::chrono::seconds(15), [&] { bench.cancel.request(SIGTERM); });
  const RunReport report =
      bench.run("steps: [{id: look, do: fake.script, attempts: {max: 30, every: 10s}}]\n");
  EXPECT_EQ(report.result, RunResult::Interrupted);
  EXPECT_EQ(report.signal_number, SIGTERM);
  EXPECT_EQ(report.steps.front().state, "stopped");
  EXPECT_NE(report.summary.find("nothing was changed"), std::string::npos);
}

TEST(RunStop, SaysThatItWasBrokenOffWhenAskedTwice) {
  for (const bool twice : {false, true}) {
    Bench bench;
    const CheckResult not_back{.verdict = Verdict::Fail,
                               .summary = "not back",
                               .details = {},
                               .remedy = {},
                               .outputs = {}};
    bench.script.checks["x"] = std::deque<CheckResult>(50, not_back);
    bench.transport.at(std::chrono::seconds(15), [&] {
      bench.cancel.request(SIGINT);
      if (twice) {
        bench.cancel.request(SIGINT);
      }
    });
    const RunReport report = bench.run(R"(
steps:
  - {id: out, do: fake.evict, with: {pod: kafka-0}, attempts: {max: 30, every: 10s},
     expect: [{check: fake.says, with: {of: x}}]}
)");
    EXPECT_EQ(report.result, RunResult::Interrupted);
    EXPECT_EQ(report.summary.find("not at a safe point") != std::string::npos, twice)
        << report.summary;
    EXPECT_TRUE(mentions(report.left, "step 'out' is done in part"));
  }
}

TEST(RunStop, StoppedBetweenStepsAtASafePointHoweverOftenItWasAsked) {
  Bench bench;
  bench.script.on_apply = [&](const Context& context) {
    if (context.step.id == "look") {
      bench.cancel.request(SIGINT);
      bench.cancel.request(SIGINT);
    }
  };
  const RunReport report = bench.run(R"(
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: look, do: fake.script}
  - {id: two, do: fake.set, with: {name: b}}
)");
  EXPECT_EQ(report.result, RunResult::Interrupted);
  EXPECT_EQ(report.summary, "stopped at a safe point, as asked");
}

TEST(RunStop, DoesNotBeginWhenAskedToStopWhilePlanning) {
  Bench bench;
  bench.cancel.request(SIGINT);
  const RunReport report = bench.run(kTwoSteps);
  EXPECT_EQ(report.result, RunResult::Interrupted);
  EXPECT_TRUE(bench.world.changes.empty());
  EXPECT_EQ(bench.asked_for_approval, 0);
}

TEST(RunStop, FinishesTheUndoEvenWhenAskedToStop) {
  Bench bench;
  bench.script.outcomes["fail"] = {Outcome::refused("no")};
  bench.script.on_apply = [&](const Context& context) {
    if (context.step.id == "fail") {
      bench.cancel.request(SIGINT);
    }
  };
  const RunReport report = bench.run(kTwoSteps + "  - {id: fail, do: fake.script}\n");
  EXPECT_EQ(report.result, RunResult::Failed) << report.summary;
  EXPECT_EQ(bench.world.values["a"], "1");
}

}  // namespace
}  // namespace cfkops::engine
