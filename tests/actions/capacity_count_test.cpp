#include "capacity_count.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cfkops::actions {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Json json(const std::string& text) {
  const auto parsed = Json::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : Json();
}

/// A node of 4 cpu, 8Gi and 10 pods; `labels` and `spec` are members of those.
Json node(const std::string& name,
          const std::string& labels,
          const std::string& spec = "",
          const std::string& ready = "True") {
  return json(fmt::format(
      R"({{"metadata": {{"name": "{}", "labels": {{{}}}}}, "spec": {{{}}}, "status": {{"allocatable":
      {{"cpu": "4", "memory": "8Gi", "pods": "10"}},
      "conditions": [{{"type": "Ready", "status": "{}"}}]}}}})",
      name,
      labels,
      spec,
      ready));
}

std::string zone(const std::string& name) {
  return fmt::format(R"("topology.kubernetes.io/zone": "{}")", name);
}

/// A pod that asks for so much, on a node or on none.
Json pod(const std::string& name,
         const std::string& node,
         const std::string& cpu,
         const std::string& memory,
         const std::string& status = R"("phase": "Running")") {
  return json(fmt::format(
      R"({{"metadata": {{"name": "{}", "namespace": "shop"}}, "spec": {{"nodeName": "{}", "containers":
      [{{"name": "it", "resources": {{"requests": {{"cpu": "{}", "memory": "{}"}},
      "limits": {{"memory": "{}"}}}}}}]}}, "status": {{{}}}}})",
      name,
      node,
      cpu,
      memory,
      memory,
      status));
}

std::string text_of(const QuotaAmounts& amounts) {
  return amounts_text(amounts);
}

TEST(CountCapacity, AddsUpZonesAndPools) {
  placement::View view;
  view.nodes = {node("n1", zone("a") + R"(, "agentpool": "big")"),
                node("n2", zone("b") + R"(, "agentpool": "big")"),
                node("n3", zone("b") + R"(, "node-role.kubernetes.io/worker": "")")};
  view.pods = {pod("p1", "n1", "1500m", "1Gi"),
               pod("p2", "n2", "1", "2Gi"),
               pod("p3", "n3", "500m", "1Gi"),
               pod("done", "n3", "3", "1Gi", R"("phase": "Succeeded")")};
  const CapacityCount count = count_capacity(view, {}, "");
  EXPECT_EQ(text_of(count.cluster.requests), "3 cpu, 4Gi memory and 3 pods");
  EXPECT_EQ(text_of(count.cluster.limits), "4Gi memory");
  EXPECT_EQ(text_of(count.cluster.free), "9 cpu, 20Gi memory and 27 pods");
  EXPECT_EQ(text_of(count.zones.at("b").free), "6500m cpu, 13Gi memory and 18 pods");
  EXPECT_EQ(count.pools.at("big").nodes, 2);
  EXPECT_EQ(text_of(count.pools.at("worker").requests), "500m cpu, 1Gi memory and 1 pods");
  EXPECT_EQ(count.zones.at("a").percent(count.zones.at("a").requests), 38);
  EXPECT_THAT(count.unknown, IsEmpty());
}

TEST(CountCapacity, TakesTheLabelOfPoolsThatIsNamed) {
  placement::View view;
  view.nodes = {node("n1", R"("agentpool": "big", "team": "blue")")};
  const CapacityCount count = count_capacity(view, {}, "team");
  EXPECT_EQ(count.pools.count("blue"), 1U);
  EXPECT_EQ(count.pools.size(), 1U);
}

TEST(CountCapacity, DoesNotLendWhatOneNodeHasLeftToAnother) {
  placement::View view;
  view.nodes = {node("n1", zone("a")), node("n2", zone("a"))};
  view.pods = {pod("static", "n1", "6", "1Gi")};
  const CapacityCount count = count_capacity(view, {}, "");
  EXPECT_EQ(text_of(count.zones.at("a").free), "4 cpu, 15Gi memory and 19 pods");
}

TEST(CountCapacity, LeavesOutNodesThatTakeNoPods) {
  placement::View view;
  view.nodes = {
      node("n1", zone("a")),
      node("n2", zone("a"), R"("unschedulable": true)"),
      node("n3", zone("b"), "", "Unknown"),
      node(
          "n4",
          zone("a") + R"(, "node-role.kubernetes.io/control-plane": "")",
          R"("taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}])")};
  view.pods = {pod("p1", "n2", "1", "1Gi")};
  const CapacityCount count = count_capacity(view, {}, "");
  EXPECT_EQ(count.cluster.nodes, 1);
  EXPECT_EQ(count.zones.count("b"), 0U);
  EXPECT_EQ(text_of(count.cluster.requests), "nothing");
  EXPECT_EQ(count.pools.at("control-plane").nodes, 1);
  EXPECT_EQ(count.nodes.at(1).left_out, "cordoned");
  EXPECT_EQ(count.nodes.at(2).left_out, "not Ready");
}

TEST(CountCapacity, NamesPodsThatFindNoNode) {
  placement::View view;
  view.nodes = {node("n1", zone("a"))};
  view.pods = {pod("new", "", "1", "1Gi", R"("phase": "Pending")"),
               pod("big",
                   "",
                   "9",
                   "1Gi",
                   R"("phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False",
                   "reason": "Unschedulable"}])")};
  EXPECT_THAT(count_capacity(view, {}, "").waiting, ElementsAre("shop/big"));
}

TEST(CountCapacity, SaysWhatIsNotTold) {
  placement::View view;
  view.nodes = {json(R"({"metadata": {"name": "n1"}, "status": {"allocatable": {"cpu": "4", "pods":
      "10"}, "conditions": [{"type": "Ready", "status": "True"}]}})"),
                node("n2", zone("a"))};
  view.claims = {
      json(R"({"metadata": {"name": "data", "namespace": "shop"}, "spec": {"storageClassName":
      "fast", "resources": {"requests": {"storage": "10Gi"}}}})"),
      json(R"({"metadata": {"name": "odd", "namespace": "shop"}, "spec": {}})")};
  CapacityUse use{.served = true};
  use.of_nodes = {
      json(R"({"metadata": {"name": "n1"}, "usage": {"cpu": "1500m", "memory": "1Gi"}})")};
  const CapacityCount count = count_capacity(view, use, "");
  EXPECT_THAT(count.unknown,
              ElementsAre(HasSubstr("node n1 does not tell how much memory"),
                          HasSubstr("node n2 is in use is not measured"),
                          HasSubstr("claim shop/odd")));
  EXPECT_EQ(text_of(count.cluster.used), "1500m cpu and 1Gi memory");
  EXPECT_EQ(amount_text("storage", count.volumes.at("fast")), "10Gi");
  EXPECT_EQ(count.cluster.percent_of("memory", count.cluster.used), 13);
  EXPECT_EQ(Capacity().percent_of("memory", {}), 100);
}

TEST(CountCapacity, FindsTheBiggestPodThatFits) {
  placement::View view;
  view.nodes = {node("n1", zone("a")),
                node("n2", zone("a")),
                node("n3", zone("b"), R"("taints": [{"key": "for", "effect": "NoSchedule"}])")};
  view.pods = {pod("p1", "n1", "3", "1Gi"), pod("p2", "n2", "1", "4Gi")};
  const std::vector<BiggestPod> pods = biggest_pods(view, count_capacity(view, {}, ""));
  ASSERT_EQ(pods.size(), 2U);
  EXPECT_EQ(pods.at(0).node, "n1");
  EXPECT_EQ(amount_text("memory", pods.at(0).memory), "7Gi");
  EXPECT_EQ(pods.at(1).node, "n2");
  EXPECT_EQ(amount_text("cpu", pods.at(1).cpu), "3");
}

TEST(CountCapacity, RoundsForPeople) {
  EXPECT_EQ(amount_text("cpu", 1'234'567'890), "1234m");
  EXPECT_EQ(amount_text("memory", base::Int128{1'500'000'000} * 1'000'000'000), "1430Mi");
  EXPECT_EQ(amount_text("pods", 3'000'000'000), "3");
}

}  // namespace
}  // namespace cfkops::actions
