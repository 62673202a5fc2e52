// Steps that a person confirms before they begin.
#include "bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::engine {
namespace {

using test::Bench;
using test::mentions;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kAsks = R"(
params: {what: {type: string, default: load}}
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - id: two
    do: fake.set
    with: {name: b}
    confirm: "Is the ${params.what} gone from ${steps.one.before}?"
)";

TEST(Confirm, AsksBeforeTheStepAndGoesOnWithYes) {
  Bench bench;
  EXPECT_EQ(bench.run(kAsks).result, RunResult::Succeeded);
  EXPECT_THAT(bench.questions, ElementsAre("Is the load gone from 1?"));
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "b=2"));
  std::vector<std::string> answers;
  for (const audit::LogLine& line : bench.log("note")) {
    if (line.data.string_or("/kind", "") == "confirm") {
      answers.push_back(line.data.string_or("/answer", ""));
    }
  }
  EXPECT_THAT(answers, ElementsAre("yes"));
}

TEST(Confirm, StopsThereWithNoAndLeavesWhatWasDone) {
  Bench bench;
  bench.answer = make_error(ErrorCode::Refused, "answered with no");
  const RunReport report = bench.run(kAsks);
  EXPECT_EQ(report.result, RunResult::Interrupted);
  EXPECT_EQ(report.signal_number, 0);
  EXPECT_THAT(report.summary, HasSubstr("not confirmed: answered with no"));
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2"));
  EXPECT_THAT(bench.script.undone, IsEmpty());
  EXPECT_EQ(report.steps[1].state, "not_started");
  EXPECT_TRUE(mentions(report.left, "step 'one' is done and stays so"));
}

TEST(Confirm, StandsInThePlan) {
  Bench bench;
  const auto plan = bench.plan(kAsks);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->steps[0].confirm, "");
  EXPECT_EQ(plan->steps[1].confirm, "Is the ${params.what} gone from ${steps.one.before}?")
      << "as written, since what it uses is not known yet";
  EXPECT_THAT(plan->to_json().dump(), HasSubstr("\"confirm\":\"Is the"));
}

TEST(Confirm, AsksForEachElementAndNotForWhatIsSkipped) {
  Bench bench;
  const RunReport report = bench.run(R"(
params: {names: {type: list<string>, default: [a, b]}}
steps:
  - {id: each, do: fake.set, each: {in: params.names, as: name}, with: {name: "${name}"}, confirm: "Set ${name}?"}
  - {id: never, do: fake.set, when: size(params.names) > 5, with: {name: c}, confirm: "Set it?"}
)");
  EXPECT_EQ(report.result, RunResult::Succeeded);
  EXPECT_THAT(bench.questions, ElementsAre("Set a?", "Set b?"));
}

}  // namespace
}  // namespace cfkops::engine
