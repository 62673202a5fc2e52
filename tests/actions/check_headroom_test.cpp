#include "drain_bench.hpp"
#include "kinds.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <utility>

namespace cfkops::actions {
namespace {

using engine::CheckResult;
using engine::Verdict;
using testing::Contains;
using testing::HasSubstr;

/// On six nodes of the sandbox.
struct Bench : test::DrainBench {
  using DrainBench::DrainBench;

  CheckResult ask(const std::string& kind,
                  const std::string& name,
                  std::optional<int> replicas = std::nullopt) {
    runbook::ValueMap given = {
        {"workload",
         runbook::ValueMap{{"kind", kind}, {"namespace", "shop"}, {"name", name}, {"uid", ""}}}};
    if (replicas) {
      given["replicas"] = *replicas;
    }
    return check_headroom().evaluate(
        context, client, test::ActionBench::arguments(check_headroom().spec(), std::move(given)));
  }
};

const std::string kApart =
    "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: "
    "kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}]}}, ";

TEST(CheckHeadroom, PassesWhereEveryNewPodFindsANode) {
  Bench bench(test::workload("Deployment", "web", 2, kApart));
  const CheckResult result = bench.ask("Deployment", "web", 6);
  EXPECT_EQ(result.verdict, Verdict::Pass) << result.summary;
  EXPECT_EQ(*result.outputs.at("pods").as<std::int64_t>(), 4);
}

TEST(CheckHeadroom, FailsWhereOneWouldFindNone) {
  Bench bench(test::workload("Deployment", "web", 2, kApart));
  const CheckResult result = bench.ask("Deployment", "web", 7);
  EXPECT_EQ(result.verdict, Verdict::Fail) << result.summary;
  EXPECT_THAT(result.summary, HasSubstr("5 pods of deployment shop/web more"));
  EXPECT_NE(result.remedy, "");
}

TEST(CheckHeadroom, FailsWhereAQuotaIsTooSmall) {
  Bench bench(
      "- {apiVersion: v1, kind: ResourceQuota, metadata: {name: few, namespace: shop}, spec: "
      "{hard: "
      "{pods: \"4\"}}}\n" +
      test::workload("Deployment", "web", 3));
  bench.pass(std::chrono::minutes(1));
  EXPECT_EQ(bench.ask("Deployment", "web", 4).verdict, Verdict::Pass);
  const CheckResult result = bench.ask("Deployment", "web", 6);
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.details, Contains(HasSubstr("quota shop/few: pods: 3 more is needed")));
}

TEST(CheckHeadroom, IsUnknownWhereThereAreTooManyToBePlaced) {
  Bench bench(test::workload("Deployment", "web", 1));
  const CheckResult result = bench.ask("Deployment", "web", 103);
  EXPECT_EQ(result.verdict, Verdict::Unknown) << result.summary;
  EXPECT_THAT(result.details, Contains("only 100 of these 102 pods were looked for a node"));
}

TEST(CheckHeadroom, AsksNothingOfFewerPods) {
  Bench bench(test::workload("StatefulSet", "db", 3));
  const CheckResult result = bench.ask("StatefulSet", "db", 1);
  EXPECT_EQ(result.verdict, Verdict::Pass);
  EXPECT_THAT(result.summary, HasSubstr("needs no more pods"));
}

TEST(CheckHeadroom, AsksOfARolloutWhatItHasBesidesMeanwhile) {
  Bench bench(test::workload("Deployment", "web", 5, kApart) +
              test::workload("StatefulSet", "db", 3) + test::workload("DaemonSet", "agent", 0));
  bench.pass(std::chrono::minutes(1));
  const CheckResult result = bench.ask("Deployment", "web");
  EXPECT_EQ(result.verdict, Verdict::Fail) << "a quarter of 5 more, on one node that is left";
  EXPECT_EQ(*result.outputs.at("pods").as<std::int64_t>(), 2);
  EXPECT_EQ(bench.ask("StatefulSet", "db").verdict, Verdict::Pass);
  EXPECT_EQ(bench.ask("DaemonSet", "agent").verdict, Verdict::Pass);
}

TEST(CheckHeadroom, IsUnknownWhereTheWorkloadCannotBeRead) {
  Bench bench("");
  EXPECT_EQ(bench.ask("StatefulSet", "db", 1).verdict, Verdict::Unknown);
}

}  // namespace
}  // namespace cfkops::actions
