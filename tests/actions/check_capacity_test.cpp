#include "action_fixture.hpp"
#include "kinds.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using nlohmann::json;

json node(const std::string& name, const std::string& memory) {
  return {{"metadata", {{"name", name}, {"labels", {{"kubernetes.io/hostname", name}}}}},
          {"status",
           {{"allocatable", {{"cpu", "4"}, {"memory", memory}, {"pods", "10"}}},
            {"conditions", json::array({{{"type", "Ready"}, {"status", "True"}}})}}}};
}

json pod(const std::string& memory) {
  return {
      {"metadata",
       {{"namespace", "shop"},
        {"name", "web-1"},
        {"ownerReferences",
         json::array({{{"kind", "ReplicaSet"}, {"uid", "u1"}, {"controller", true}}})}}},
      {"spec",
       {{"nodeName", "a"},
        {"schedulerName", "default-scheduler"},
        {"containers",
         json::array({{{"name", "web"}, {"resources", {{"requests", {{"memory", memory}}}}}}})}}},
      {"status", {{"phase", "Running"}}}};
}

struct CapacityCheck : testing::Test, test::ActionBench {
  std::map<std::string, json> lists;

  CapacityCheck() {
    lists["/api/v1/nodes"] = json::array({node("a", "8Gi"), node("b", "8Gi")});
    lists["/api/v1/pods"] = json::array({pod("2Gi")});
    for (const char* path : {"/api/v1/persistentvolumeclaims",
                             "/api/v1/persistentvolumes",
                             "/apis/storage.k8s.io/v1/storageclasses",
                             "/api/v1/namespaces",
                             "/apis/storage.k8s.io/v1/csinodes"}) {
      lists[path] = json::array();
    }
    transport.on("GET", "/api/v1/nodes/a").handle([](const kube::Request&) {
      return test::reply(200, node("a", "8Gi"));
    });
    transport.on("GET", "/api/v1/nodes/c").handle([](const kube::Request&) {
      return test::reply(404, json{{"kind", "Status"}, {"code", 404}, {"reason", "NotFound"}});
    });
    for (const auto& [path, unused] : lists) {
      transport.on("GET", path).handle([this, path = path](const kube::Request&) {
        return test::reply(
            200, json{{"metadata", {{"resourceVersion", "1"}}}, {"items", lists.at(path)}});
      });
    }
  }

  CheckResult ask(const std::string& of = "a") {
    return evaluate(check_capacity(), {{"node", of}});
  }

  CheckResult ask_with(const char* word) {
    return evaluate(check_capacity(), {{"node", "a"}, {word, true}});
  }
};

TEST_F(CapacityCheck, PassesWhereThePodFitsElsewhere) {
  const CheckResult result = ask();
  EXPECT_EQ(result.verdict, Verdict::Pass) << result.summary;
  ASSERT_EQ(result.details.size(), 1U);
  EXPECT_EQ(result.details[0], "pod shop/web-1: fits, counted on node b");
}

TEST_F(CapacityCheck, FailsWithThePodThatFitsNowhere) {
  lists["/api/v1/nodes"] = json::array({node("a", "8Gi"), node("b", "1Gi")});
  const CheckResult result = ask();
  EXPECT_EQ(result.verdict, Verdict::Fail) << result.summary;
  EXPECT_NE(result.details.at(0).find("pod shop/web-1: fits nowhere"), std::string::npos);
}

TEST_F(CapacityCheck, NamesThePodsThatFitNowhere) {
  lists["/api/v1/nodes"] = json::array({node("a", "8Gi"), node("b", "1Gi")});
  EXPECT_EQ(ask().summary,
            "1 pod of node a need another one: 1 fit nowhere (shop/web-1), 0 cannot be told");
  EXPECT_NE(ask().remedy.find("allow_pending=true"), std::string::npos);
}

TEST_F(CapacityCheck, WaivesWhatCannotBeToldButNotWhatSurelyFitsNowhere) {
  lists["/api/v1/nodes"] = json::array({node("a", "8Gi"), node("b", "1Gi")});
  EXPECT_EQ(ask_with("allow_unknown").verdict, Verdict::Fail);
  lists["/api/v1/nodes"] = json::array({node("a", "8Gi"), node("b", "8Gi")});
  lists["/api/v1/pods"][0]["metadata"]["ownerReferences"][0]["kind"] = "Strange";
  ASSERT_EQ(ask().verdict, Verdict::Unknown) << ask().summary;
  EXPECT_EQ(ask_with("allow_unknown").verdict, Verdict::Pass);
  EXPECT_NE(ask_with("allow_unknown").summary.find("waived"), std::string::npos);
  EXPECT_EQ(ask_with("allow_pending").verdict, Verdict::Unknown);
}

TEST_F(CapacityCheck, LetsPodsWaitForANodeWhereThatIsAllowed) {
  lists["/api/v1/nodes"] = json::array({node("a", "8Gi"), node("b", "1Gi")});
  const CheckResult result = ask_with("allow_pending");
  EXPECT_EQ(result.verdict, Verdict::Pass) << result.summary;
  EXPECT_NE(result.summary.find("stay Pending"), std::string::npos);
}

TEST_F(CapacityCheck, ANodeThatIsNotThereIsUnknown) {
  EXPECT_EQ(ask("c").verdict, Verdict::Unknown);
}

}  // namespace

}  // namespace cfkops::actions
