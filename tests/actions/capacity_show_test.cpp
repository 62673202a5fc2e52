#include "drain_bench.hpp"
#include "kinds.hpp"
#include "support/matchers.hpp"

#include "cfkops/base/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// Three pods of 1 cpu and 2Gi on node-1, which is in zone a as node-4 is.
constexpr const char* kShop =
    "- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: "
    "{replicas: 3, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, "
    "spec: {nodeSelector: {kubernetes.io/hostname: node-1}, containers: [{name: it, image: "
    "shop/it, resources: {requests: {cpu: '1', memory: 2Gi}, limits: {memory: 4Gi}}}]}}}}\n";

/// A metrics API, as far as a list of nodes goes, that has measured node-1 alone.
constexpr const char* kMetrics =
    "- {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: "
    "nodes.metrics.k8s.io, annotations: {api-approved.kubernetes.io: unapproved}}, spec: {group: "
    "metrics.k8s.io, scope: Cluster, names: {kind: NodeMetrics, plural: nodes}, versions: [{name: "
    "v1beta1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, "
    "x-kubernetes-preserve-unknown-fields: true}}}]}}\n"
    "- {apiVersion: metrics.k8s.io/v1beta1, kind: NodeMetrics, metadata: {name: node-1}, usage: "
    "{cpu: 2500m, memory: 8Gi}}\n";

std::int64_t number(const Outcome& outcome, const std::string& name) {
  return *outcome.outputs.at(name).as<std::int64_t>();
}

std::string text(const Outcome& outcome, const std::string& name) {
  return outcome.outputs.at(name).text();
}

TEST(CapacityShow, TellsWhatIsAskedForAndLeft) {
  test::DrainBench bench(kShop);
  bench.pass(std::chrono::minutes(1));
  const Outcome outcome = bench.apply(capacity_show(), {});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  const auto& lines = bench.observer.progress;
  EXPECT_THAT(lines, Contains("cluster (6 nodes): cpu: 3 of 48 asked for (7 %), 45 free"));
  EXPECT_THAT(lines,
              Contains("zone a (2 nodes): memory: 6Gi of 64Gi asked for (10 %), 58Gi free, limits "
                       "12Gi"));
  EXPECT_THAT(lines, Contains("zone a: a pod of 8 cpu and 32Gi memory still fits, on node node-4"));
  EXPECT_THAT(lines,
              Contains("how much is in use is not measured: the server serves no metrics.k8s.io"));
  EXPECT_EQ(number(outcome, "requested"), 19);
  EXPECT_EQ(text(outcome, "measured"), "false");
  EXPECT_EQ(text(outcome, "trend"), "unknown");
  EXPECT_EQ(text(outcome, "unknown"), "[]");
  EXPECT_THAT(text(outcome, "zones"), HasSubstr(R"("cpu":"13","memory":"58Gi")"));
  const auto plan = bench.plan(capacity_show(), {});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_EQ(plan->notes, lines);
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(CapacityShow, TellsWhatIsInUseWhereItIsMeasured) {
  test::DrainBench bench(std::string(kShop) + kMetrics);
  bench.pass(std::chrono::minutes(1));
  const Outcome outcome = bench.apply(capacity_show(), {});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.observer.progress,
              Contains("zone a (2 nodes): cpu: 3 of 16 asked for (19 %), 13 free, 2500m in use (16 "
                       "%)"));
  EXPECT_EQ(number(outcome, "in_use"), 16);
  // That is what one of the nodes says, and the others say nothing.
  EXPECT_THAT(text(outcome, "unknown"), HasSubstr("node node-2 is in use is not measured"));
  const auto plan = bench.plan(capacity_show(), {});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_TRUE(std::ranges::any_of(plan->permissions, [](const kube::AccessQuestion& question) {
    return question.text().find("nodes.metrics.k8s.io") != std::string::npos;
  }));
}

TEST(CapacityShow, DoesNotAskForRightsToWhatIsNotServed) {
  test::DrainBench bench(kShop);
  const auto plan = bench.plan(capacity_show(), {});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_FALSE(std::ranges::any_of(plan->permissions, [](const kube::AccessQuestion& question) {
    return question.text().find("metrics") != std::string::npos;
  }));
}

TEST(CapacityShow, CountsTheDaysSinceAnEarlierReport) {
  test::DrainBench bench(kShop);
  base::OverlayFiles files(base::machine_files());
  ASSERT_THAT(files.write("earlier.json",
                          R"({"outputs": {"taken": "1970-01-01T00:00:00Z", "allocatable": {},
"requests": {}}})"),
              test::IsOk());
  bench.context.files = &files;
  EXPECT_EQ(bench.apply(capacity_show(), {{"earlier", "earlier.json"}}).kind,
            Outcome::Kind::Failed);  // a report stands on one line
  ASSERT_THAT(files.write("earlier.json",
                          R"({"outputs": {"taken": "1970-01-01T00:00:00Z", "allocatable": {}, )"
                          R"("requests": {}}})"),
              test::IsOk());
  bench.pass(std::chrono::hours(2));
  const Outcome outcome = bench.apply(capacity_show(), {{"earlier", "earlier.json"}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(text(outcome, "trend"), "growing");
  EXPECT_EQ(number(outcome, "days"), 1);
  EXPECT_THAT(bench.observer.progress,
              Contains(HasSubstr("more a day; all of it is asked for in 1 day")));
}

TEST(CapacityShow, TakesACordonForNoSignThatLessIsAskedFor) {
  test::DrainBench bench(kShop);
  bench.pass(std::chrono::hours(2));
  bench.cordon("node-1");
  base::OverlayFiles files(base::machine_files());
  ASSERT_THAT(files.write("earlier.json",
                          R"({"outputs": {"taken": "1970-01-01T00:00:00Z", "allocatable": {}, )"
                          R"("requests": {"cpu": "1", "memory": "1Gi", "pods": "1"}}})"),
              test::IsOk());
  bench.context.files = &files;
  const Outcome outcome = bench.apply(capacity_show(), {{"earlier", "earlier.json"}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(text(outcome, "trend"), "growing");
  EXPECT_THAT(text(outcome, "left_out"), HasSubstr(R"("cpu":"3")"));
}

TEST(CapacityShow, NamesNodesNearTheirLimitAndThoseThatAreLeftOut) {
  test::DrainBench bench(kShop);
  bench.pass(std::chrono::minutes(1));
  bench.cordon("node-2");
  const Outcome outcome = bench.apply(capacity_show(), {{"near_pods", 2}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(text(outcome, "near_limit"), R"(["node-1"])");
  EXPECT_THAT(bench.observer.progress, Contains("node node-1 is near its limit of pods"));
  EXPECT_THAT(bench.observer.progress, Contains(HasSubstr("node node-2 is cordoned")));
  EXPECT_THAT(bench.observer.progress, Contains(HasSubstr("cluster (5 nodes)")));
}

TEST(CapacityShow, NamesPodsThatFindNoNode) {
  test::DrainBench bench(test::workload("Deployment", "big", 1, "nodeSelector: {disk: fast}, "));
  bench.pass(std::chrono::minutes(1));
  const Outcome outcome = bench.apply(capacity_show(), {});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(text(outcome, "waiting"), HasSubstr("shop/big-"));
  EXPECT_THAT(bench.observer.progress, Contains(HasSubstr("1 pod without a node: shop/big-")));
}

}  // namespace
}  // namespace cfkops::actions
