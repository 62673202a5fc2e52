// What steps that are done leave to a person, among the commands to type next.
#include "bench.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cfkops::engine {
namespace {

using test::Bench;
using test::mentions;

const std::string kOneStep = "steps: [{id: one, do: fake.set, with: {name: a}}]\n";

TEST(Later, StandsAmongTheNextCommandsWithTheFlagsOfTheConnection) {
  Bench bench;
  bench.script.later["1"] = "cfkops run tidy-up";
  const runbook::Runbook book = bench.load(kOneStep);
  RunRequest request = bench.request(book, {});
  request.connection = " --context staging";
  const RunReport report = bench.run(request);
  ASSERT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_TRUE(mentions(report.next, "cfkops run tidy-up --context staging"));
}

TEST(Later, IsSeenToByALaterStepThatSaysSo) {
  Bench bench;
  bench.script.later["1"] = "cfkops run tidy-up";
  bench.script.later["2"] = "";
  const RunReport report = bench.run(
      "steps: [{id: one, do: fake.set, with: {name: a}}, {id: two, do: fake.set, with: {name: a, "
      "value: \"3\"}}]\n");
  ASSERT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_FALSE(mentions(report.next, "tidy-up"));
}

TEST(Later, IsNothingWhereTheStepWasUndone) {
  Bench bench;
  bench.script.later["1"] = "cfkops run tidy-up";
  bench.script.outcomes["fail"] = {Outcome::refused("it may not be")};
  const RunReport report =
      bench.run("steps: [{id: one, do: fake.set, with: {name: a}}, {id: fail, do: fake.script}]\n");
  ASSERT_EQ(report.result, RunResult::Failed) << report.summary;
  EXPECT_FALSE(mentions(report.next, "tidy-up"));
}

}  // namespace
}  // namespace cfkops::engine
