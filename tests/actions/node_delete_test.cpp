#include "drain_bench.hpp"
#include "kinds.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

bool is_there(test::DrainBench& bench) {
  return bench.client.get(kube::resources::nodes(), "", "node-1").has_value();
}

Outcome delete_it(test::DrainBench& bench) {
  return bench.apply(node_delete(), {{"node", bench.node("node-1")}});
}

/// That an earlier process of the run has deleted the node of this uid.
std::vector<engine::SentMutation> deleted_earlier(const std::string& uid) {
  return {{.number = 1,
           .step = "delete",
           .mutation = {.verb = "delete", .name = "node-1", .uid = uid},
           .time = {},
           .known = true,
           .fate = engine::Fate::Applied}};
}

TEST(NodeDelete, TakesACordonedNodeWithoutPodsOut) {
  test::DrainBench bench(test::workload("DaemonSet", "agent", 0));
  bench.cordon("node-1");
  const Outcome outcome = delete_it(bench);
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_TRUE(*outcome.outputs.at("changed").as<bool>());
  EXPECT_FALSE(is_there(bench));
  ASSERT_THAT(bench.recorder.sent, SizeIs(1));
  EXPECT_EQ(bench.recorder.sent.front().verb, "delete");
  EXPECT_THAT(node_delete().later(outcome.outputs), ElementsAre(Pair("node node-1", "")))
      << "nobody is to uncordon it any more";
}

TEST(NodeDelete, RefusesANodeThatTakesPods) {
  test::DrainBench bench("");
  const Outcome outcome = delete_it(bench);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("is not cordoned"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(NodeDelete, RefusesWhilePodsAreLeftAndNamesThem) {
  test::DrainBench bench(test::workload("Deployment", "web", 1, test::kHere));
  bench.cordon("node-1");
  const Outcome outcome = delete_it(bench);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("still has 1 pod: shop/web-"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(NodeDelete, LooksAgainWhereSomebodyLetsPodsInMeanwhile) {
  test::DrainBench bench("");
  bench.cordon("node-1");
  bench.recorder.before = [&bench] {
    bench.kubectl_patch("node-1", R"({"spec": {"unschedulable": null}})");
  };
  const Outcome outcome = delete_it(bench);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_TRUE(is_there(bench));
}

TEST(NodeDelete, IsDoneWhereAnEarlierProcessOfTheRunHasDeletedIt) {
  test::DrainBench bench("");
  const runbook::ValueMap node = bench.node("node-1");
  const auto earlier = deleted_earlier(node.at("uid").text());
  bench.context.earlier = &earlier;
  ASSERT_TRUE(bench.client.remove(kube::resources::nodes(), "", "node-1", {}));
  bench.recorder.sent.clear();
  const Outcome outcome = bench.apply(node_delete(), {{"node", node}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_TRUE(*outcome.outputs.at("changed").as<bool>());
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(NodeDelete, LeavesANodeAloneThatHasRegisteredAgainSince) {
  test::DrainBench bench("");
  bench.cordon("node-1");
  runbook::ValueMap node = bench.node("node-1");
  node["uid"] = "the-former-one";
  const auto earlier = deleted_earlier("the-former-one");
  bench.context.earlier = &earlier;
  EXPECT_EQ(bench.apply(node_delete(), {{"node", node}}).kind, Outcome::Kind::Done);
  EXPECT_TRUE(is_there(bench));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(NodeDelete, DoesNotDeleteAnotherNodeOfThatName) {
  test::DrainBench bench("");
  bench.cordon("node-1");
  runbook::ValueMap node = bench.node("node-1");
  node["uid"] = "the-former-one";
  EXPECT_EQ(bench.apply(node_delete(), {{"node", node}}).kind, Outcome::Kind::Refused);
  EXPECT_TRUE(is_there(bench));
}

TEST(NodeDelete, HasNoUndoAndSaysWhoMakesNodes) {
  test::DrainBench bench("");
  const Outcome outcome = node_delete().undo(bench.context, bench.client, Json());
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("registers it again"));
}

TEST(NodeDelete, PlansForANodeThatEarlierStepsWillEmpty) {
  test::DrainBench bench(test::workload("Deployment", "web", 1, test::kHere));
  auto plan = bench.plan(node_delete(), {{"node", bench.node("node-1")}});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_FALSE(plan->changes.front().refused);
  EXPECT_THAT(plan->notes, ElementsAre(HasSubstr("unless a step before this one moves them")));
  bench.context.comes_first = true;
  plan = bench.plan(node_delete(), {{"node", bench.node("node-1")}});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_TRUE(plan->changes.front().refused);
}

}  // namespace
}  // namespace cfkops::actions
