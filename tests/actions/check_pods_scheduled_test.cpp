#include "drain_bench.hpp"
#include "kinds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using engine::Verdict;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

engine::CheckResult ask(test::DrainBench& bench, runbook::ValueMap given) {
  const engine::Check& check = check_pods_scheduled();
  return check.evaluate(
      bench.context, bench.client, test::ActionBench::arguments(check.spec(), std::move(given)));
}

std::string homeless() {
  return test::workload("Deployment", "stuck", 1, "nodeSelector: {no: such}, ");
}

TEST(CheckPodsScheduled, PassesAtOnceWhereEveryPodHasANode) {
  test::DrainBench bench(test::workload("Deployment", "web", 3));
  const MonoTime before = bench.loop.clock().now();
  EXPECT_EQ(ask(bench, {}).verdict, Verdict::Pass);
  EXPECT_LT(bench.loop.clock().now() - before, seconds(1));
}

TEST(CheckPodsScheduled, FailsWhenItsTimeIsUpAndNamesThePod) {
  test::DrainBench bench(homeless());
  const MonoTime before = bench.loop.clock().now();
  const auto result = ask(bench, {{"within", Duration(seconds(20))}});
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.details, ElementsAre(HasSubstr("pod shop/stuck-")));
  EXPECT_GE(bench.loop.clock().now() - before, seconds(20));
}

TEST(CheckPodsScheduled, LooksOnlyAtPodsThatAreNewEnough) {
  test::DrainBench bench(homeless());
  bench.pass(seconds(10));
  const auto result =
      ask(bench, {{"since", bench.loop.clock().wall()}, {"within", Duration(seconds(5))}});
  EXPECT_EQ(result.verdict, Verdict::Pass);
}

TEST(CheckPodsScheduled, LooksOnlyAtItsNamespace) {
  test::DrainBench bench(homeless());
  EXPECT_EQ(ask(bench, {{"namespace", "default"}, {"within", Duration(seconds(5))}}).verdict,
            Verdict::Pass);
}

}  // namespace
}  // namespace cfkops::actions
