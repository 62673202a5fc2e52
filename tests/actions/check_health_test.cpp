#include "action_fixture.hpp"
#include "kinds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using nlohmann::json;

json table(const std::vector<std::string>& columns, json rows) {
  json made = {{"kind", "Table"}, {"columnDefinitions", json::array()}, {"rows", json::array()}};
  for (const std::string& column : columns) {
    made["columnDefinitions"].push_back({{"name", column}});
  }
  for (json& row : rows) {
    made["rows"].push_back({{"cells", std::move(row)}});
  }
  return made;
}

/// A cluster of one node, as the profile sop reads it.
struct HealthCheck : testing::Test, test::ActionBench {
  std::string node = "Ready";

  HealthCheck() {
    transport.on("GET", "/api/v1/nodes?*").handle([this](const kube::Request&) {
      return test::reply(200, table({"Name", "Status"}, json::array({{"a", node}})));
    });
    transport.on("GET", "/api/v1/nodes/a").handle([](const kube::Request&) {
      return test::reply(200, json{{"metadata", {{"name", "a"}}}, {"spec", json::object()}});
    });
    for (const char* target :
         {"/api/v1/pods?*", "/api/v1/persistentvolumes?*", "/api/v1/events?*"}) {
      transport.on("GET", target).handle([](const kube::Request& request) {
        const bool details = request.target.find("spec.nodeName") != std::string::npos;
        return test::reply(
            200,
            details ? json{{"items", json::array()}} : table({"Name", "Status"}, json::array()));
      });
    }
    transport.on("GET", "/readyz?verbose").reply(200, "[+]ping ok\nreadyz check passed");
    transport.on("GET", "/livez?verbose").reply(200, "[+]ping ok\nlivez check passed");
    transport.on("GET", "/version").reply(200, json{{"gitVersion", "v1.34.4"}});
    transport.on("GET", "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases")
        .handle([this](const kube::Request&) {
          json items = json::array();
          for (const char* name : {"kube-controller-manager", "kube-scheduler"}) {
            items.push_back(
                {{"metadata", {{"name", name}}},
                 {"spec", {{"renewTime", base::format_rfc3339(transport.clock().wall())}}}});
          }
          return test::reply(200, json{{"items", std::move(items)}});
        });
  }

  CheckResult ask() { return evaluate(check_health(), {{"profile", "sop"}, {"fail_on", "fail"}}); }
};

TEST_F(HealthCheck, PassesWhereAllIsWell) {
  const CheckResult result = ask();
  EXPECT_EQ(result.verdict, Verdict::Pass) << testing::PrintToString(result.details);
  EXPECT_EQ(result.summary, "healthy");
}

TEST_F(HealthCheck, FailsWithWhatWasFoundAndWhatToDo) {
  node = "NotReady";
  const CheckResult result = ask();
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_EQ(result.summary, "not healthy: 1 fail");
  EXPECT_THAT(result.details,
              testing::ElementsAre(testing::StartsWith("fail N01 node a: is not Ready")));
  EXPECT_THAT(result.remedy, testing::HasSubstr("kubectl describe node"));
}

TEST_F(HealthCheck, AsksForNoMoreThanItIsAskedFor) {
  transport.on("GET", "/api/v1/pods?*").refuse(403, "Forbidden", "pods is forbidden");
  const CheckResult nodes = evaluate(
      check_health(), {{"profile", "sop"}, {"only", runbook::ValueList{runbook::Value("N01")}}});
  EXPECT_EQ(nodes.verdict, Verdict::Pass) << testing::PrintToString(nodes.details);
  const CheckResult pods = evaluate(
      check_health(), {{"profile", "sop"}, {"only", runbook::ValueList{runbook::Value("P")}}});
  EXPECT_EQ(pods.verdict, Verdict::Unknown);
}

TEST_F(HealthCheck, ACheckThatIsNotThereIsUnknown) {
  const CheckResult result =
      evaluate(check_health(), {{"only", runbook::ValueList{runbook::Value("T99")}}});
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_THAT(result.summary, testing::HasSubstr("there is no check 'T99'"));
  EXPECT_TRUE(transport.calls().empty());
}

TEST_F(HealthCheck, ChecksOfDisksAreThereWhereTheyAreAskedFor) {
  const runbook::ValueList fill = {runbook::Value("S03")};
  const CheckResult result = evaluate(check_health(), {{"only", fill}});
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_THAT(result.summary, testing::HasSubstr("there is no check 'S03'"));
  EXPECT_TRUE(transport.calls().empty());
  const CheckResult daily =
      evaluate(check_health(), {{"profile", "sop"}, {"disks", runbook::Value(true)}});
  EXPECT_EQ(daily.verdict, Verdict::Unknown);
  EXPECT_THAT(daily.summary, testing::HasSubstr("not looked at in profile sop"));
  EXPECT_TRUE(transport.calls().empty());
}

TEST_F(HealthCheck, WhatMayNotBeReadIsUnknownAndHidesNothing) {
  node = "NotReady";
  transport.on("GET", "/api/v1/pods?*").refuse(403, "Forbidden", "pods is forbidden");
  EXPECT_EQ(ask().verdict, Verdict::Fail);
  node = "Ready";
  const CheckResult result = ask();
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_THAT(result.details, testing::Contains(testing::HasSubstr("pods is forbidden")));
}

}  // namespace

}  // namespace cfkops::actions
