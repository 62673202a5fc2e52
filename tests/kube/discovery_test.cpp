#include "fixture.hpp"

#include <string>

namespace cfkops::kube {
namespace {

using nlohmann::json;
using test::HasError;
using test::IsOk;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

json resource(const std::string& plural,
              const std::string& kind,
              std::vector<std::string> names = {}) {
  return {{"resource", plural},
          {"responseKind", {{"kind", kind}}},
          {"scope", "Namespaced"},
          {"singularResource", ""},
          {"shortNames", std::move(names)}};
}

json group(const std::string& name, const std::string& version, std::vector<json> resources) {
  return {
      {"metadata", {{"name", name}}},
      {"versions",
       {{{"version", version}, {"freshness", "Current"}, {"resources", std::move(resources)}}}}};
}

class DiscoveryTest : public KubeTest {
 protected:
  void serve(std::vector<json> groups) {
    transport.on("GET", "/api")
        .reply(200,
               json{{"kind", "APIGroupDiscoveryList"},
                    {"items",
                     {group("", "v1", {resource("serviceaccounts", "ServiceAccount", {"sa"})})}}});
    transport.on("GET", "/apis")
        .reply(200, json{{"kind", "APIGroupDiscoveryList"}, {"items", std::move(groups)}});
  }

  const json confluent = group("platform.confluent.io", "v1beta1", {resource("kafkas", "Kafka")});
};

TEST_F(DiscoveryTest, KnowsTheBuiltInOnesWithoutAsking) {
  EXPECT_THAT(client.discover("sts"), IsOk());
  EXPECT_THAT(transport.calls(), IsEmpty());
}

TEST_F(DiscoveryTest, FindsCustomResourcesByEveryName) {
  serve({confluent});
  for (const char* word : {"kafka",
                           "Kafka",
                           "kafkas",
                           "kafkas.platform.confluent.io",
                           "kafka.v1beta1.platform.confluent.io"}) {
    const Result<Resource> found = client.discover(word);
    ASSERT_THAT(found, IsOk()) << word;
    EXPECT_EQ(found->path("ns", "x"), "/apis/platform.confluent.io/v1beta1/namespaces/ns/kafkas/x");
  }
  EXPECT_EQ(client.discover("sa")->plural, "serviceaccounts");
  EXPECT_THAT(transport.calls(), SizeIs(2));  // asked once
  EXPECT_THAT(std::string(transport.calls().at(0).header("Accept")),
              HasSubstr("as=APIGroupDiscoveryList"));
}

TEST_F(DiscoveryTest, AsksAgainForWhatItDoesNotKnow) {
  serve({});
  EXPECT_THAT(client.discover("sa"), IsOk());
  serve({confluent});
  EXPECT_THAT(client.discover("kafka"), IsOk());
}

TEST_F(DiscoveryTest, RefusesToGuessBetweenVendors) {
  serve({confluent, group("kafka.strimzi.io", "v1beta2", {resource("kafkas", "Kafka")})});
  EXPECT_THAT(
      client.discover("kafka"),
      HasError(ErrorCode::InvalidInput,
               "'kafka' may mean kafkas.platform.confluent.io and kafkas.kafka.strimzi.io"));
  EXPECT_THAT(client.discover("kafka.kafka.strimzi.io"), IsOk());
}

TEST_F(DiscoveryTest, PrefersANameToSomebodysShortName) {
  serve({confluent, group("other.io", "v1", {resource("streams", "Stream", {"kafka"})})});
  EXPECT_EQ(client.discover("kafka")->group, "platform.confluent.io");
}

TEST_F(DiscoveryTest, TakesTheServersPreferredVersion) {
  json two = confluent;
  two["versions"].push_back(two["versions"][0]);
  two["versions"][0]["version"] = "v2";
  serve({two});
  EXPECT_EQ(client.discover("kafkas")->version, "v2");
}

TEST_F(DiscoveryTest, SuggestsWhatMayBeMeantAndNamesWhoIsSilent) {
  json metrics = group("metrics.k8s.io", "v1beta1", {});
  metrics["versions"][0]["freshness"] = "Stale";
  serve({confluent, metrics});
  const Result<Resource> found = client.discover("kafak");
  EXPECT_THAT(found, HasError(ErrorCode::NotFound, "doesn't have a resource type \"kafak\""));
  EXPECT_THAT(found.error().text(), HasSubstr("did you mean 'kafka'?"));
  EXPECT_THAT(found.error().text(), HasSubstr("not answering: metrics.k8s.io/v1beta1"));
}

TEST_F(DiscoveryTest, UnderstandsOlderServers) {
  transport.on("GET", "/api").reply(200, R"({"kind":"APIVersions","versions":["v1"]})");
  transport.on("GET", "/api/v1").reply(200, R"({"groupVersion":"v1","resources":[]})");
  transport.on("GET", "/apis").reply(200, R"({"kind":"APIGroupList","groups":[
    {"name":"platform.confluent.io","versions":[{"groupVersion":"platform.confluent.io/v1alpha1"},
      {"groupVersion":"platform.confluent.io/v1beta1"}],
     "preferredVersion":{"groupVersion":"platform.confluent.io/v1beta1"}},
    {"name":"metrics.k8s.io","versions":[{"groupVersion":"metrics.k8s.io/v1beta1"}]}]})");
  for (const char* version : {"v1alpha1", "v1beta1"}) {
    const std::string name = std::string("platform.confluent.io/") + version;
    transport.on("GET", "/apis/" + name)
        .reply(200,
               json{{"groupVersion", name},
                    {"resources",
                     {{{"name", "kafkas"},
                       {"kind", "Kafka"},
                       {"namespaced", true},
                       {"singularName", "kafka"}},
                      {{"name", "kafkas/status"}, {"kind", "Kafka"}, {"namespaced", true}}}}});
  }
  transport.on("GET", "/apis/metrics.k8s.io/v1beta1").reply(503, "service unavailable");
  EXPECT_EQ(client.discover("kafka")->version, "v1beta1");
  EXPECT_THAT(client.discover("nodemetrics"),
              HasError(ErrorCode::NotFound, "not answering: apis/metrics.k8s.io/v1beta1"));
}

json with_verbs(json one, std::vector<std::string> verbs) {
  one["verbs"] = std::move(verbs);
  return one;
}

TEST_F(DiscoveryTest, ListsWhatCanBeListedAndMadeInThePreferredVersion) {
  json two =
      group("example.org", "v2", {with_verbs(resource("widgets", "Widget"), {"list", "create"})});
  json one = group("example.org",
                   "v1",
                   {with_verbs(resource("widgets", "Widget"), {"list", "create"}),
                    with_verbs(resource("gauges", "Gauge"), {"list"})});
  two["versions"].push_back(one["versions"][0]);
  serve({two});
  const auto served = client.served();
  ASSERT_THAT(served, IsOk());
  ASSERT_THAT(*served, SizeIs(1));
  EXPECT_EQ(served->front().path("ns"), "/apis/example.org/v2/namespaces/ns/widgets");
}

TEST_F(DiscoveryTest, DoesNotPassOffAListWithAHoleAsWhole) {
  json stale = group("metrics.k8s.io", "v1beta1", {});
  stale["versions"][0]["freshness"] = "Stale";
  serve({stale});
  EXPECT_THAT(client.served(), HasError(ErrorCode::Unknown, "metrics.k8s.io/v1beta1"));
}

}  // namespace
}  // namespace cfkops::kube
