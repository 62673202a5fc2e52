#include "drain_bench.hpp"
#include "kinds.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using engine::Verdict;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

engine::CheckResult ask(test::DrainBench& bench, runbook::ValueMap given = {}) {
  given["node"] = bench.node("node-1");
  return check_node_losses().evaluate(
      bench.context,
      bench.client,
      test::ActionBench::arguments(check_node_losses().spec(), std::move(given)));
}

/// A volume that a claim of the shop has; `place` is more of its spec.
std::string volume(const std::string& place) {
  return fmt::format(
      "- {{apiVersion: v1, kind: PersistentVolume, metadata: {{name: disk}}, spec: {{capacity: "
      "{{storage: 10Gi}}, accessModes: [ReadWriteOnce], storageClassName: local, claimRef: {{kind: "
      "PersistentVolumeClaim, namespace: shop, name: data}}, {}}}}}\n",
      place);
}

std::string local(const std::string& nodes) {
  return volume(
      fmt::format("local: {{path: /data}}, nodeAffinity: {{required: {{nodeSelectorTerms: "
                  "[{{matchExpressions: [{{key: kubernetes.io/hostname, operator: In, values: "
                  "[{}]}}]}}]}}}}",
                  nodes));
}

TEST(CheckNodeLosses, FailsWhereAVolumeHasItsLastPlaceOnTheNode) {
  test::DrainBench bench(local("node-1"));
  const auto result = ask(bench);
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.details, Contains(HasSubstr("volume disk (claim shop/data, 10Gi")));
  EXPECT_THAT(result.remedy, HasSubstr("waiver_volumes=disk"));
}

TEST(CheckNodeLosses, LetsAVolumeGoThatIsNamed) {
  test::DrainBench bench(local("node-1"));
  const auto result = ask(bench, {{"waiver_volumes", runbook::ValueList{"disk"}}});
  EXPECT_EQ(result.verdict, Verdict::Pass);
  EXPECT_THAT(result.details, Contains(HasSubstr("; waived"))) << "it is said all the same";
}

TEST(CheckNodeLosses, PassesForWhatOtherNodesReach) {
  for (const char* nodes : {"node-2", "node-1, node-2"}) {
    test::DrainBench bench(local(nodes));
    EXPECT_EQ(ask(bench).verdict, Verdict::Pass) << nodes;
  }
}

TEST(CheckNodeLosses, IsUnknownForAVolumeThatDoesNotSayWhereItIs) {
  test::DrainBench bench(volume("hostPath: {path: /data}"));
  const auto result = ask(bench);
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_THAT(result.remedy, HasSubstr("waiver_volumes=disk"));
}

TEST(CheckNodeLosses, FailsWhereOneOfThoseWhoShareSuchAVolumeRunsOnTheNode) {
  const auto user = [](const char* name, const char* node) {
    return fmt::format(
        "- {{apiVersion: v1, kind: Pod, metadata: {{name: {}, namespace: shop}}, spec: {{nodeName: "
        "{}, containers: [{{name: it, image: shop/it}}], volumes: [{{name: data, "
        "persistentVolumeClaim: {{claimName: data}}}}]}}}}\n",
        name,
        node);
  };
  const std::string disk = volume("hostPath: {path: /data}");
  test::DrainBench elsewhere(disk + user("a", "node-2"));
  EXPECT_EQ(ask(elsewhere).verdict, Verdict::Pass);
  test::DrainBench both(disk + user("a", "node-2") + user("b", "node-1"));
  EXPECT_EQ(ask(both).verdict, Verdict::Fail) << "the first one that is found does not say it all";
}

TEST(CheckNodeLosses, NamesThePodsThatNobodyMakesAgain) {
  test::DrainBench bench(
      "- {apiVersion: v1, kind: Pod, metadata: {name: bare, namespace: shop}, spec: {nodeName: "
      "node-1, containers: [{name: it, image: shop/it}]}}\n");
  const auto result = ask(bench);
  EXPECT_EQ(result.verdict, Verdict::Pass) << "whether they may go is for the drain to ask";
  EXPECT_THAT(*result.outputs.at("unmanaged").list(), ElementsAre(runbook::Value("shop/bare")));
  EXPECT_THAT(result.details, Contains(HasSubstr("pod shop/bare: it has no controller")));
}

TEST(CheckNodeLosses, SaysOfKafkaWhetherItsDataCanMove) {
  test::DrainBench bench("", test::kKafka);
  runbook::ValueMap given{{"node", bench.node(test::broker_node(bench))}};
  const auto result = check_node_losses().evaluate(
      bench.context,
      bench.client,
      test::ActionBench::arguments(check_node_losses().spec(), std::move(given)));
  EXPECT_THAT(result.details, Contains(HasSubstr("Kafka process confluent/kafka-")));
}

}  // namespace
}  // namespace cfkops::actions
