#include "cfkops/rehearse/snapshot.hpp"

#include "snapshot_redact.hpp"
#include "snapshot_topics.hpp"
#include "support/scripted_transport.hpp"

#include "cfkops/base/cancel.hpp"
#include "cfkops/base/yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::rehearse {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

json list_of(const json& items) {
  return {{"kind", "List"},
          {"apiVersion", "v1"},
          {"metadata", {{"resourceVersion", "7"}}},
          {"items", items}};
}

json meta(const std::string& name) {
  return {{"name", name}, {"namespace", "confluent"}, {"uid", "u-" + name}};
}

/// A namespace with nothing in it, until a test says otherwise.
struct SnapshotOf : testing::Test {
  cfkops::test::ScriptedTransport transport;
  Cancel cancel;
  kube::Loop loop{transport, transport.clock(), cancel};
  kube::Reader reader{loop, {}};

  SnapshotOf() {
    transport.on("GET", "/api*").reply(200, list_of(json::array()));
    transport.on("GET", "/api/v1/namespaces/confluent")
        .reply(200,
               json{{"apiVersion", "v1"},
                    {"kind", "Namespace"},
                    {"metadata", {{"name", "confluent"}, {"uid", "u-ns"}}}});
  }

  void serve(const std::string& path, const json& items) {
    transport.on("GET", path).reply(200, list_of(items));
  }

  Snapshot take() {
    auto taken = take_snapshot(reader, {"confluent"});
    if (!taken) {
      ADD_FAILURE() << taken.error().text();
      return {};
    }
    return *std::move(taken);
  }

  static json read(const Snapshot& snapshot) {
    const auto node = base::parse_yaml(snapshot.text, "s.yaml", base::YamlDialect::Strict);
    if (!node) {
      ADD_FAILURE() << node.error().front().text() << " in\n" << snapshot.text;
      return {};
    }
    return base::to_json(*node).raw();
  }

  static json object_of(const Snapshot& snapshot, const std::string& kind) {
    const json file = read(snapshot);
    for (const json& object : file.at("objects")) {
      if (object.at("kind") == kind) {
        return object;
      }
    }
    ADD_FAILURE() << "no " << kind << " in\n" << snapshot.text;
    return {};
  }
};

TEST_F(SnapshotOf, AnEmptyNamespaceIsAScenario) {
  const Snapshot snapshot = take();
  const json file = read(snapshot);
  EXPECT_EQ(file.at("apiVersion"), "cfkops/v1");
  EXPECT_EQ(file.at("kind"), "Scenario");
  EXPECT_EQ(file.at("nodes"), json::array());
  EXPECT_EQ(snapshot.objects, 1U);
  EXPECT_TRUE(snapshot.missing.empty());
}

TEST_F(SnapshotOf, ASecretHasItsKeysAndNoValue) {
  json secret = {
      {"metadata", meta("tls")}, {"type", "Opaque"}, {"data", {{"pass.txt", "aHVudGVyMg=="}}}};
  secret["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/last-applied-configuration", "{\"data\":\"aHVudGVyMg==\"}"}};
  secret["metadata"]["managedFields"] = {{{"manager", "kubectl"}}};
  serve("/api/v1/namespaces/confluent/secrets", json::array({secret}));
  serve("/api/v1/namespaces/confluent/configmaps",
        json::array(
            {json{{"metadata", meta("plain")}, {"data", {{"server.properties", "a=hunter2"}}}}}));
  const Snapshot snapshot = take();
  EXPECT_THAT(snapshot.text, Not(HasSubstr("aHVudGVyMg")));
  EXPECT_THAT(snapshot.text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(snapshot.text, Not(HasSubstr("managedFields")));
  EXPECT_EQ(object_of(snapshot, "Secret").at("data"), json({{"pass.txt", ""}}));
  EXPECT_EQ(object_of(snapshot, "Secret").at("metadata").at("uid"), "u-tls");
}

TEST_F(SnapshotOf, AKindThatMayNotBeReadIsToldWithThePermission) {
  transport.on("GET", "/api/v1/namespaces/confluent/secrets")
      .refuse(403, "Forbidden", "secrets is forbidden: User \"me\" cannot list resource");
  EXPECT_THAT(take().missing,
              Contains(AllOf(HasSubstr("secrets in namespace confluent cannot be read"),
                             HasSubstr("kubectl auth can-i list secrets -n confluent"))));
}

TEST_F(SnapshotOf, AServerThatCannotBeReachedIsAnError) {
  transport.set_down(true);
  const auto taken = take_snapshot(reader, {"confluent"});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::Unreachable);
}

TEST_F(SnapshotOf, HostileTextsComeBackAsTheyWere) {
  json pod = {{"metadata", meta("p")}, {"status", {{"message", "yes: #\n- 'x' \"y\"\t\\"}}}};
  pod["metadata"]["labels"] = {{"no", "on"}, {"version", "1.10"}, {"date", "2026-01-15"}};
  serve("/api/v1/namespaces/confluent/pods", json::array({pod}));
  const json back = object_of(take(), "Pod");
  EXPECT_EQ(back.at("metadata"), pod.at("metadata"));
  EXPECT_EQ(back.at("status"), pod.at("status"));
}

TEST_F(SnapshotOf, ATopicHasWhatTheBrokersTellAndNoMore) {
  const auto bean = [this](const std::string& encoded, const json& value) {
    transport
        .on("GET",
            "/api/v1/namespaces/confluent/pods/kafka-0:7777/proxy/jolokia/read/" + encoded + "*")
        .reply(200, json{{"status", 200}, {"value", value}});
  };
  const std::string partition = "kafka.cluster:partition=0,topic=orders,type=Partition,name=";
  bean("kafka.cluster%3Atype%3DPartition%2Cname%3D%2AReplica",
       {{partition + "InSyncReplicasCount", {{"Value", 2}}},
        {partition + "ReplicasCount", {{"Value", 3}}},
        {partition + "UnderReplicated", {{"Value", 1}}}});
  bean("kafka.cluster%3Atype%3DPartition%2Cname%3D%2AMinIsr",
       {{partition + "UnderMinIsr", {{"Value", 0}}}, {partition + "AtMinIsr", {{"Value", 1}}}});
  const std::string rate = "kafka.server:topic=orders,type=BrokerTopicMetrics,name=";
  bean("kafka.server%3Atype%3DBrokerTopicMetrics%2Cname%3DMessagesInPerSec",
       {{rate + "MessagesInPerSec", {{"OneMinuteRate", 50.0}}}});
  bean("kafka.server%3Atype%3DBrokerTopicMetrics%2Cname%3DBytesInPerSec",
       {{rate + "BytesInPerSec", {{"OneMinuteRate", 10000.0}}}});
  bean("kafka.log", json::object());
  std::vector<std::string> missing;
  const json topics = take_topics(reader, "confluent", {"kafka-0"}, "kafka a/b", missing);
  EXPECT_EQ(topics,
            json::array({json{{"name", "orders"},
                              {"partitions", 1},
                              {"replicas", 3},
                              {"minIsr", 2},
                              {"recordsPerSecond", 50.0},
                              {"recordBytes", 200}}}));
  EXPECT_THAT(missing, Contains(HasSubstr("'stored' is not known of topic orders")));
}

TEST(Redact, TakesCredentialsByNameAndByLook) {
  json object = json::parse(R"({"kind":"Pod","metadata":{"name":"p","resourceVersion":"5",
    "annotations":{"vault/token":"hunter2","note":"fine"}},"spec":{"containers":[{"name":"token-server",
    "image":"repo/token-server:1.0","args":["--password","hunter2","--port=1","-Dssl.password=hunter2",
    "http://me:hunter2@host/"],"env":[{"name":"DB_PASSWORD","value":"hunter2"},{"name":"HEAP","value":"1g"},
    {"name":"OPTS","value":"x org.apache.PlainLoginModule hunter2"}]}],
    "volumes":[{"secret":{"secretName":"tls"}}]},"auth":{"password":"hunter2","secretRef":"tls"}})");
  redact(object);
  EXPECT_THAT(object.dump(), Not(HasSubstr("hunter2")));
  EXPECT_EQ(object.at("metadata"), json({{"name", "p"}, {"annotations", {{"note", "fine"}}}}));
  const json& container = object.at("spec").at("containers").at(0);
  EXPECT_EQ(container.at("image"), "repo/token-server:1.0");
  EXPECT_EQ(container.at("args").at(2), "--port=1");
  EXPECT_EQ(container.at("env").at(1).at("value"), "1g");
  EXPECT_EQ(object.at("spec").at("volumes").at(0).at("secret").at("secretName"), "tls");
  EXPECT_EQ(object.at("auth").at("secretRef"), "tls");
}

}  // namespace
}  // namespace cfkops::rehearse
