#include "drain_bench.hpp"
#include "kinds.hpp"
#include "node_joined.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using engine::Verdict;
using testing::Contains;
using testing::HasSubstr;

engine::CheckResult ask(test::DrainBench& bench, runbook::ValueMap given = {}) {
  given["node"] = bench.node("node-1");
  return check_node_joined().evaluate(
      bench.context,
      bench.client,
      test::ActionBench::arguments(check_node_joined().spec(), std::move(given)));
}

void expect_wrong(test::DrainBench& bench, const std::string& what, runbook::ValueMap given = {}) {
  const auto result = ask(bench, std::move(given));
  EXPECT_EQ(result.verdict, Verdict::Fail) << what;
  EXPECT_THAT(result.details, Contains(HasSubstr("wrong: " + what)));
}

TEST(CheckNodeJoined, PassesWhereAllIsAsItIsToBe) {
  test::DrainBench bench(test::workload("DaemonSet", "agent", 0));
  bench.pass(std::chrono::seconds(15));
  const auto result = ask(bench, {{"zone", "a"}, {"takes_pods", true}});
  EXPECT_EQ(result.verdict, Verdict::Pass) << testing::PrintToString(result.details);
  EXPECT_THAT(result.details, Contains(HasSubstr("of DaemonSet shop/agent is Ready")));
}

TEST(CheckNodeJoined, NamesALabelOrTaintThatIsNotThere) {
  test::DrainBench bench("");
  expect_wrong(bench, "label topology.kubernetes.io/zone is 'a', not 'c'", {{"zone", "c"}});
  expect_wrong(bench, "label pool is not there, not 'kafka'", {{"pool", "pool=kafka"}});
  expect_wrong(bench,
               "taint a=b:NoSchedule is not there",
               {{"taints", runbook::ValueList{"a=b:NoSchedule"}}});
}

TEST(CheckNodeJoined, FailsForATaintThatNobodyExpects) {
  test::DrainBench bench("");
  bench.kubectl_patch("node-1", R"({"spec": {"taints": [{"key": "x", "effect": "NoSchedule"}]}})");
  expect_wrong(bench, "taint x:NoSchedule is not expected");
}

TEST(CheckNodeJoined, FailsWhereACordonKeepsPodsAway) {
  test::DrainBench bench("");
  bench.cordon("node-1");
  bench.pass(std::chrono::seconds(1));
  EXPECT_NE(ask(bench).verdict, Verdict::Fail) << "it is to be cordoned until it was looked at";
  expect_wrong(bench, "a pod of 100m and 128Mi cannot be placed on it", {{"takes_pods", true}});
}

// Judged as data, for what a simulated node does not have.

constexpr const char* kNode = R"({
  "apiVersion": "v1", "kind": "Node",
  "metadata": {"name": "new", "labels": {"pool": "kafka"}},
  "status": {
    "nodeInfo": {"kubeletVersion": "v1.34.4"},
    "allocatable": {"cpu": "8", "memory": "32Gi", "ephemeral-storage": "200Gi", "pods": "110"},
    "conditions": [{"type": "Ready", "status": "True"}, {"type": "MemoryPressure", "status": "False"},
      {"type": "DiskPressure", "status": "False"}, {"type": "PIDPressure", "status": "False"}]}})";

/// `kNode` with one text in place of another.
kube::Object node(const std::string& what = "", const std::string& with = "") {
  std::string text = kNode;
  if (const std::size_t at = text.find(what); !what.empty() && at != std::string::npos) {
    text.replace(at, what.size(), with);
  }
  return kube::Object(*Json::parse(text));
}

JoinedView view_of(kube::Object it) {
  return {.node = std::move(it),
          .renewed = "2026-01-01T00:00:00Z",
          .server = "v1.34.4",
          .server_time = *base::parse_rfc3339("2026-01-01T00:00:05Z")};
}

TEST(JudgeJoined, ConditionsThatAreNotToldAreUnknown) {
  const auto found = judge_joined(view_of(node(R"("type": "DiskPressure", "status": "False")",
                                               R"("type": "DiskPressure", "status": "Unknown")")),
                                  {});
  EXPECT_THAT(found.unknown, Contains("DiskPressure is not told"));
  EXPECT_THAT(found.wrong, testing::IsEmpty());
}

TEST(JudgeJoined, ALeaseThatIsOldOrNotThereIsNoGoodSign) {
  JoinedView view = view_of(node());
  view.server_time = *base::parse_rfc3339("2026-01-01T00:05:00Z");
  EXPECT_THAT(judge_joined(view, {}).wrong, Contains(HasSubstr("last heard 5m")));
  view.renewed.clear();
  EXPECT_THAT(judge_joined(view, {}).unknown, Contains(HasSubstr("last heard is not told")));
}

TEST(JudgeJoined, AKubeletThatIsNewerOrTooOldDoesNotGoWithTheServer) {
  for (const char* version : {"v1.35.0", "v1.30.9", "v2.0.0"}) {
    EXPECT_THAT(judge_joined(view_of(node("v1.34.4", version)), {}).wrong,
                Contains(HasSubstr("does not go with")))
        << version;
  }
  EXPECT_THAT(judge_joined(view_of(node("v1.34.4", "v1.31.0")), {}).wrong, testing::IsEmpty());
}

TEST(JudgeJoined, ANodeThatIsSmallerThanItsPoolOrOfAnotherVersionIsNamed) {
  JoinedView view = view_of(node("32Gi", "16Gi"));
  view.cluster.nodes = {node(R"("name": "new")", R"("name": "old")").json()};
  EXPECT_THAT(judge_joined(view, {.pool = "pool=kafka"}).wrong,
              Contains(HasSubstr("it has 16Gi memory, and no node of its pool less than 32Gi")));
  view.node = node("v1.34.4", "v1.33.1");
  EXPECT_THAT(judge_joined(view, {.pool = "pool=kafka"}).wrong,
              Contains(HasSubstr("kubelet v1.33.1, and those of its pool are v1.34.4")));
}

TEST(JudgeJoined, ADaemonSetWithoutAPodIsNamedWhereItIsForThisNode) {
  JoinedView view = view_of(node());
  const auto set = [](const std::string& selector) {
    return kube::Object(*Json::parse(
        R"({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent", "namespace":
            "shop"}, "spec": {"template": {"spec": {"nodeSelector": )" +
        selector + "}}}}"));
  };
  view.daemon_sets = {set(R"({"pool": "kafka"})")};
  EXPECT_THAT(judge_joined(view, {}).wrong,
              Contains("DaemonSet shop/agent is for this node and has no pod there"));
  view.daemon_sets = {set(R"({"pool": "other"})")};
  EXPECT_THAT(judge_joined(view, {}).wrong, testing::IsEmpty());
}

}  // namespace
}  // namespace cfkops::actions
