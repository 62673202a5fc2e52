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
using testing::Not;
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

/// No process answers, but for those that `tells` speaks for.
void silent_pods(Bench& bench) {
  bench.transport.on("GET", "/api/v1/namespaces/confluent/pods/*")
      .refuse(503, "ServiceUnavailable", "connection refused");
}

/// What a process says of itself; `servers` as in the names of its beans.
void tells(Bench& bench,
           const std::string& pod,
           const std::string& cluster,
           const std::vector<std::string>& servers) {
  json beans = json::object();
  for (const std::string& server : servers) {
    beans["kafka.server:name=ClusterId,type=" + server] = {{"Value", cluster}};
  }
  bench.bean(pod, "kafka.server%3Atype%3D%2AServer%2Cname%3DClusterId/Value")
      .reply(200, test::success(beans.dump()));
}

/// A cluster without CFK that has these StatefulSets.
void has_sets(Bench& bench, const std::vector<json>& sets) {
  no_crd(bench);
  bench.transport.on("GET", kSets).reply(200, list(sets));
}

void tells_broker(Bench& bench, const std::string& pod, const std::string& cluster) {
  tells(bench, pod, cluster, {"KafkaServer"});
}

void tells_controller(Bench& bench, const std::string& pod, const std::string& cluster) {
  tells(bench, pod, cluster, {"ControllerServer"});
}

json labelled(json set, const std::string& type) {
  set["metadata"]["labels"] = {{"platform.confluent.io/type", type}};
  return set;
}

json names_controllers(const json& cluster_ref) {
  return {{"dependencies", {{"kRaftController", {{"clusterRef", cluster_ref}}}}}};
}

TEST(FindTargets, APlainStatefulSetByItsContainer) {
  Bench bench;
  tells_broker(bench, "brokers-0", "id");
  tells_controller(bench, "quorum-0", "id");
  has_sets(bench, {set("brokers", "kafka"), set("quorum", "kraftcontroller"), set("web", "nginx")});
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
  json connect = set("connect", "kafka");
  connect["metadata"]["labels"] = {{"platform.confluent.io/type", "connect"}};
  json brokers = set("b", "server");
  brokers["spec"]["template"]["metadata"]["labels"] = {{"platform.confluent.io/type", "kafka"}};
  has_sets(bench, {connect, brokers});
  tells_broker(bench, "b-0", "id");
  const auto targets = find_targets(bench.reader, "confluent");
  ASSERT_THAT(*targets, SizeIs(1));
  EXPECT_EQ(targets->at(0).broker_set, "b");
  EXPECT_THAT(targets->at(0).controller_doubt, HasSubstr("no StatefulSet of KRaft controllers"));
}

TEST(FindTargets, AKafkaResourceAndTheControllersThatItNames) {
  Bench bench;
  bench.transport.on("GET", kKafkas)
      .reply(200, list({kafka_resource("kafka", names_controllers({{"name", "k2"}}))}));
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
  silent_pods(bench);
  const auto targets = find_targets(bench.reader, "confluent");
  ASSERT_THAT(*targets, SizeIs(1));
  EXPECT_EQ(targets->at(0).kind, "Kafka");
  EXPECT_EQ(targets->at(0).uid, "cr-uid");
}

TEST(FindTargets, WhatTheResourceNamesNeedsNoQuestion) {
  Bench bench;
  bench.transport.on("GET", kKafkas)
      .reply(200, list({kafka_resource("kafka", names_controllers({{"name", "k"}}))}));
  bench.transport.on("GET", kSets)
      .reply(200, list({set("kafka", "kafka"), set("k", "kraftcontroller")}));
  EXPECT_EQ(find_targets(bench.reader, "confluent")->at(0).controller_set, "k");
  EXPECT_EQ(bench.transport.calls().size(), 2U);
}

TEST(FindTargets, ControllersNamedInAnotherNamespaceAreNotThoseOfThisOne) {
  Bench bench;
  bench.transport.on("GET", kKafkas)
      .reply(200,
             list({kafka_resource("kafka",
                                  names_controllers({{"name", "k"}, {"namespace", "kraft"}}))}));
  bench.transport.on("GET", kSets)
      .reply(200, list({set("kafka", "kafka"), set("k", "kraftcontroller")}));
  const auto targets = find_targets(bench.reader, "confluent");
  ASSERT_THAT(*targets, SizeIs(1));
  EXPECT_EQ(targets->at(0).controller_set, "");
  EXPECT_FALSE(targets->at(0).controllers_uncertain);
  EXPECT_THAT(targets->at(0).controller_doubt, HasSubstr("names the controllers kraft/k"));
  EXPECT_THAT(targets->at(0).controller_doubt, HasSubstr("cannot be watched from here"));
}

TEST(FindTargets, ControllersThatAreNamedAndNotThereAreUncertain) {
  Bench bench;
  bench.transport.on("GET", kKafkas)
      .reply(200, list({kafka_resource("kafka", names_controllers({{"name", "k"}}))}));
  bench.transport.on("GET", kSets)
      .reply(200, list({set("kafka", "kafka"), set("other", "kraftcontroller")}));
  const auto targets = find_targets(bench.reader, "confluent");
  EXPECT_EQ(targets->at(0).controller_set, "");
  EXPECT_TRUE(targets->at(0).controllers_uncertain);
  EXPECT_THAT(targets->at(0).controller_doubt, HasSubstr("there is no StatefulSet k that"));
}

TEST(FindTargets, ACombinedClusterBesideAnotherDoesNotTakeItsControllers) {
  Bench bench;
  bench.transport.on("GET", kKafkas)
      .reply(200, list({kafka_resource("kafka", names_controllers({{"name", "k"}}))}));
  bench.transport.on("GET", kSets)
      .reply(200,
             list({labelled(set("kafka", "kafka"), "kafka"),
                   labelled(set("k", "kraftcontroller"), "kraftcontroller"),
                   set("kafka-test", "kafka")}));
  tells(bench, "kafka-test-0", "test-id", {"KafkaServer", "ControllerServer"});
  tells_controller(bench, "k-0", "real-id");
  const auto targets = find_targets(bench.reader, "confluent");
  ASSERT_THAT(*targets, SizeIs(2));
  EXPECT_EQ(targets->at(0).controller_set, "k");
  EXPECT_EQ(targets->at(1).broker_set, "kafka-test");
  EXPECT_EQ(targets->at(1).controller_set, "");
  EXPECT_FALSE(targets->at(1).controllers_uncertain);
  EXPECT_THAT(targets->at(1).controller_doubt, HasSubstr("combined mode"));
}

TEST(FindTargets, TheClusterIdSaysWhichControllersAreWhose) {
  Bench bench;
  has_sets(bench,
           {set("a", "kafka"),
            set("b", "kafka"),
            set("k1", "kraftcontroller"),
            set("k2", "kraftcontroller")});
  tells_broker(bench, "a-0", "id-a");
  tells_broker(bench, "b-0", "id-b");
  tells_controller(bench, "k1-0", "id-b");
  tells_controller(bench, "k2-0", "id-a");
  const auto targets = find_targets(bench.reader, "confluent");
  ASSERT_THAT(*targets, SizeIs(2));
  EXPECT_EQ(targets->at(0).controller_set, "k2");
  EXPECT_EQ(targets->at(1).controller_set, "k1");
}

TEST(FindTargets, TheOnlyControllersOfAnotherClusterAreNotTaken) {
  Bench bench;
  has_sets(bench, {set("a", "kafka"), set("k", "kraftcontroller")});
  tells_broker(bench, "a-0", "id-a");
  tells_controller(bench, "k-0", "id-b");
  const auto targets = find_targets(bench.reader, "confluent");
  EXPECT_EQ(targets->at(0).controller_set, "");
  EXPECT_FALSE(targets->at(0).controllers_uncertain);
  EXPECT_THAT(targets->at(0).controller_doubt,
              HasSubstr("(k) are another cluster's: none tells the cluster id id-a of a"));
}

TEST(FindTargets, ControllersThatDoNotTellTheirClusterAreUncertain) {
  Bench bench;
  has_sets(bench, {set("a", "kafka"), set("k", "kraftcontroller")});
  silent_pods(bench);
  tells_broker(bench, "a-0", "id-a");
  const auto targets = find_targets(bench.reader, "confluent");
  EXPECT_EQ(targets->at(0).controller_set, "");
  EXPECT_TRUE(targets->at(0).controllers_uncertain);
  EXPECT_THAT(targets->at(0).controller_doubt, HasSubstr("whether a has its controllers in k"));
}

TEST(FindTargets, BrokersThatDoNotTellTheirClusterAreUncertain) {
  Bench bench;
  no_crd(bench);
  bench.transport.on("GET", kSets)
      .reply(200, list({set("a", "kafka"), set("k", "kraftcontroller")}))
      .reply(200, list({set("a", "kafka")}));
  silent_pods(bench);
  tells_controller(bench, "k-0", "id-a");
  for (const char* with : {"controllers", "none"}) {
    SCOPED_TRACE(with);
    const auto targets = find_targets(bench.reader, "confluent");
    ASSERT_THAT(*targets, SizeIs(1));
    EXPECT_EQ(targets->at(0).controller_set, "");
    EXPECT_TRUE(targets->at(0).controllers_uncertain);
    EXPECT_THAT(targets->at(0).controller_doubt,
                HasSubstr("no pod of a tells its cluster id (a-0: connection refused); see that "
                          "they answer"));
    EXPECT_THAT(targets->at(0).controller_doubt, Not(HasSubstr("Kafka")));
  }
}

TEST(FindTargets, TheDoubtQuotesTheRefusalAndOffersTheResourceThatThereIs) {
  Bench bench;
  bench.transport.on("GET", kKafkas).reply(200, list({kafka_resource("kafka", json::object())}));
  bench.transport.on("GET", kSets)
      .reply(200, list({set("kafka", "kafka"), set("k", "kraftcontroller")}));
  bench.transport.on("GET", "/api/v1/namespaces/confluent/pods/*")
      .refuse(403, "Forbidden", "may not get pods/proxy");
  const auto targets = find_targets(bench.reader, "confluent");
  EXPECT_THAT(targets->at(0).controller_doubt, HasSubstr("(kafka-0: may not get pods/proxy)"));
  EXPECT_THAT(
      targets->at(0).controller_doubt,
      HasSubstr("name the controllers in spec.dependencies.kRaftController of Kafka kafka"));
}

TEST(FindTargets, PodsOfTwoClustersAreNotTheDoubtThatWaitingHeals) {
  Bench bench;
  json two = set("a", "kafka");
  two["spec"]["replicas"] = 2;
  has_sets(bench, {two});
  tells_broker(bench, "a-0", "id-a");
  tells_broker(bench, "a-1", "id-b");
  const auto targets = find_targets(bench.reader, "confluent");
  EXPECT_TRUE(targets->at(0).controllers_uncertain);
  EXPECT_EQ(targets->at(0).controller_doubt,
            "the pods of a tell of 2 clusters (id-a and id-b); look at which is which: those of "
            "one StatefulSet must be of one cluster");
}

TEST(FindTargets, ControllersWhoseContainerIsCalledKafkaAreNoCandidate) {
  Bench bench;
  has_sets(bench, {set("brokers", "kafka"), set("quorum", "kafka")});
  tells_broker(bench, "brokers-0", "id");
  tells_controller(bench, "quorum-0", "id");
  const auto targets = find_targets(bench.reader, "confluent");
  ASSERT_THAT(*targets, SizeIs(1));
  EXPECT_EQ(targets->at(0).broker_set, "brokers");
  EXPECT_EQ(targets->at(0).controller_set, "quorum");
}

TEST(FindTargets, TwoControllerSetsOfItsClusterAreUncertain) {
  Bench bench;
  no_crd(bench);
  tells_broker(bench, "kafka-0", "id");
  tells_controller(bench, "k1-0", "id");
  tells_controller(bench, "k2-0", "id");
  bench.transport.on("GET", kSets)
      .reply(
          200,
          list(
              {set("kafka", "kafka"), set("k1", "kraftcontroller"), set("k2", "kraftcontroller")}));
  const auto targets = find_targets(bench.reader, "confluent");
  EXPECT_EQ(targets->at(0).controller_set, "");
  EXPECT_TRUE(targets->at(0).controllers_uncertain);
  EXPECT_THAT(targets->at(0).controller_doubt, HasSubstr("k1 and k2"));
}

TEST(FindTargets, WhatIsLabelledAsBrokersAndSaysThatItIsAControllerIsUncertain) {
  for (const auto& servers :
       {std::vector<std::string>{"ControllerServer"}, {"KafkaServer", "ControllerServer"}}) {
    SCOPED_TRACE(servers.front());
    Bench bench;
    has_sets(bench,
             {labelled(set("a", "kafka"), "kafka"), labelled(set("more", "kafka"), "kafka")});
    tells_broker(bench, "a-0", "id");
    tells(bench, "more-0", "id", servers);
    const auto targets = find_targets(bench.reader, "confluent");
    EXPECT_EQ(targets->at(0).broker_set, "a");
    EXPECT_EQ(targets->at(0).controller_set, "");
    EXPECT_TRUE(targets->at(0).controllers_uncertain);
    EXPECT_THAT(targets->at(0).controller_doubt,
                HasSubstr("controllers of more tell cluster id id of a too"));
  }
}

TEST(FindTargets, ASecondCombinedClusterOfAnotherIdIsNoDoubt) {
  Bench bench;
  has_sets(bench, {set("a", "kafka"), set("b", "kafka")});
  tells(bench, "a-0", "id-a", {"KafkaServer", "ControllerServer"});
  tells(bench, "b-0", "id-b", {"KafkaServer", "ControllerServer"});
  const auto targets = find_targets(bench.reader, "confluent");
  EXPECT_FALSE(targets->at(0).controllers_uncertain);
  EXPECT_FALSE(targets->at(1).controllers_uncertain);
}

TEST(FindTargets, FailsWhereSetsCannotBeListed) {
  Bench bench;
  no_crd(bench);
  bench.transport.on("GET", kSets).refuse(403, "Forbidden", "no");
  EXPECT_THAT(find_targets(bench.reader, "confluent"), HasError(ErrorCode::Forbidden));
}

TEST(OrdinalOf, IsTheNumberAtTheEnd) {
  EXPECT_EQ(ordinal_of("my-kafka-12"), 12);
  EXPECT_EQ(ordinal_of("kafka"), std::nullopt);
  EXPECT_EQ(ordinal_of("kafka-"), std::nullopt);
  EXPECT_EQ(ordinal_of("kafka-1x"), std::nullopt);
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
