#include "drain_bench.hpp"
#include "drain_pods.hpp"
#include "kinds.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::broker_node;
using test::budget;
using test::DrainBench;
using test::kBroker;
using test::kHere;
using test::kKafka;
using test::usual;
using test::workload;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

const std::string kAnywhere = "nodeSelector: {kubernetes.io/os: linux}, ";

/// Six pods on six nodes, and with them an agent on each.
std::string shop() {
  return workload("Deployment", "web", 6) + workload("StatefulSet", "db", 3) +
         workload("DaemonSet", "agent", 0);
}

TEST(NodeDrain, EvictsAllButThePodsOfDaemonSets) {
  DrainBench bench(shop());
  bench.cordon("node-1");
  const auto before = bench.pods_on("node-1", "app in (web, db)");
  ASSERT_THAT(before, Not(IsEmpty()));
  const Outcome outcome = bench.apply(node_drain(), usual(bench));
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.pods_on("node-1"), Each(StartsWith("shop/agent-")));
  EXPECT_THAT(bench.pods_on("node-1"), SizeIs(1));
  EXPECT_EQ(outcome.outputs.at("evicted"), runbook::Value(std::ssize(before)));
  EXPECT_THAT(*outcome.outputs.at("stayed").list(), SizeIs(1));
  EXPECT_THAT(bench.recorder.evicted(), SizeIs(before.size())) << "each once";
  EXPECT_EQ(bench.recorder.refused, 0);
}

TEST(NodeDrain, EvictsStatefulPodsAfterTheOthersAreGone) {
  DrainBench bench(workload("StatefulSet", "a", 1, kHere) + workload("Deployment", "b", 2, kHere));
  bench.cordon("node-1");
  const Outcome outcome = bench.apply(node_drain(), usual(bench));
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  ASSERT_THAT(bench.recorder.sent, SizeIs(3));
  EXPECT_THAT(bench.recorder.sent[0].name, StartsWith("shop/b-"));
  EXPECT_THAT(bench.recorder.sent[1].name, StartsWith("shop/b-"));
  EXPECT_EQ(bench.recorder.sent[2].name, "shop/a-0");
  EXPECT_LT(bench.recorder.sent[1].at - bench.recorder.sent[0].at, milliseconds(100))
      << "no budget keeps them from going together";
}

TEST(NodeDrain, RefusesANodeThatIsNotCordoned) {
  DrainBench bench(shop());
  const Outcome outcome = bench.apply(node_drain(), usual(bench));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("node node-1 is not cordoned"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(NodeDrain, NamesAllThatItMayNotEvictBeforeItEvictsAny) {
  DrainBench bench(
      workload("DaemonSet", "agent", 0) +
      workload(
          "Deployment", "cache", 1, std::string(kHere) + "volumes: [{name: tmp, emptyDir: {}}], ") +
      workload("Deployment", "web", 1, kHere) +
      "- {apiVersion: v1, kind: Pod, metadata: {name: bare, namespace: shop}, spec: {nodeName: "
      "node-1, containers: [{name: it, image: shop/it}]}}\n");
  bench.cordon("node-1");
  const Outcome outcome = bench.apply(node_drain(), {{"node", bench.node("node-1")}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why,
              AllOf(HasSubstr("DaemonSet agent would put it back at once"),
                    HasSubstr("emptyDir volumes would be lost: tmp (delete_emptydir: true"),
                    HasSubstr("pod shop/bare: it has no controller"),
                    Not(HasSubstr("shop/web"))));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(NodeDrain, EvictsWhatWasPermitted) {
  DrainBench bench(
      workload(
          "Deployment", "cache", 1, std::string(kHere) + "volumes: [{name: tmp, emptyDir: {}}], ") +
      "- {apiVersion: v1, kind: Pod, metadata: {name: bare, namespace: shop}, spec: {nodeName: "
      "node-1, containers: [{name: it, image: shop/it}]}}\n");
  bench.cordon("node-1");
  runbook::ValueMap given = usual(bench);
  given["force"] = true;
  const Outcome outcome = bench.apply(node_drain(), given);
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.recorder.evicted(), Contains("shop/bare"));
  EXPECT_THAT(bench.pods_on("node-1"), IsEmpty());
}

TEST(NodeDrain, EvictsOnlyWhatTheSelectorMeans) {
  DrainBench bench(workload("Deployment", "web", 1, kHere) +
                   workload("Deployment", "api", 1, kHere));
  bench.cordon("node-1");
  runbook::ValueMap given = usual(bench);
  given["pod_selector"] = "app=web";
  const Outcome outcome = bench.apply(node_drain(), given);
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.recorder.evicted(), Each(StartsWith("shop/web-")));
  EXPECT_THAT(bench.pods_on("node-1"), Each(StartsWith("shop/api-")));
}

TEST(NodeDrain, SaysAtOnceWhichBudgetCanNeverAllowIt) {
  DrainBench bench(workload("Deployment", "web", 2, kHere) + budget("web", "maxUnavailable: 0") +
                   workload("Deployment", "api", 1, kHere));
  bench.cordon("node-1");
  bench.pass(seconds(5));
  const MonoTime before = bench.loop.clock().now();
  const Outcome outcome = bench.apply(node_drain(), usual(bench));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why,
              AllOf(HasSubstr("budget shop/web: no: it allows 0 now"),
                    HasSubstr("waiting does not help: add replicas")));
  EXPECT_LT(bench.loop.clock().now() - before, seconds(1));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(NodeDrain, NamesAPodOfTwoBudgets) {
  DrainBench bench(workload("Deployment", "web", 2, kHere) + budget("web", "maxUnavailable: 1") +
                   "- {apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: all, "
                   "namespace: shop}, spec: {maxUnavailable: 1, selector: {}}}\n");
  bench.cordon("node-1");
  bench.pass(seconds(5));
  const Outcome outcome = bench.apply(node_drain(), usual(bench));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("more than one budget (all, web)"));
}

TEST(NodeDrain, HasThePodsOfOneBudgetGoInTurns) {
  const std::string spread =
      "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, "
      "preference: {matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: "
      "[node-1]}]}}]}}, ";
  DrainBench bench(workload("Deployment", "web", 3, spread) + budget("web", "maxUnavailable: 1"));
  bench.pass(seconds(5));
  const std::size_t here = bench.pods_on("node-1").size();
  ASSERT_GE(here, 2U);
  bench.cordon("node-1");
  const Outcome outcome = bench.apply(node_drain(), usual(bench));
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.recorder.evicted(), SizeIs(here));
  EXPECT_EQ(bench.recorder.refused, 0) << "the budget was read, not tried";
  EXPECT_TRUE(bench.observer.waited_for("budget shop/web"));
}

/// One pod of three never gets a node, so that the budget over all of them allows none.
std::string exhausted() {
  return workload("Deployment", "web", 2, kHere) +
         workload("Deployment", "stuck", 1, "nodeSelector: {no: such}, ") +
         "- {apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: all, namespace: "
         "shop}, spec: {minAvailable: 2, selector: {}}}\n";
}

TEST(NodeDrain, UsesABudgetThatFreesWithoutDelay) {
  DrainBench bench(exhausted());
  bench.pass(seconds(5));
  bench.cordon("node-1");
  std::optional<MonoTime> freed;
  const kube::Loop::Periodic relax(
      bench.loop, seconds(41), kube::Loop::When::Idle, [&bench, &freed] {
        if (!freed) {
          EXPECT_TRUE(bench.client.patch(kube::resources::pod_disruption_budgets(),
                                         "shop",
                                         "all",
                                         *Json::parse(R"({"spec": {"minAvailable": 0}})"),
                                         {}));
          freed = bench.loop.clock().now();
          bench.recorder.sent.clear();
        }
      });
  const Outcome outcome = bench.apply(node_drain(), usual(bench));
  ASSERT_TRUE(freed);
  ASSERT_THAT(bench.recorder.sent, Not(IsEmpty()));
  EXPECT_LT(bench.recorder.sent.front().at - *freed, milliseconds(300));
  EXPECT_TRUE(bench.observer.waited_for("budget shop/all"));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
}

TEST(NodeDrain, NamesTheBudgetThatItsTimeWasNotEnoughFor) {
  DrainBench bench(exhausted());
  bench.pass(seconds(5));
  bench.cordon("node-1");
  bench.context.deadline = bench.loop.clock().now() + minutes(2);
  const Outcome outcome = bench.apply(node_drain(), usual(bench));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused) << "nothing was evicted";
  EXPECT_THAT(outcome.why, AllOf(HasSubstr("time is up"), HasSubstr("shop/web-")));
}

TEST(NodeDrain, WaitsForAPodThatIsOnItsWayOutAlready) {
  DrainBench bench(workload("Deployment", "web", 1, kHere));
  bench.cordon("node-1");
  const auto pods = bench.pods_on("node-1");
  ASSERT_THAT(pods, SizeIs(1));
  ASSERT_TRUE(bench.client.remove(kube::resources::pods(), "shop", pods.front().substr(5), {}));
  bench.recorder.sent.clear();
  const Outcome outcome = bench.apply(node_drain(), usual(bench));
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
  EXPECT_THAT(bench.pods_on("node-1"), IsEmpty());
}

TEST(NodeDrain, StopsWhereAPersonAsksAndSaysWhatIsLeft) {
  DrainBench bench(workload("Deployment", "web", 2, kHere));
  bench.cordon("node-1");
  const kube::Loop::Periodic ask(bench.loop, milliseconds(200), kube::Loop::When::Idle, [&bench] {
    bench.loop.request_stop(make_error(ErrorCode::Cancelled, "stop"));
  });
  const Outcome outcome = bench.apply(node_drain(), usual(bench));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Stopped);
  EXPECT_THAT(outcome.left, Contains(HasSubstr("is on its way out")));
}

TEST(NodeDrain, SaysHowFarItGotWhereAPersonStopsIt) {
  DrainBench bench(workload("Deployment", "web", 2, kHere) +
                   workload("StatefulSet", "db", 1, kHere));
  bench.cordon("node-1");
  const kube::Loop::Periodic ask(bench.loop, milliseconds(200), kube::Loop::When::Idle, [&bench] {
    if (bench.recorder.evicted().size() == 3) {  // the stateful one is going, the others are gone
      bench.loop.request_stop(make_error(ErrorCode::Cancelled, "stop"));
    }
  });
  const Outcome outcome = bench.apply(node_drain(), usual(bench));
  ASSERT_EQ(outcome.kind, Outcome::Kind::Stopped);
  EXPECT_THAT(outcome.left, Contains("2 of 3 pods of node node-1 gone"));
  EXPECT_THAT(outcome.left, Contains(HasSubstr("gone and not back yet: ")))
      << "they want a node that takes no pods";
}

TEST(NodeDrain, SaysOfKafkaTooHowFarItGot) {
  DrainBench bench(workload("Deployment", "web", 12), kKafka);
  const std::string node = broker_node(bench);
  bench.cordon(node);
  const kube::Loop::Periodic ask(bench.loop, milliseconds(200), kube::Loop::When::Idle, [&bench] {
    if (!bench.recorder.sent.empty()) {
      bench.loop.request_stop(make_error(ErrorCode::Cancelled, "stop"));
    }
  });
  const Outcome outcome = bench.apply(node_drain(), usual(bench, node));
  ASSERT_EQ(outcome.kind, Outcome::Kind::Stopped);
  EXPECT_THAT(outcome.left, Contains(HasSubstr("Kafka processes moved")));
}

TEST(NodeDrain, MovesABrokerLastAndWaitsUntilItIsInSyncElsewhere) {
  DrainBench bench(workload("Deployment", "web", 12), kKafka);
  const std::string node = broker_node(bench);
  const auto brokers = bench.pods_on(node, kBroker);
  bench.cordon(node);
  bench.cluster().reset_kafka_reports();
  runbook::ValueMap given = usual(bench, node);
  given["settle"] = Duration(seconds(0));
  const Outcome outcome = bench.apply(node_drain(), given);
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(bench.recorder.evicted().back(), brokers.back());
  EXPECT_THAT(*outcome.outputs.at("kafka").list(), SizeIs(testing::Ge(1U)));
  const sandbox::KafkaReport report = bench.cluster().kafka_reports().front();
  EXPECT_EQ(report.restarts, brokers.size());
  EXPECT_EQ(report.most_brokers_down, 1);
  EXPECT_EQ(report.most_under_min_isr, 0);
  EXPECT_EQ(report.under_replicated, 0);
  for (const auto& sent : bench.recorder.sent) {
    EXPECT_EQ(sent.verb, "evict") << "a drain leaves no mark of a roll: " << sent.name;
  }
}

TEST(NodeDrain, RefusesABrokerThatFitsNowhereElse) {
  DrainBench bench("", kKafka);
  const std::string node = broker_node(bench);
  for (int number = 1; number <= 6; ++number) {
    bench.cordon(fmt::format("node-{}", number));
  }
  const Outcome outcome = bench.apply(node_drain(), usual(bench, node));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, AllOf(HasSubstr("pod confluent/"), HasSubstr("fits nowhere")));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(NodeDrain, GoesOnWhereAnEarlierProcessHadBegun) {
  DrainBench bench(workload("Deployment", "web", 2, kHere));
  bench.cordon("node-1");
  const auto pods = bench.pods_on("node-1");
  ASSERT_THAT(pods, SizeIs(2));
  const std::string first = pods.front().substr(5);
  const auto object = bench.client.get(kube::resources::pods(), "shop", first);
  ASSERT_TRUE(bench.client.evict("shop", first, {.uid = object->uid()}));
  bench.recorder.sent.clear();
  const auto earlier = test::evicted_earlier(first, object->uid());
  bench.context.earlier = &earlier;
  const Outcome outcome = bench.apply(node_drain(), usual(bench));
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.recorder.evicted(), testing::ElementsAre(pods.back()));
}

}  // namespace
}  // namespace cfkops::actions
