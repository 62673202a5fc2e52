#include "cfkops/kafka/target.hpp"

#include "reading_fixture.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::kafka {
namespace {

using cfkops::test::HasError;
using cfkops::test::IsOk;
using nlohmann::json;
using test::Bench;
using testing::HasSubstr;
using testing::SizeIs;

constexpr const char* kKafkas = "/apis/platform.confluent.io/v1beta1/namespaces/confluent/kafkas";
constexpr const char* kSets = "/apis/apps/v1/namespaces/confluent/statefulsets";

json set(const std::string& name, const std::string& container) {
  return {{"metadata", {{"name", name}, {"namespace", "confluent"}, {"uid", name + "-uid"}}},
          {"spec",
           {{"selector", {{"matchLabels", {{"app", name}}}}},
            {"template", {{"spec", {{"containers", {{{"name", container}}}}}}}}}}};
}

json list(const std::vector<json>& items) {
  return {{"metadata", {{"resourceVersion", "1"}}}, {"items", items}};
}

json kafka_resource(const std::string& name, const json& spec) {
  return {{"apiVersion", "platform.confluent.io/v1beta1"},
          {"kind", "Kafka"},
          {"metadata", {{"name", name}, {"namespace", "confluent"}, {"uid", name + "-cr-uid"}}},
          {"spec", spec}};
}

void no_crd(Bench& bench) {
  bench.transport.on("GET", kKafkas)
      .refuse(404, "NotFound", "the server could not find the requested resource");
}

TEST(FindTargets, APlainStatefulSetByItsContainer) {
  Bench bench;
  no_crd(bench);
  bench.transport.on("GET", kSets)
      .reply(
          200,
          list({set("brokers", "kafka"), set("quorum", "kraftcontroller"), set("web", "nginx")}));
  const auto targets = find_targets(bench.reader, "confluent");
  ASSERT_THAT(targets, IsOk());
  ASSERT_THAT(*targets, SizeIs(1));
  EXPECT_EQ(targets->at(0).kind, "StatefulSet");
  EXPECT_EQ(targets->at(0).broker_set, "brokers");
  EXPECT_EQ(targets->at(0).uid, "brokers-uid");
  EXPECT_EQ(targets->at(0).controller_set, "quorum");
}

TEST(FindTargets, ALabelOfTheOperatorWins) {
  Bench bench;
  no_crd(bench);
  json connect = set("connect", "kafka");
  connect["metadata"]["labels"] = {{"platform.confluent.io/type", "connect"}};
  json brokers = set("b", "server");
  brokers["spec"]["template"]["metadata"]["labels"] = {{"platform.confluent.io/type", "kafka"}};
  bench.transport.on("GET", kSets).reply(200, list({connect, brokers}));
  const auto targets = find_targets(bench.reader, "confluent");
  ASSERT_THAT(*targets, SizeIs(1));
  EXPECT_EQ(targets->at(0).broker_set, "b");
  EXPECT_THAT(targets->at(0).controller_doubt, HasSubstr("no StatefulSet of KRaft controllers"));
}

TEST(FindTargets, AKafkaResourceAndTheControllersThatItNames) {
  Bench bench;
  bench.transport.on("GET", kKafkas)
      .reply(200,
             list({kafka_resource(
                 "kafka",
                 {{"dependencies", {{"kRaftController", {{"clusterRef", {{"name", "k2"}}}}}}}})}));
  bench.transport.on("GET", kSets)
      .reply(
          200,
          list(
              {set("kafka", "kafka"), set("k1", "kraftcontroller"), set("k2", "kraftcontroller")}));
  const auto targets = find_targets(bench.reader, "confluent");
  ASSERT_THAT(*targets, SizeIs(1));
  EXPECT_EQ(targets->at(0).kind, "Kafka");
  EXPECT_EQ(targets->at(0).uid, "kafka-cr-uid");
  EXPECT_EQ(targets->at(0).controller_set, "k2");
}

TEST(FindTargets, WhereKafkasMayNotBeListedTheOwnerStillNamesThem) {
  Bench bench;
  bench.transport.on("GET", kKafkas).refuse(403, "Forbidden", "no");
  json owned = set("kafka", "kafka");
  owned["metadata"]["ownerReferences"] = {{{"apiVersion", "platform.confluent.io/v1beta1"},
                                           {"kind", "Kafka"},
                                           {"name", "kafka"},
                                           {"uid", "cr-uid"}}};
  bench.transport.on("GET", kSets).reply(200, list({owned}));
  const auto targets = find_targets(bench.reader, "confluent");
  ASSERT_THAT(*targets, SizeIs(1));
  EXPECT_EQ(targets->at(0).kind, "Kafka");
  EXPECT_EQ(targets->at(0).uid, "cr-uid");
}

TEST(FindTargets, TwoControllerSetsAreADoubt) {
  Bench bench;
  no_crd(bench);
  bench.transport.on("GET", kSets)
      .reply(
          200,
          list(
              {set("kafka", "kafka"), set("k1", "kraftcontroller"), set("k2", "kraftcontroller")}));
  const auto targets = find_targets(bench.reader, "confluent");
  EXPECT_EQ(targets->at(0).controller_set, "");
  EXPECT_THAT(targets->at(0).controller_doubt, HasSubstr("k1 and k2"));
}

TEST(FindTargets, FailsWhereSetsCannotBeListed) {
  Bench bench;
  no_crd(bench);
  bench.transport.on("GET", kSets).refuse(403, "Forbidden", "no");
  EXPECT_THAT(find_targets(bench.reader, "confluent"), HasError(ErrorCode::Forbidden));
}

json pod(const std::string& name, const std::string& owner) {
  return {{"metadata",
           {{"name", name},
            {"uid", name + "-uid"},
            {"labels", {{"controller-revision-hash", "rev"}}},
            {"ownerReferences", {{{"kind", "StatefulSet"}, {"uid", owner}}}}}},
          {"status", {{"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}};
}

TEST(Members, AreTheSetsOwnPodsByOrdinal) {
  Bench bench;
  bench.transport.on("GET", std::string(kSets) + "/kafka").reply(200, set("kafka", "kafka"));
  json leaving = pod("kafka-2", "kafka-uid");
  leaving["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z";
  bench.transport.on("GET", "/api/v1/namespaces/confluent/pods")
      .reply(200,
             list({pod("kafka-10", "kafka-uid"),
                   leaving,
                   pod("kafka-0", "kafka-uid"),
                   pod("stranger-1", "other-uid")}));
  const auto found = members(bench.reader, "confluent", "kafka", Role::Broker);
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(*found, SizeIs(3));
  EXPECT_EQ(found->at(0).pod, "kafka-0");
  EXPECT_EQ(found->at(1).pod, "kafka-2");
  EXPECT_EQ(found->at(2).pod, "kafka-10");
  EXPECT_TRUE(found->at(0).ready);
  EXPECT_FALSE(found->at(1).ready);
  EXPECT_EQ(found->at(0).revision, "rev");
  EXPECT_THAT(bench.transport.log().back(), HasSubstr("labelSelector=app%3Dkafka"));
}

}  // namespace
}  // namespace cfkops::kafka
