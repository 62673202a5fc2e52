#include "drain_bench.hpp"
#include "kinds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using engine::Verdict;
using testing::HasSubstr;

engine::CheckResult ask(test::DrainBench& bench, runbook::ValueMap given) {
  given["node"] = bench.node("node-1");
  return check_node().evaluate(bench.context,
                               bench.client,
                               test::ActionBench::arguments(check_node().spec(), std::move(given)));
}

TEST(CheckNode, PassesWhereTheNodeIsAsWanted) {
  test::DrainBench bench("");
  EXPECT_EQ(ask(bench, {{"ready", true}, {"schedulable", true}, {"drained", true}}).verdict,
            Verdict::Pass);
  bench.cordon("node-1");
  const auto result = ask(bench, {{"schedulable", false}});
  EXPECT_EQ(result.verdict, Verdict::Pass);
  EXPECT_EQ(result.summary, "node node-1 is Ready and cordoned");
}

TEST(CheckNode, FailsWhereItIsNot) {
  test::DrainBench bench("");
  EXPECT_EQ(ask(bench, {{"schedulable", false}}).verdict, Verdict::Fail);
  EXPECT_EQ(ask(bench, {{"ready", false}}).verdict, Verdict::Fail);
}

TEST(CheckNode, NamesThePodsThatADrainWouldEvict) {
  test::DrainBench bench(
      test::workload("DaemonSet", "agent", 0) +
      test::workload("Deployment", "web", 1, "nodeSelector: {kubernetes.io/hostname: node-1}, "));
  const auto result = ask(bench, {{"drained", true}});
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.details, testing::ElementsAre(HasSubstr("shop/web-")));
}

TEST(CheckNode, IsUnknownWhereTheNodeIsAnotherOneNow) {
  test::DrainBench bench("");
  runbook::ValueMap node = bench.node("node-1");
  node["uid"] = "another";
  const auto result = check_node().evaluate(
      bench.context,
      bench.client,
      test::ActionBench::arguments(check_node().spec(), {{"node", node}, {"ready", true}}));
  EXPECT_EQ(result.verdict, Verdict::Unknown);
}

TEST(CheckNode, IsGoneOnlyWhereNoNodeOfThatNameIsThere) {
  test::DrainBench bench("");
  EXPECT_EQ(ask(bench, {{"gone", true}}).verdict, Verdict::Fail);
  const runbook::ValueMap node = bench.node("node-1");
  ASSERT_TRUE(bench.client.remove(kube::resources::nodes(), "", "node-1", {}));
  const auto result = check_node().evaluate(
      bench.context,
      bench.client,
      test::ActionBench::arguments(check_node().spec(), {{"node", node}, {"gone", true}}));
  EXPECT_EQ(result.verdict, Verdict::Pass) << result.summary;
}

TEST(CheckNode, IsNotGoneWhereItsKubeletHasRegisteredItAgain) {
  test::DrainBench bench("");
  runbook::ValueMap node = bench.node("node-1");
  node["uid"] = "another";
  const auto result = check_node().evaluate(
      bench.context,
      bench.client,
      test::ActionBench::arguments(check_node().spec(), {{"node", node}, {"gone", true}}));
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.remedy, HasSubstr("registered it again"));
}

}  // namespace
}  // namespace cfkops::actions
