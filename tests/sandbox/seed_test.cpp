#include "seed.hpp"

#include "bootstrap.hpp"
#include "controllers/controller.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {
namespace {

Scenario loaded(const std::string& lines) {
  const std::string head = "apiVersion: cfkops/v1\nkind: Scenario\nname: s\n";
  auto scenario = load_scenario(head + lines, "s.yaml");
  EXPECT_TRUE(scenario.has_value()) << scenario.error().front().message;
  return scenario.value_or(Scenario());
}

/// A cluster with the controllers that bring pods to nodes, but no kubelets.
class SeedTest : public testing::Test {
 protected:
  void SetUp() override {
    controllers.push_back(namespace_controller(registry));
    controllers.push_back(service_account_controller(registry));
    controllers.push_back(definition_controller(registry, kinds));
    controllers.push_back(node_controller(registry));
    controllers.push_back(stateful_set_controller(registry));
    controllers.push_back(volume_controller(registry));
    controllers.push_back(scheduler(registry));
    for (const std::unique_ptr<Controller>& controller : controllers) {
      store.listen([&one = *controller](const Change& change) { one.on_change(change); });
    }
    bootstrap(registry, Nodes::None);
  }

  Status begin(const Scenario& scenario) {
    Status seeded = seed(registry, scenario);
    timeline.advance_to(timeline.now() + std::chrono::seconds(2));
    return seeded;
  }

  void expect_begun(const Scenario& scenario) {
    const Status seeded = begin(scenario);
    ASSERT_TRUE(seeded.has_value()) << seeded.error().message;
  }

  Shared get(const std::string& bucket, const std::string& ns, const std::string& name) {
    return store.get({bucket, ns, name});
  }

  std::string zone_of(const std::string& pod) {
    const Shared found = get("pods", "confluent", pod);
    const Shared node =
        found == nullptr ? nullptr : get("nodes", {}, text_at(*found, {"spec", "nodeName"}));
    return node == nullptr ? "nowhere"
                           : text_at(*node, {"metadata", "labels", "topology.kubernetes.io/zone"});
  }

  Store store;
  KindTable kinds;
  Timeline timeline{WallTime(std::chrono::hours(24 * 365 * 50))};
  Random random{1};
  Registry registry{store, kinds, timeline, random};
  std::vector<std::unique_ptr<Controller>> controllers;
};

TEST_F(SeedTest, SchedulesAllPodsOfAHealthyKafka) {
  expect_begun(*find_scenario("healthy"));
  const std::vector<Shared> pods = store.list("pods", "confluent");
  ASSERT_EQ(pods.size(), 6U);
  std::set<std::string> nodes;
  for (const Shared& pod : pods) {
    nodes.insert(text_at(*pod, {"spec", "nodeName"}));
    EXPECT_EQ(text_at(*pod, {"metadata", "labels", "platform.confluent.io/type"}),
              text_at(list_at(*pod, {"spec", "containers"}).at(0), {"name"}));
  }
  EXPECT_EQ(nodes, (std::set<std::string>{"node-1", "node-2", "node-3"}));
  const Shared set = get("statefulsets.apps", "confluent", "kafka");
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(text_at(*set, {"spec", "podManagementPolicy"}), "Parallel");
  const Shared budget = get("poddisruptionbudgets.policy", "confluent", "kafka");
  ASSERT_NE(budget, nullptr);
  EXPECT_EQ(number_at(*budget, {"spec", "maxUnavailable"}), 1);
  const Shared claim = get("persistentvolumeclaims", "confluent", "data0-kafka-2");
  ASSERT_NE(claim, nullptr);
  EXPECT_EQ(text_at(*claim, {"status", "phase"}), "Bound");
}

TEST_F(SeedTest, KeepsBrokersInTheZonesOfTheirRacks) {
  ASSERT_TRUE(
      begin(loaded("nodes: [{count: 6, zones: [a, b, c]}]\n"
                   "kafka: [{brokers: 6, racks: [c, a, b]}]\n")));
  for (int number = 0; number < 6; ++number) {
    const std::vector<std::string> zones = {"c", "a", "b"};
    EXPECT_EQ(zone_of("kafka-" + std::to_string(number)),
              zones.at(static_cast<std::size_t>(number % 3)));
  }
}

TEST_F(SeedTest, LaysOutTwoClustersWithTheirOwnSelectors) {
  expect_begun(*find_scenario("two-clusters"));
  EXPECT_EQ(store.list("pods", "confluent").size(), 12U);
  const Shared set = get("statefulsets.apps", "confluent", "analytics");
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(text_at(*set, {"spec", "selector", "matchLabels", "app"}), "analytics");
}

TEST_F(SeedTest, MakesPlainBrokersWithoutTheOperatorsLabels) {
  expect_begun(*find_scenario("plain"));
  EXPECT_EQ(store.list("statefulsets.apps").size(), 1U);
  const Shared set = get("statefulsets.apps", "streaming", "kafka");
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(object_at(*set, {"metadata", "labels"}), Value({{"app", "kafka"}}));
  EXPECT_EQ(text_at(list_at(*set, {"spec", "template", "spec", "containers"}).at(0), {"name"}),
            "kafka");
}

TEST_F(SeedTest, PutsInSnapshotsAsTheyAre) {
  expect_begun(loaded(
      "nodes: []\n"
      "objects:\n"
      "  - {apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a, uid: u-pod,\n"
      "     ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: r, uid: u-set}]},\n"
      "     spec: {nodeName: n, containers: [{name: c, image: 'i:1'}]}, status: {phase: Running}}\n"
      "  - {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: r, namespace: a, uid: u-set}}\n"
      "  - {apiVersion: v1, kind: Namespace, metadata: {name: a, uid: u-ns}}\n"
      "  - {apiVersion: v1, kind: Node, metadata: {name: n, uid: u-node},\n"
      "     status: {conditions: [{type: Ready, status: 'True'}]}}\n"));
  const Shared pod = get("pods", "a", "p");
  ASSERT_NE(pod, nullptr);
  EXPECT_EQ(uid_of(*pod), "u-pod");
  EXPECT_EQ(text_at(*pod, {"status", "phase"}), "Running");
  EXPECT_FALSE(text_at(*pod, {"metadata", "resourceVersion"}).empty());
  const Shared node = get("nodes", {}, "n");
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(text_at(*node, {"metadata", "annotations", "sandbox.cfkops.dev/kubelet"}), "true");
}

TEST_F(SeedTest, ServesDefinitionsBeforeTheirResources) {
  expect_begun(loaded(
      "objects:\n"
      "  - {apiVersion: x.io/v1, kind: Thing, metadata: {name: t, namespace: default}, size: 3}\n"
      "  - {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition,\n"
      "     metadata: {name: things.x.io},\n"
      "     spec: {group: x.io, scope: Namespaced, names: {plural: things, kind: Thing},\n"
      "       versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema:\n"
      "         {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}}\n"));
  const Shared thing = get("things.x.io", "default", "t");
  ASSERT_NE(thing, nullptr);
  EXPECT_EQ(number_at(*thing, {"size"}), 3);
}

TEST_F(SeedTest, NamesTheObjectThatIsRefused) {
  const Status seeded =
      begin(loaded("objects:\n"
                   "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: default}, "
                   "daat: {}}\n"));
  ASSERT_FALSE(seeded);
  EXPECT_EQ(seeded.error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(seeded.error().message,
            "v1 ConfigMap default/c of the scenario is refused: unknown field \"daat\"");
}

TEST_F(SeedTest, RefusesAKindThatIsNotServed) {
  const Status seeded =
      begin(loaded("objects:\n  - {apiVersion: x.io/v1, kind: Thing, metadata: {name: t}}\n"));
  ASSERT_FALSE(seeded);
  EXPECT_EQ(seeded.error().message,
            "x.io/v1 Thing t of the scenario is refused: no such kind is served");
}

}  // namespace
}  // namespace cfkops::sandbox
