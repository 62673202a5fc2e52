// What a drain does where the cluster changes under it, or does not answer.
#include "drain_bench.hpp"
#include "kinds.hpp"
#include "support/matchers.hpp"
#include "went_pods.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using sandbox::FaultKind;
using sandbox::RequestMatch;
using std::chrono::minutes;
using std::chrono::seconds;
using test::budget;
using test::DrainBench;
using test::kHere;
using test::kKafka;
using test::workload;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kCordon = R"({"spec": {"unschedulable": true}})";
constexpr const char* kUncordon = R"({"spec": {"unschedulable": null}})";

/// As the runbooks give it, but that Kafka need not settle.
runbook::ValueMap at_once(DrainBench& bench, const std::string& node) {
  runbook::ValueMap given = test::usual(bench, node);
  given["settle"] = Duration(seconds(0));
  return given;
}

/// A node with a broker, cordoned.
std::string cordoned_broker_node(DrainBench& bench) {
  std::string node = test::broker_node(bench);
  bench.cordon(node);
  return node;
}

sandbox::Fault no_claims() {
  return {.kind = FaultKind::RequestRefused,
          .on = RequestMatch{.method = "GET", .resource = "persistentvolumeclaims"},
          .times = 1000,
          .code = 403};
}

TEST(NodeDrainSafety, DoesNotStopABrokerOfWhichItCannotTellWhetherItFits) {
  DrainBench bench("", kKafka);
  const std::string node = cordoned_broker_node(bench);
  bench.cluster().inject({no_claims()});
  const Outcome outcome = bench.apply(node_drain(), at_once(bench, node));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Unknown) << outcome.why;
  EXPECT_THAT(outcome.why, HasSubstr("whether it fits on another node cannot be told"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(NodeDrainSafety, PlansARefusalWhereItCannotTellWhetherABrokerFits) {
  DrainBench bench("", kKafka);
  const std::string node = cordoned_broker_node(bench);
  bench.cluster().inject({no_claims()});
  const auto plan = bench.plan(node_drain(), at_once(bench, node));
  ASSERT_THAT(plan, test::IsOk());
  const auto refused = std::ranges::find_if(plan->changes, [](const auto& change) {
    return change.refused && change.verdict.find("cannot be told") != std::string::npos;
  });
  EXPECT_NE(refused, plan->changes.end());
  const auto asks = std::ranges::find_if(plan->permissions, [](const auto& question) {
    return question.verb == "list" && question.resource.plural == "persistentvolumeclaims";
  });
  EXPECT_NE(asks, plan->permissions.end()) << "the permission check asks for it beforehand";
}

TEST(NodeDrainSafety, BeginsNoWaveOnANodeThatSomebodyHasUncordoned) {
  DrainBench bench(workload("Deployment", "web", 1, kHere) +
                   workload("StatefulSet", "db", 1, kHere));
  bench.cordon("node-1");
  bench.recorder.before = [&bench] { bench.kubectl_patch("node-1", kUncordon); };
  const Outcome outcome = bench.apply(node_drain(), at_once(bench, "node-1"));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(outcome.why, HasSubstr("is not cordoned any more"));
  EXPECT_THAT(bench.recorder.evicted(), Each(StartsWith("shop/web-")));
}

TEST(NodeDrainSafety, EvictsNoBrokerFromANodeThatSomebodyHasUncordoned) {
  DrainBench bench(workload("StatefulSet", "db", 12), kKafka);
  const std::string node = cordoned_broker_node(bench);
  bench.recorder.before = [&] { bench.kubectl_patch(node, kUncordon); };
  const Outcome outcome = bench.apply(node_drain(), at_once(bench, node));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed) << outcome.why;
  EXPECT_THAT(bench.recorder.evicted(), Each(StartsWith("shop/db-")));
}

TEST(NodeDrainSafety, FailsWhereABrokerComesBackToTheNode) {
  DrainBench bench("", kKafka);
  const std::string node = cordoned_broker_node(bench);
  bench.recorder.before = [&] {
    bench.kubectl_patch(node, kUncordon);
    for (int number = 1; number <= 6; ++number) {
      if (const std::string other = fmt::format("node-{}", number); other != node) {
        bench.kubectl_patch(other, kCordon);
      }
    }
  };
  const Outcome outcome = bench.apply(node_drain(), at_once(bench, node));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(outcome.why, HasSubstr("has come back to node " + node));
  EXPECT_EQ(bench.recorder.evicted().size(), 1U) << "no other one goes";
}

TEST(NodeDrainSafety, MovesKafkaOnlyWhenWhatWentBeforeIsReadyAgain) {
  DrainBench bench(workload("StatefulSet", "db", 12), kKafka);
  const std::string node = cordoned_broker_node(bench);
  bench.cluster().inject({{.kind = FaultKind::PodNeverReady,
                           .on = RequestMatch{.method = "POST", .resource = "pods/eviction"}}});
  runbook::ValueMap given = at_once(bench, node);
  given["ready_timeout"] = Duration(minutes(1));
  const Outcome outcome = bench.apply(node_drain(), given);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(outcome.why,
              AllOf(HasSubstr("Kafka is not moved before"), HasSubstr("pod shop/db-")));
  EXPECT_THAT(bench.recorder.evicted(), Each(StartsWith("shop/db-")));
  EXPECT_TRUE(bench.observer.waited_for("to be Ready elsewhere, before Kafka moves"));
}

/// How long the drain of two pods of one budget takes where so many evictions go wrong.
Duration time_with(FaultKind kind, int times) {
  DrainBench bench(workload("Deployment", "web", 2, kHere) + budget("web", "minAvailable: 0"));
  bench.pass(seconds(5));
  bench.cordon("node-1");
  bench.cluster().inject({{.kind = kind,
                           .on = RequestMatch{.method = "POST", .resource = "pods/eviction"},
                           .times = times}});
  const MonoTime before = bench.loop.clock().now();
  const Outcome outcome = bench.apply(node_drain(), at_once(bench, "node-1"));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_FALSE(bench.observer.waited_for("at a time")) << "it is not the budget that is in the way";
  return bench.loop.clock().now() - before;
}

TEST(NodeDrainSafety, AFailedEvictionDoesNotUseUpTheBudget) {
  EXPECT_LT(time_with(FaultKind::RequestRefused, 12), seconds(29));
}

TEST(NodeDrainSafety, ALostEvictionIsAskedForAgain) {
  EXPECT_LT(time_with(FaultKind::RequestLost, 12), seconds(29));
}

TEST(NodeDrainSafety, TellsWhatAnEarlierProcessHasSentAwayToo) {
  DrainBench bench(workload("StatefulSet", "db", 2, kHere));
  bench.cordon("node-1");
  const auto first = bench.client.get(kube::resources::pods(), "shop", "db-0");
  ASSERT_TRUE(bench.client.evict("shop", "db-0", {.uid = first->uid()}));
  bench.pass(seconds(20));
  const auto earlier = test::evicted_earlier("db-0", first->uid());
  bench.context.earlier = &earlier;
  const Outcome outcome = bench.apply(node_drain(), at_once(bench, "node-1"));
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(outcome.outputs.at("evicted"), runbook::Value(2));
  const std::string pods = outcome.outputs.at("pods").to_json().dump();
  EXPECT_THAT(pods, AllOf(HasSubstr(first->uid()), HasSubstr("StatefulSet")));
}

TEST(NodeDrainSafety, DoesNotTakeAPodForOneThatNobodyMakesWhereItCannotTell) {
  DrainBench bench(workload("Deployment", "web", 2, kHere));
  bench.cordon("node-1");
  const auto earlier = test::evicted_earlier("web-7f9c-2b4d", "gone");
  bench.context.earlier = &earlier;
  bench.cluster().inject({{.kind = FaultKind::RequestRefused,
                           .on = RequestMatch{.method = "GET", .resource = "replicasets"},
                           .times = 1000,
                           .code = 403}});
  const Outcome outcome = bench.apply(node_drain(), at_once(bench, "node-1"));
  EXPECT_NE(outcome.kind, Outcome::Kind::Done);
  EXPECT_THAT(bench.recorder.evicted(), IsEmpty());
}

TEST(NodeDrainSafety, KnowsAReplicaSetWhosePodsHaveNumbers) {
  DrainBench bench(workload("Deployment", "web", 1, kHere));
  const auto sets = bench.client.list(kube::resources::replica_sets(), "shop");
  ASSERT_THAT(sets, test::IsOk());
  const kube::Object& set = sets->items.front();
  const auto went = went_pod_by_name(bench.client, "shop", set.name() + "-24579", "gone");
  ASSERT_THAT(went, test::IsOk());
  EXPECT_EQ(went->kind, "ReplicaSet");
  EXPECT_EQ(went->controller_uid, set.uid());
}

}  // namespace
}  // namespace cfkops::actions
