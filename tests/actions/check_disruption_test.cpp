#include "action_fixture.hpp"
#include "kinds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using nlohmann::json;

json pod(const std::string& name, const std::string& owner = "ReplicaSet") {
  return {{"metadata",
           {{"namespace", "shop"},
            {"name", name},
            {"labels", {{"app", "web"}}},
            {"ownerReferences", json::array({{{"kind", owner}, {"controller", true}}})}}},
          {"status",
           {{"phase", "Running"},
            {"conditions", json::array({{{"type", "Ready"}, {"status", "True"}}})}}}};
}

json budget(int allowed) {
  return {{"metadata", {{"namespace", "shop"}, {"name", "web"}, {"generation", 1}}},
          {"spec", {{"selector", {{"matchLabels", {{"app", "web"}}}}}}},
          {"status",
           {{"observedGeneration", 1},
            {"disruptionsAllowed", allowed},
            {"currentHealthy", 2},
            {"desiredHealthy", 2 - allowed},
            {"expectedPods", 2}}}};
}

json list_of(const json& items) {
  return {{"metadata", {{"resourceVersion", "1"}}}, {"items", items}};
}

struct DisruptionCheck : testing::Test, test::ActionBench {
  json pods = json::array({pod("a"), pod("b")});
  json budgets = json::array({budget(1)});

  DisruptionCheck() {
    transport.on("GET", "/api/v1/nodes/worker-1").handle([](const kube::Request&) {
      return test::reply(200, json{{"metadata", {{"name", "worker-1"}}}});
    });
    transport.on("GET", "/api/v1/nodes/worker-9").handle([](const kube::Request&) {
      return test::reply(404, json{{"kind", "Status"}, {"code", 404}, {"reason", "NotFound"}});
    });
    transport.on("GET", "/api/v1/pods").handle([this](const kube::Request&) {
      return test::reply(200, list_of(pods));
    });
    transport.on("GET", "/apis/policy/v1/namespaces/shop/poddisruptionbudgets")
        .handle([this](const kube::Request&) { return test::reply(200, list_of(budgets)); });
  }

  CheckResult of_node(std::int64_t at_once = 1) {
    return evaluate(check_disruption(), {{"node", "worker-1"}, {"at_once", at_once}});
  }
};

TEST_F(DisruptionCheck, PassesWhereEachBudgetAllowsAsManyAsAreAway) {
  const CheckResult result = of_node();
  EXPECT_EQ(result.verdict, Verdict::Pass) << result.summary;
  EXPECT_EQ(result.summary, "2 pods to evict, 1 budget, 0 in the way");
}

TEST_F(DisruptionCheck, FailsWithTheBudgetsNameAndSaysThatWaitingDoesNotHelp) {
  budgets = json::array({budget(0)});
  const CheckResult result = of_node();
  EXPECT_EQ(result.verdict, Verdict::Fail);
  ASSERT_FALSE(result.details.empty());
  EXPECT_EQ(result.details.front(),
            "budget shop/web: no: it allows 0 now, 1 would go (2 of 2 pods healthy, 2 must stay); "
            "with all healthy it would allow no more than 0");
  EXPECT_EQ(result.summary, "2 pods to evict, 1 budget, 1 in the way: shop/web");
  EXPECT_NE(result.remedy.find("waiting does not help"), std::string::npos);
}

TEST_F(DisruptionCheck, MayBeContentWithABudgetThatFreesLater) {
  budgets = json::array({budget(0)});
  budgets[0]["status"]["currentHealthy"] = 1;
  budgets[0]["status"]["desiredHealthy"] = 1;
  EXPECT_EQ(of_node().verdict, Verdict::Fail);
  const auto later = [this] {
    return evaluate(check_disruption(), {{"node", "worker-1"}, {"now", false}});
  };
  EXPECT_EQ(later().verdict, Verdict::Pass) << later().summary;
  EXPECT_NE(later().summary.find("may let them go later"), std::string::npos);
  budgets = json::array({budget(0)});
  EXPECT_EQ(later().verdict, Verdict::Fail) << "one that can never let it go is not waited for";
}

TEST_F(DisruptionCheck, AllTogetherNeedMoreRoom) {
  EXPECT_EQ(of_node(0).verdict, Verdict::Fail);
}

TEST_F(DisruptionCheck, PodsOfDaemonSetsStay) {
  pods = json::array({pod("a"), pod("agent", "DaemonSet")});
  EXPECT_EQ(of_node(0).verdict, Verdict::Pass);
}

TEST_F(DisruptionCheck, ANodeThatIsNotThereIsUnknown) {
  EXPECT_EQ(
      evaluate(check_disruption(), {{"node", "worker-9"}, {"at_once", std::int64_t{1}}}).verdict,
      Verdict::Unknown);
}

TEST_F(DisruptionCheck, JudgesARolloutByHowManyItTakesAwayAtOnce) {
  json web = {{"kind", "Deployment"},
              {"metadata", {{"name", "web"}, {"namespace", "shop"}, {"uid", "w"}}},
              {"spec", {{"replicas", 2}, {"selector", {{"matchLabels", {{"app", "web"}}}}}}}};
  transport.on("GET", "/apis/apps/v1/namespaces/shop/deployments/web")
      .handle([&](const kube::Request&) { return test::reply(200, web); });
  transport.on("GET", "/api/v1/namespaces/shop/pods*").handle([this](const kube::Request&) {
    return test::reply(200, list_of(pods));
  });
  budgets = json::array({budget(0)});
  const auto ask = [this] {
    return evaluate(
        check_disruption(),
        {{"workload",
          runbook::ValueMap{
              {"kind", "Deployment"}, {"namespace", "shop"}, {"name", "web"}, {"uid", "w"}}}});
  };
  EXPECT_EQ(ask().verdict, Verdict::Pass) << "each pod's successor comes first";
  web["spec"]["strategy"] = {{"type", "Recreate"}};
  EXPECT_EQ(ask().verdict, Verdict::Fail);
}

TEST_F(DisruptionCheck, NeedsToKnowWhatIsToBeEvicted) {
  const CheckResult result = evaluate(check_disruption(), {{"at_once", std::int64_t{1}}});
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_NE(result.summary.find("either a node or a selector"), std::string::npos);
}

}  // namespace

}  // namespace cfkops::actions
