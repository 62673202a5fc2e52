#include "drain_bench.hpp"
#include "kinds.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cfkops::actions {
namespace {

using std::chrono::seconds;
using test::budget;
using test::DrainBench;
using test::kHere;
using test::usual;
using test::workload;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The change of the pod whose name begins so, or nullptr.
const engine::PlannedChange* change_of(const engine::StepPlan& plan, const std::string& name) {
  const auto found = std::ranges::find_if(plan.changes, [&name](const auto& change) {
    return change.object.starts_with("pod " + name);
  });
  return found == plan.changes.end() ? nullptr : &*found;
}

TEST(NodeDrainPlan, ShowsEveryPodWithItsClassAndWhereItFits) {
  DrainBench bench(workload("DaemonSet", "agent", 0) + workload("StatefulSet", "db", 1, kHere) +
                   workload("Deployment", "cache", 6, "volumes: [{name: tmp, emptyDir: {}}], "));
  const auto plan = bench.plan(node_drain(), usual(bench));
  ASSERT_THAT(plan, test::IsOk());
  const engine::PlannedChange* cache = change_of(*plan, "shop/cache-");
  ASSERT_NE(cache, nullptr);
  EXPECT_THAT(cache->diff,
              AllOf(Contains("~ wave: stateless"),
                    Contains(HasSubstr("emptyDir volumes is lost: tmp")),
                    Contains(HasSubstr("elsewhere: fits, counted on node "))));
  EXPECT_EQ(cache->verdict, "accepted");
  const engine::PlannedChange* db = change_of(*plan, "shop/db-0");
  ASSERT_NE(db, nullptr);
  EXPECT_THAT(db->diff,
              AllOf(Contains("~ wave: stateful"), Contains(HasSubstr("elsewhere: fits nowhere"))));
  EXPECT_GT(db, cache) << "in the order of the waves";
  EXPECT_THAT(
      plan->notes,
      Contains(AllOf(HasSubstr("stays: pod shop/agent-"), HasSubstr("of DaemonSet agent"))));
  EXPECT_THAT(plan->notes, Contains(HasSubstr("is not cordoned now: a step before this one")));
  EXPECT_EQ(plan->estimate, Duration(seconds(10))) << "two waves of five seconds";
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(NodeDrainPlan, IsRefusedWhereNobodyIsLeftToCordonTheNode) {
  DrainBench bench(workload("Deployment", "web", 1, kHere));
  bench.context.comes_first = true;  // as when the run is resumed after node.cordon
  const auto plan = bench.plan(node_drain(), usual(bench));
  ASSERT_THAT(plan, test::IsOk());
  ASSERT_THAT(plan->changes, Not(IsEmpty()));
  EXPECT_TRUE(plan->changes.front().refused);
  EXPECT_THAT(
      plan->changes.front().verdict,
      AllOf(HasSubstr("is not cordoned"), HasSubstr("kubectl cordon node-1 and resume the run")));
  bench.cordon("node-1");
  const auto again = bench.plan(node_drain(), usual(bench));
  ASSERT_THAT(again, test::IsOk());
  EXPECT_FALSE(again->changes.front().refused) << again->changes.front().verdict;
}

TEST(NodeDrainPlan, SaysWhatAllBudgetsTogetherAllow) {
  DrainBench bench(workload("Deployment", "web", 3, kHere) + budget("web", "maxUnavailable: 1"));
  bench.pass(seconds(10));
  const auto plan = bench.plan(node_drain(), usual(bench));
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->notes,
              Contains(AllOf(HasSubstr("budget shop/web: allows 1, covers 3 pods of these"),
                             HasSubstr("the others wait"))));
  ASSERT_TRUE(plan->estimate);
  EXPECT_GE(*plan->estimate, seconds(15)) << "three turns, with two starts in between";
}

TEST(NodeDrainPlan, IsBlockedByWhatNoWaitingHeals) {
  DrainBench bench(
      workload("Deployment", "web", 2, kHere) + budget("web", "maxUnavailable: 0") +
      "- {apiVersion: v1, kind: Pod, metadata: {name: bare, namespace: shop}, spec: {nodeName: "
      "node-1, containers: [{name: it, image: shop/it}]}}\n");
  bench.pass(seconds(5));
  const auto plan = bench.plan(node_drain(), usual(bench));
  ASSERT_THAT(plan, test::IsOk());
  const engine::PlannedChange* bare = change_of(*plan, "shop/bare");
  ASSERT_NE(bare, nullptr);
  EXPECT_TRUE(bare->refused);
  EXPECT_THAT(bare->verdict, HasSubstr("it has no controller"));
  EXPECT_TRUE(std::ranges::any_of(plan->changes, [](const engine::PlannedChange& change) {
    return change.refused && change.verdict.find("budget shop/web") != std::string::npos;
  }));
}

TEST(NodeDrainPlan, ShowsTheGatesOfKafkaAndLeavesNoMark) {
  DrainBench bench("", "- {name: kafka, topics: [{name: orders, partitions: 12}]}\n");
  std::string node;
  for (int number = 1; node.empty() && number <= 6; ++number) {
    const std::string one = fmt::format("node-{}", number);
    node = bench.pods_on(one, "platform.confluent.io/type=kafka").empty() ? "" : one;
  }
  const auto plan = bench.plan(node_drain(), usual(bench, node));
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->notes, Contains(HasSubstr("replication full: now")));
  EXPECT_THAT(plan->disruption, Contains(HasSubstr("2 of 3 replicas in sync")));
  ASSERT_THAT(plan->changes, Not(IsEmpty()));
  EXPECT_THAT(plan->changes.back().diff, Contains("~ wave: Kafka"));
  EXPECT_FALSE(plan->changes.back().refused) << plan->changes.back().verdict;
  for (const kube::AccessQuestion& question : plan->permissions) {
    EXPECT_TRUE(question.resource.plural != "leases" || question.verb == "get") << question.text();
  }
}

}  // namespace
}  // namespace cfkops::actions
