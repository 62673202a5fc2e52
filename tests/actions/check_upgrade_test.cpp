#include "drain_bench.hpp"
#include "kinds.hpp"
#include "upgrade_use.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::actions {
namespace {

using engine::Verdict;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kBuild = "# TYPE kubernetes_build_info gauge\nkubernetes_build_info{} 1\n";

std::string series(const std::string& labels) {
  return kBuild + ("apiserver_requested_deprecated_apis{" + labels + "} 1\n");
}

kube::Object node(const std::string& version) {
  return kube::Object(
      *Json::parse(R"({"kind": "Node", "metadata": {"name": "n"}, "status": {"nodeInfo":
                       {"kubeletVersion": ")" +
                   version + R"("}}})"));
}

engine::CheckResult ask(test::DrainBench& bench, const std::string& to) {
  return check_upgrade().evaluate(
      bench.context,
      bench.client,
      test::ActionBench::arguments(check_upgrade().spec(), {{"to", to}}));
}

TEST(CheckUpgrade, PassesForTheNextMinorVersion) {
  test::DrainBench bench("");
  const auto result = ask(bench, "1.35");
  EXPECT_EQ(result.verdict, Verdict::Pass) << testing::PrintToString(result.details);
}

TEST(CheckUpgrade, FailsWhereAMinorVersionIsSkipped) {
  test::DrainBench bench("");
  const auto result = ask(bench, "1.36");
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.details, Contains(HasSubstr("it goes to 1.35 next, not to 1.36")));
}

TEST(CheckUpgrade, IsUnknownForWhatIsNoVersion) {
  test::DrainBench bench("");
  EXPECT_EQ(ask(bench, "latest").verdict, Verdict::Unknown);
}

TEST(CheckUpgrade, IsUnknownWhereMetricsMayNotBeRead) {
  test::ActionBench bench;
  bench.transport.on("GET", "/version").reply(200, nlohmann::json{{"gitVersion", "v1.34.4"}});
  bench.transport.on("GET", "/api/v1/nodes*")
      .reply(200,
             nlohmann::json{{"metadata", {{"resourceVersion", "1"}}},
                            {"items", nlohmann::json::array()}});
  bench.transport.on("GET", "/metrics").refuse(403, "Forbidden", "forbidden: /metrics");
  const auto result = bench.evaluate(check_upgrade(), {{"to", "1.35"}});
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_THAT(result.details, ElementsAre(HasSubstr("which deprecated APIs are in use")));
}

TEST(JudgeSkew, NamesKubeletsThatDoNotGoWithTheTarget) {
  UpgradeFindings found;
  judge_skew("v1.34.4", {node("v1.32.0"), node("v1.31.7"), node("v1.36.0")}, 35, found);
  EXPECT_THAT(found.wrong,
              ElementsAre(HasSubstr("v1.31.7 is too old for"), HasSubstr("v1.36.0 is newer than")));
  EXPECT_THAT(found.unknown, IsEmpty());
}

TEST(JudgeSkew, KubeletsBefore125MayBeTwoMinorVersionsBehind) {
  UpgradeFindings found;
  judge_skew("v1.26.9", {node("v1.25.16"), node("v1.24.17")}, 27, found);
  EXPECT_THAT(found.wrong, ElementsAre(HasSubstr("v1.24.17 is too old for")));
}

TEST(JudgeSkew, AVersionThatIsNotToldIsUnknown) {
  UpgradeFindings found;
  judge_skew("v1.34.4", {node("")}, 35, found);
  EXPECT_THAT(found.wrong, IsEmpty());
  EXPECT_THAT(found.unknown, ElementsAre(HasSubstr("does not tell the version")));
}

TEST(JudgeRequests, NamesWhatWasAskedForAndGoesWithTheTarget) {
  const std::string labels =
      R"(group="flowcontrol.apiserver.k8s.io",removed_release="1.32",resource="flowschemas",)"
      R"(subresource="",version="v1beta3")";
  UpgradeFindings found;
  judge_requests(series(labels), 31, found);
  EXPECT_THAT(found.wrong, IsEmpty()) << "1.31 serves it still";
  judge_requests(series(labels), 32, found);
  EXPECT_THAT(
      found.wrong,
      ElementsAre(
          "flowschemas of flowcontrol.apiserver.k8s.io/v1beta3 were asked for, which 1.32 serves "
          "no more"));
}

TEST(JudgeRequests, WhatIsDeprecatedAndStaysIsNotInTheWay) {
  UpgradeFindings found;
  judge_requests(
      series(
          R"(group="",removed_release="",resource="componentstatuses",subresource="",version="v1")"),
      35,
      found);
  EXPECT_THAT(found.wrong, IsEmpty());
  EXPECT_THAT(found.unknown, IsEmpty());
}

TEST(JudgeRequests, AnAnswerOfAnotherServerIsUnknown) {
  UpgradeFindings found;
  judge_requests("<html>sign in</html>", 35, found);
  EXPECT_THAT(found.unknown, ElementsAre("/metrics is not that of an API server"));
}

TEST(JudgeWriters, NamesWhoWroteAnObjectAsAVersionThatGoes) {
  const kube::Object schema(*Json::parse(
      R"({"kind": "FlowSchema", "metadata": {"name": "s", "managedFields": [
          {"manager": "helm", "apiVersion": "flowcontrol.apiserver.k8s.io/v1beta3"},
          {"manager": "kubectl", "apiVersion": "flowcontrol.apiserver.k8s.io/v1"}]}})"));
  UpgradeFindings found;
  judge_writers({schema}, removals().back(), found);
  EXPECT_THAT(
      found.wrong,
      ElementsAre(HasSubstr("as flowcontrol.apiserver.k8s.io/v1beta3 by helm, which 1.32")));
}

TEST(JudgeWriters, WhatTheServerItselfHasWrittenIsNotInTheWay) {
  const kube::Object schema(*Json::parse(
      R"({"kind": "FlowSchema", "metadata": {"name": "probes", "managedFields": [
          {"manager": "api-priority-and-fairness-config-producer-v1",
           "apiVersion": "flowcontrol.apiserver.k8s.io/v1beta3"},
          {"manager": "api-priority-and-fairness-config-consumer-v1", "subresource": "status",
           "apiVersion": "flowcontrol.apiserver.k8s.io/v1beta3"}]}})"));
  UpgradeFindings found;
  judge_writers({schema}, removals().back(), found);
  EXPECT_THAT(found.wrong, IsEmpty());
}

}  // namespace
}  // namespace cfkops::actions
