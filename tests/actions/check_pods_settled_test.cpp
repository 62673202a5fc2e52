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

/// What a drain of node-1 tells of the pods that went.
runbook::Value drained(test::DrainBench& bench) {
  bench.cordon("node-1");
  const auto outcome =
      bench.apply(node_drain(), {{"node", bench.node("node-1")}, {"ignore_daemonsets", true}});
  EXPECT_EQ(outcome.kind, engine::Outcome::Kind::Done) << outcome.why;
  return outcome.outputs.at("pods");
}

TEST(CheckPodsSettled, FailsForPodsThatAreNeverMadeAgain) {
  test::DrainBench bench(
      test::workload("StatefulSet", "db", 2, "nodeSelector: {kubernetes.io/hostname: node-1}, "));
  bench.pass(seconds(10));
  const runbook::Value went = drained(bench);
  const auto result = ask(bench, {{"went", went}, {"within", Duration(seconds(20))}});
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.details,
              ElementsAre(HasSubstr("pod shop/db-0 is not Ready"),
                          HasSubstr("pod shop/db-1 is not made again")));
}

TEST(CheckPodsSettled, CountsThePodsOfAReplicaSetThatAreWell) {
  test::DrainBench bench(test::workload("Deployment", "web", 12));
  bench.pass(seconds(10));
  const runbook::Value went = drained(bench);
  ASSERT_FALSE(went.list()->empty());
  EXPECT_EQ(ask(bench, {{"went", went}, {"not_on", "node-1"}}).verdict, Verdict::Pass);
  // One that is on the node does not count, however well it is.
  const auto result =
      ask(bench, {{"went", went}, {"not_on", "node-2"}, {"within", Duration(seconds(5))}});
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.details, ElementsAre(HasSubstr("of 12 Ready: ")));
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
