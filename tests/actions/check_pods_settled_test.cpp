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
  const engine::Check& check = check_pods_settled();
  return check.evaluate(
      bench.context, bench.client, test::ActionBench::arguments(check.spec(), std::move(given)));
}

std::string homeless() {
  return test::workload("Deployment", "stuck", 1, "nodeSelector: {no: such}, ");
}

TEST(CheckPodsSettled, PassesAtOnceWhereEveryPodHasANode) {
  test::DrainBench bench(test::workload("Deployment", "web", 3));
  const MonoTime before = bench.loop.clock().now();
  EXPECT_EQ(ask(bench, {}).verdict, Verdict::Pass);
  EXPECT_LT(bench.loop.clock().now() - before, seconds(1));
}

TEST(CheckPodsSettled, FailsWhenItsTimeIsUpAndNamesThePod) {
  test::DrainBench bench(homeless());
  const MonoTime before = bench.loop.clock().now();
  const auto result = ask(bench, {{"within", Duration(seconds(20))}});
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.details, ElementsAre(HasSubstr("pod shop/stuck-")));
  EXPECT_GE(bench.loop.clock().now() - before, seconds(20));
}

TEST(CheckPodsSettled, MayBeContentWithANode) {
  test::DrainBench bench("");
  bench.cluster().inject(
      {{.kind = sandbox::FaultKind::PodNeverReady, .at = Duration(0), .target = "web-0"}});
  ASSERT_TRUE(bench.client.create(
      kube::resources::pods(),
      "shop",
      *Json::parse(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-0"},
                       "spec": {"containers": [{"name": "it", "image": "shop/it"}]}})")));
  bench.pass(seconds(10));
  const Duration once(0);
  EXPECT_EQ(ask(bench, {{"within", once}}).verdict, Verdict::Fail);
  EXPECT_EQ(ask(bench, {{"within", once}, {"ready", false}}).verdict, Verdict::Pass);
}

TEST(CheckPodsSettled, LooksOnlyAtPodsThatAreNewEnough) {
  test::DrainBench bench(homeless());
  bench.pass(seconds(10));
  const auto result =
      ask(bench, {{"since", bench.loop.clock().wall()}, {"within", Duration(seconds(5))}});
  EXPECT_EQ(result.verdict, Verdict::Pass);
}

TEST(CheckPodsSettled, LooksOnlyAtItsNamespace) {
  test::DrainBench bench(homeless());
  EXPECT_EQ(
      ask(bench, {{"namespaces", runbook::ValueList{"default"}}, {"within", Duration(seconds(5))}})
          .verdict,
      Verdict::Pass);
}

}  // namespace
}  // namespace cfkops::actions
