#include "objects.hpp"
#include "roll_bench.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using test::RollBench;
using testing::ElementsAre;
using testing::SizeIs;

TEST(RefKafka, FindsPlainStatefulSetsOfBrokers) {
  RollBench bench;
  const auto found = ref_kafka().find(bench.client, "confluent");
  ASSERT_THAT(found, test::IsOk());
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_THAT(found->at(0).texts, ElementsAre("statefulset/kafka", "kafka"));
  EXPECT_EQ(found->at(0).value.at("uid").text(), "kafka-set-uid");
}

TEST(RefKafka, FindsEveryClusterOfANamespace) {
  test::ActionBench bench;
  nlohmann::json plain = test::stateful_set("orders");
  plain["spec"]["template"]["spec"]["containers"] = nlohmann::json::array({{{"name", "kafka"}}});
  nlohmann::json labelled = test::stateful_set("payments");
  labelled["metadata"]["labels"] = {{"platform.confluent.io/type", "kafka"}};
  bench.transport.on("GET", test::kSets + "*")
      .reply(200,
             nlohmann::json{{"kind", "StatefulSetList"},
                            {"apiVersion", "apps/v1"},
                            {"metadata", {{"resourceVersion", "1"}}},
                            {"items", {plain, test::stateful_set("web"), labelled}}});
  bench.transport.on("GET", "/apis/platform.confluent.io/*").refuse(404, "NotFound", "no such");
  bench.transport.on("GET", "/api/v1/namespaces/confluent/pods/*").refuse(404, "NotFound", "no");
  const auto found = ref_kafka().find(bench.client, "confluent");
  ASSERT_THAT(found, test::IsOk());
  ASSERT_THAT(*found, SizeIs(2));
  EXPECT_THAT(found->at(0).texts, testing::Contains("statefulset/orders"));
  EXPECT_THAT(found->at(1).texts, testing::Contains("statefulset/payments"));
}

TEST(RefStatefulSet, FindsAll) {
  RollBench bench;
  const auto found = ref_stateful_set().find(bench.client, "confluent");
  ASSERT_THAT(found, test::IsOk());
  EXPECT_THAT(*found, SizeIs(2));
}

TEST(RefDeployment, FindsAll) {
  test::ActionBench bench;
  bench.transport.on("GET", "/apis/apps/v1/namespaces/shop/deployments*")
      .reply(200,
             nlohmann::json{
                 {"kind", "DeploymentList"},
                 {"apiVersion", "apps/v1"},
                 {"metadata", {{"resourceVersion", "1"}}},
                 {"items",
                  {{{"metadata", {{"name", "web"}, {"namespace", "shop"}, {"uid", "d1"}}}}}}});
  const auto found = ref_deployment().find(bench.client, "shop");
  ASSERT_THAT(found, test::IsOk());
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_THAT(found->at(0).texts, ElementsAre("deployment/web", "web"));
  EXPECT_EQ(found->at(0).value.at("kind").text(), "Deployment");
}

TEST(RefNode, FindsAllWhateverTheNamespace) {
  test::ActionBench bench;
  bench.transport.on("GET", "/api/v1/nodes*")
      .reply(200,
             nlohmann::json{{"kind", "NodeList"},
                            {"apiVersion", "v1"},
                            {"metadata", {{"resourceVersion", "1"}}},
                            {"items", {{{"metadata", {{"name", "worker-1"}, {"uid", "n1"}}}}}}});
  const auto found = ref_node().find(bench.client, "confluent");
  ASSERT_THAT(found, test::IsOk());
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_THAT(found->at(0).texts, ElementsAre("node/worker-1", "worker-1"));
  EXPECT_EQ(found->at(0).value.at("uid").text(), "n1");
  EXPECT_EQ(found->at(0).value.at("namespace").text(), "");
}

TEST(RefKafka, IsAnErrorWhereSetsCannotBeListed) {
  RollBench bench;
  bench.server.forbid("/statefulsets");
  EXPECT_THAT(ref_kafka().find(bench.client, "confluent"), test::HasError(ErrorCode::Forbidden));
}

}  // namespace
}  // namespace cfkops::actions
