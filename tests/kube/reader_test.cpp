#include "cfkops/kube/reader.hpp"

#include "fixture.hpp"

#include <csignal>
#include <string>
#include <vector>

namespace cfkops::kube {
namespace {

using nlohmann::json;
using std::chrono::minutes;
using std::chrono::seconds;
using test::HasError;
using test::IsOk;
using test::IsOkAnd;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ReaderTest : public KubeTest {
 protected:
  Result<Object> get() { return client.get(resources::pods(), "confluent", "kafka-0"); }

  /// A client with another policy.
  void use(RetryPolicy policy) {
    options.retry = policy;
    patient = std::make_unique<Client>(loop, options, recorder);
  }

  std::unique_ptr<Client> patient;
};

TEST_F(ReaderTest, GetsOneObject) {
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u0"));
  const Result<Object> object = get();
  ASSERT_THAT(object, IsOk());
  EXPECT_EQ(object->uid(), "u0");
  EXPECT_EQ(transport.calls().front().header("Accept"), "application/json");
}

TEST_F(ReaderTest, NumbersEveryAttemptInItsScope) {
  client.set_audit_scope("20260102-7f3a/drain/1");
  transport.on("GET", kPod)
      .then(test::reply(429, "busy", {{"Retry-After", "1"}}))
      .reply(200, pod("kafka-0", "u0"));
  EXPECT_THAT(get(), IsOk());
  EXPECT_EQ(transport.calls().at(0).header("Audit-ID"), "20260102-7f3a/drain/1/1");
  EXPECT_EQ(transport.calls().at(1).header("Audit-ID"), "20260102-7f3a/drain/1/2");
  EXPECT_EQ(client.requests_sent(), 2U);
}

TEST_F(ReaderTest, KeepsAuditIdsBelowTheServersLimitAndApart) {
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u0"));
  client.set_audit_scope(std::string(80, 'a') + "1");
  EXPECT_THAT(get(), IsOk());
  client.set_audit_scope(std::string(80, 'a') + "2");
  EXPECT_THAT(get(), IsOk());
  const std::string_view first = transport.calls().at(0).header("Audit-ID");
  const std::string_view second = transport.calls().at(1).header("Audit-ID");
  EXPECT_EQ(first.size(), 63U);
  EXPECT_TRUE(first.ends_with("/1")) << first;
  EXPECT_NE(first.substr(0, 61), second.substr(0, 61));
}

TEST_F(ReaderTest, NamesTheRequestInItsErrors) {
  transport.on("GET", kPod).refuse(404, "NotFound", "pods \"kafka-0\" not found");
  EXPECT_THAT(
      get(),
      HasError(ErrorCode::NotFound, "get pod confluent/kafka-0 › pods \"kafka-0\" not found"));
  transport.on("GET", kPod).reply(200, "<html>");
  EXPECT_THAT(get(), HasError(ErrorCode::Protocol, "get pod confluent/kafka-0"));
}

TEST_F(ReaderTest, RefusesToGetACollectionByAccident) {
  EXPECT_THAT(client.get(resources::pods(), "confluent", ""), HasError(ErrorCode::Internal));
  EXPECT_THAT(transport.calls(), IsEmpty());
}

TEST_F(ReaderTest, WaitsAsLongAsItTakesWithoutATimeout) {
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u0")).after(minutes(5));
  options.request_timeout = Duration::zero();
  Client its_client(loop, options, recorder);
  EXPECT_THAT(its_client.get(resources::pods(), "confluent", "kafka-0"), IsOk());
  EXPECT_EQ(transport.clock().passed(), minutes(5));
  EXPECT_THAT(transport.calls(), SizeIs(1));
}

TEST_F(ReaderTest, TellsOfEveryRepeatBeforeTheWait) {
  transport.on("GET", kPod)
      .then(test::reply(429, "Too many requests", {{"Retry-After", "7"}}))
      .then(test::failure(ErrorCode::ConnectionLost, "connection reset by peer"))
      .reply(200, pod("kafka-0", "u0"));
  EXPECT_THAT(get(), IsOk());
  EXPECT_EQ(transport.clock().passed(), seconds(8));
  EXPECT_THAT(
      listener.retries,
      ElementsAre(
          "get pod confluent/kafka-0: 429 the server has received too many requests and has "
          "asked us to try again later: Too many requests, again in 7.0s (1 of 10)",
          "get pod confluent/kafka-0: connection reset by peer, again in 1.0s (2 of 10)"));
}

TEST_F(ReaderTest, GivesUpAfterTenRepeats) {
  transport.on("GET", kPod).then(test::reply(429, "busy", {{"Retry-After", "1"}}));
  EXPECT_THAT(get(), HasError(ErrorCode::TooManyRequests));
  EXPECT_THAT(transport.calls(), SizeIs(11));
  EXPECT_EQ(transport.clock().passed(), seconds(10));
}

TEST_F(ReaderTest, FailsAtOnceWhenTheServerIsAwayAndNobodyWaitsForIt) {
  transport.set_down(true);
  EXPECT_THAT(get(), HasError(ErrorCode::Unreachable, "connection refused"));
  EXPECT_THAT(transport.calls(), SizeIs(1));
}

TEST_F(ReaderTest, GoesOnReadingOnceTheServerIsBack) {
  use({.unreachable_budget = minutes(2)});
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u0"));
  transport.set_down(true);
  transport.at(seconds(90), [this] { transport.set_down(false); });
  EXPECT_THAT(patient->get(resources::pods(), "confluent", "kafka-0"), IsOk());
  EXPECT_EQ(transport.clock().passed(), seconds(90));
  EXPECT_THAT(listener.retries.back(), HasSubstr("(for 1m29s of 2m00s)"));
}

TEST_F(ReaderTest, WaitsForTheServerNoLongerThanItWasTold) {
  use({.unreachable_budget = minutes(2)});
  transport.set_down(true);
  EXPECT_THAT(patient->get(resources::pods(), "confluent", "kafka-0"),
              HasError(ErrorCode::Unreachable));
  EXPECT_EQ(transport.clock().passed(), minutes(2));
}

TEST_F(ReaderTest, StopsRepeatingWhenAPersonAsks) {
  use({.unreachable_budget = minutes(2)});
  transport.set_down(true);
  transport.at(seconds(10), [this] { cancel.request(SIGINT); });
  EXPECT_THAT(patient->get(resources::pods(), "confluent", "kafka-0"),
              HasError(ErrorCode::Cancelled, "interrupted by SIGINT"));
  EXPECT_EQ(transport.clock().passed(), seconds(10));
}

TEST_F(ReaderTest, LeavesNothingInFlightWhenItGivesUp) {
  transport.on("GET", kPod).hang();
  transport.at(seconds(3), [this] { cancel.request(SIGINT); });
  EXPECT_THAT(get(), HasError(ErrorCode::Cancelled));
  EXPECT_EQ(transport.in_flight(), 0U);
}

TEST_F(ReaderTest, PassesEachWarningOnOnce) {
  const std::vector<Header> headers = {{"Warning", "299 - \"v1 X is deprecated\""},
                                       {"warning", "299 - \"other\", 299 - \"v1 X is deprecated\""},
                                       {"Warning", "110 - \"stale\""}};
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u0"), headers);
  EXPECT_THAT(get(), IsOk());
  EXPECT_THAT(get(), IsOk());
  EXPECT_THAT(listener.warnings, ElementsAre("v1 X is deprecated", "other"));
}

TEST_F(ReaderTest, ListsEveryPageAndFillsInTheKind) {
  transport.expect("GET", kPods + "?limit=500&labelSelector=app%3Dkafka")
      .reply(200, pod_list({pod("a", "ua")}, "100", "t/1"));
  transport.expect("GET", kPods + "?limit=500&continue=t%2F1&labelSelector=app%3Dkafka")
      .reply(200, pod_list({pod("b", "ub")}, "100", "t/2"));
  transport.expect("GET", kPods + "?limit=500&continue=t%2F2&labelSelector=app%3Dkafka")
      .reply(200, pod_list({pod("c", "uc")}));
  const Result<ObjectList> list = client.list(
      resources::pods(), "confluent", {.label_selector = "app=kafka", .field_selector = {}});
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(list->items, SizeIs(3));
  EXPECT_EQ(list->resource_version, "100");
  EXPECT_EQ(list->items[2].kind(), "Pod");
  EXPECT_EQ(list->items[2].api_version(), "v1");
}

TEST_F(ReaderTest, AsksForEverythingWhereNoPagesAreWanted) {
  transport.expect("GET", "/api/v1/nodes?fieldSelector=metadata.name%3Dn1")
      .reply(200, R"({"kind":"NodeList","metadata":{},"items":null})");
  EXPECT_THAT(
      client.list(resources::nodes(),
                  "",
                  {.label_selector = {}, .field_selector = "metadata.name=n1", .page_size = 0}),
      IsOk());
}

TEST_F(ReaderTest, GoesOnFromTheServersNewTokenWhenAPageHasExpired) {
  json expired = json::parse(test::refuse(410, "Expired", "too old").body);
  expired["metadata"]["continue"] = "fresh";
  transport.on("GET", kPods + "?limit=500").reply(200, pod_list({pod("a", "ua")}, "100", "old"));
  transport.on("GET", kPods + "?limit=500&continue=old").reply(410, expired);
  transport.on("GET", kPods + "?limit=500&continue=fresh")
      .reply(200, pod_list({pod("b", "ub")}, "200"));
  const Result<ObjectList> list = client.list(resources::pods(), "confluent");
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(list->items, SizeIs(2));
}

TEST_F(ReaderTest, StartsOverWithoutALimitWhereThereIsNoNewToken) {
  transport.expect("GET", kPods + "?limit=500")
      .reply(200, pod_list({pod("a", "ua")}, "100", "old"));
  transport.expect("GET", kPods + "?limit=500&continue=old").refuse(410, "Expired", "too old");
  transport.expect("GET", kPods).reply(200, pod_list({pod("b", "ub"), pod("c", "uc")}, "200"));
  const Result<ObjectList> list = client.list(resources::pods(), "confluent");
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(list->items, SizeIs(2));
  EXPECT_EQ(list->resource_version, "200");
}

TEST_F(ReaderTest, ReportsAFirstPageThatHasExpired) {
  transport.on("GET", kPods).refuse(410, "Expired", "too old");
  EXPECT_THAT(client.list(resources::pods(), "confluent"),
              HasError(ErrorCode::Gone, "list pods in namespace confluent › too old"));
}

TEST_F(ReaderTest, DoesNotFollowAServerInCircles) {
  transport.on("GET", kPods).reply(200, pod_list({}, "1", "same"));
  EXPECT_THAT(client.list(resources::pods(), "confluent"),
              HasError(ErrorCode::Protocol, "same continue token"));
}

TEST_F(ReaderTest, TellsAMissingVerbInTheListsError) {
  transport.on("GET", kPods)
      .refuse(
          403,
          "Forbidden",
          "pods is forbidden: User \"sre\" cannot list resource \"pods\" in API group \"\" in the "
          "namespace \"confluent\"");
  EXPECT_THAT(client.list(resources::pods(), "confluent"),
              HasError(ErrorCode::Forbidden, "kubectl auth can-i list pods -n confluent"));
}

TEST_F(ReaderTest, RefusesWhatIsNoList) {
  for (const char* body : {"", "[]", "{}", R"({"items":{}})", R"({"items":[1]})"}) {
    transport.on("GET", kPods).reply(200, body);
    EXPECT_THAT(client.list(resources::pods(), "confluent"), HasError(ErrorCode::Protocol)) << body;
  }
}

TEST_F(ReaderTest, RefusesAListThatHidesWhatComesAfterItOrExhaustsTheStack) {
  const std::string list = R"({"items":[],"metadata":{}})";
  const std::string deep =
      R"({"items":[{"a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}]}";
  for (const std::string& body : {list + '\0', list + list, deep}) {
    transport.on("GET", kPods).reply(200, body);
    const Result<ObjectList> read = client.list(resources::pods(), "confluent");
    ASSERT_THAT(read, HasError(ErrorCode::Protocol, "expected a list: not JSON at byte"));
    EXPECT_NE(read.error().hint, "");
  }
}

/// Whichever page a fault hits, the list is complete or an error, never short.
TEST_F(ReaderTest, IsCompleteOrAnErrorWhateverOneCallDoes) {
  for (const test::Fault fault : test::all_faults()) {
    for (std::size_t n = 1; n <= 3; ++n) {
      SCOPED_TRACE(test::to_string(fault) + " at call " + std::to_string(n));
      test::ScriptedTransport world;
      Loop its_loop(world, world.clock(), cancel);
      Client its_client(its_loop, {}, recorder);
      world.on("GET", kPods).reply(200, pod_list({pod("a", "1"), pod("b", "2"), pod("c", "3")}));
      world.on("GET", kPods + "?limit=1").reply(200, pod_list({pod("a", "1")}, "9", "t1"));
      world.on("GET", kPods + "?limit=1&continue=t1")
          .reply(200, pod_list({pod("b", "2")}, "9", "t2"));
      world.on("GET", kPods + "?limit=1&continue=t2").reply(200, pod_list({pod("c", "3")}, "9"));
      world.break_call(n, fault);
      const Result<ObjectList> list =
          its_client.list(resources::pods(),
                          "confluent",
                          {.label_selector = {}, .field_selector = {}, .page_size = 1});
      if (list) {
        EXPECT_THAT(list->items, SizeIs(3));
      } else {
        EXPECT_FALSE(list.error().text().empty());
      }
    }
  }
}

TEST_F(ReaderTest, ReadsATableAsTheServerRendersIt) {
  transport.on("GET", kPods + "?limit=500&includeObject=None").reply(200, json::parse(R"({
    "kind": "Table", "metadata": {"resourceVersion": "9", "continue": "t"},
    "columnDefinitions": [{"name": "Name", "priority": 0}, {"name": "IP", "priority": 1}],
    "rows": [{"cells": ["kafka-0", null]}]})"));
  transport.on("GET", kPods + "?limit=500&continue=t&includeObject=None")
      .reply(200, json::parse(R"({
    "kind": "Table", "metadata": {"resourceVersion": "9"},
    "columnDefinitions": null, "rows": [{"cells": ["kafka-1", 3]}]})"));
  const Result<Table> table = client.table(resources::pods(), "confluent");
  ASSERT_THAT(table, IsOk());
  ASSERT_THAT(table->columns, SizeIs(2));
  EXPECT_EQ(table->columns[1].name, "IP");
  EXPECT_EQ(table->columns[1].priority, 1);
  EXPECT_THAT(table->rows, ElementsAre(ElementsAre("kafka-0", ""), ElementsAre("kafka-1", "3")));
  EXPECT_THAT(std::string(transport.calls().front().header("Accept")), HasSubstr("as=Table"));
}

TEST_F(ReaderTest, SaysThatAServerRendersNoTables) {
  transport.on("GET", kPods).reply(200, pod_list({}));
  EXPECT_THAT(client.table(resources::pods(), "confluent"),
              HasError(ErrorCode::Protocol, "expected a Table, got PodList"));
}

TEST_F(ReaderTest, TriesAPatchWithoutDoingIt) {
  transport.expect("PATCH", kPod + "?fieldManager=cfkops&fieldValidation=Strict&dryRun=All")
      .reply(200, pod("kafka-0", "u0"));
  EXPECT_THAT(client.dry_run_patch(resources::pods(),
                                   "confluent",
                                   "kafka-0",
                                   PatchType::Strategic,
                                   *Json::parse(R"({"spec":{}})")),
              IsOk());
  EXPECT_EQ(transport.calls().front().header("Content-Type"),
            "application/strategic-merge-patch+json");
  EXPECT_THAT(recorder.lines, IsEmpty());
}

TEST_F(ReaderTest, TriesACreationAndAReplacementWithoutDoingThem) {
  const std::string query = "?fieldManager=cfkops&fieldValidation=Strict&dryRun=All";
  transport.expect("POST", kPods + query).reply(201, pod("kafka-0", "u0"));
  transport.expect("PUT", kPod + query).reply(200, pod("kafka-0", "u0"));
  const Json object(pod("kafka-0", "u0"));
  EXPECT_THAT(client.dry_run_create(resources::pods(), "confluent", object), IsOk());
  EXPECT_THAT(client.dry_run_update(resources::pods(), "confluent", object), IsOk());
  EXPECT_THAT(recorder.lines, IsEmpty());
}

TEST_F(ReaderTest, TriesAnEvictionWithoutDoingIt) {
  transport.on("POST", kPod + "/eviction").reply(201, R"({"kind":"Status","status":"Success"})");
  EXPECT_THAT(client.dry_run_evict("confluent", "kafka-0", "u0"), IsOk());
  const json body = json::parse(transport.calls().front().request.body);
  EXPECT_EQ(body["deleteOptions"],
            json::parse(R"({"dryRun":["All"],"preconditions":{"uid":"u0"}})"));
}

TEST_F(ReaderTest, AsksWhetherWeMay) {
  const std::string target = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const AccessQuestion question{"create", resources::pods(), "eviction", "confluent", ""};
  transport.on("POST", target)
      .reply(201, R"({"kind":"SelfSubjectAccessReview","status":{"allowed":true}})")
      .reply(201, R"({"kind":"SelfSubjectAccessReview","status":{"allowed":false,"reason":"no"}})")
      .reply(
          201,
          R"({"kind":"SelfSubjectAccessReview","status":{"allowed":false,"evaluationError":"webhook is down"}})")
      .reply(201, R"({"kind":"SelfSubjectAccessReview","status":{}})");
  EXPECT_THAT(client.can_i(question), IsOkAnd(Access::Allowed));
  EXPECT_THAT(client.can_i(question), IsOkAnd(Access::Denied));
  EXPECT_THAT(client.can_i(question), IsOkAnd(Access::Unknown));
  EXPECT_THAT(client.can_i(question),
              HasError(ErrorCode::NotFound, "create pods/eviction in namespace confluent"));
  EXPECT_EQ(json::parse(transport.calls().front().request.body)["spec"]["resourceAttributes"],
            json::parse(R"({"verb":"create","group":"","version":"v1","resource":"pods",
                            "subresource":"eviction","namespace":"confluent"})"));
}

TEST_F(ReaderTest, AsksWhetherWeMayReadAPath) {
  transport.on("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
      .reply(201, R"({"kind":"SelfSubjectAccessReview","status":{"allowed":true}})");
  EXPECT_THAT(client.can_i(AccessQuestion::of_path("/readyz")), IsOkAnd(Access::Allowed));
  EXPECT_EQ(json::parse(transport.calls().front().request.body)["spec"],
            json::parse(R"({"nonResourceAttributes":{"verb":"get","path":"/readyz"}})"));
}

TEST(AccessQuestionText, NamesEverythingThatIsAsked) {
  EXPECT_EQ(AccessQuestion::of_path("/readyz").text(), "get /readyz");
  EXPECT_EQ((AccessQuestion{"get", resources::pods(), "proxy", "confluent", ""}.text()),
            "get pods/proxy in namespace confluent");
  EXPECT_EQ((AccessQuestion{"patch", resources::nodes(), "", "ignored", "n1"}.text()),
            "patch nodes \"n1\"");
  EXPECT_EQ((AccessQuestion{"list", resources::stateful_sets(), "", "", ""}.text()),
            "list statefulsets.apps in all namespaces");
}

TEST_F(ReaderTest, AsksWhoWeAre) {
  transport.on("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews")
      .reply(
          201,
          R"({"kind":"SelfSubjectReview","status":{"userInfo":{"username":"sre","uid":"7","groups":["a","b"]}}})")
      .refuse(404, "NotFound", "not here");
  const Result<Identity> identity = client.who_am_i();
  ASSERT_THAT(identity, IsOk());
  EXPECT_EQ(identity->user, "sre");
  EXPECT_THAT(identity->groups, ElementsAre("a", "b"));
  EXPECT_THAT(client.who_am_i(), HasError(ErrorCode::NotFound, "came with Kubernetes 1.28"));
}

TEST_F(ReaderTest, ReadsAVendorsVersion) {
  transport.on("GET", "/version")
      .reply(200, R"({"major":"1","minor":"34+","gitVersion":"v1.34.4-x"})");
  const Result<ServerVersion> version = client.server_version();
  ASSERT_THAT(version, IsOk());
  EXPECT_EQ(version->minor, 34);
  EXPECT_EQ(version->text, "v1.34.4-x");
}

TEST_F(ReaderTest, AsksAPodThroughTheProxy) {
  transport.expect("GET", kPod + ":7777/proxy/jolokia/read/kafka.server:type=X?a=b")
      .reply(200, "text");
  EXPECT_THAT(
      client.pod_proxy("confluent", "kafka-0", 7777, "/jolokia/read/kafka.server:type=X?a=b"),
      IsOkAnd("text"));
}

TEST_F(ReaderTest, SendsNothingThatCouldMakeJolokiaWrite) {
  const std::string path = "jolokia/exec/java.lang:type=Memory/gc";
  transport.on("GET", kPods + "/a").reply(200, "A");
  EXPECT_THAT(client.pod_proxy("confluent", "kafka-0", 7777, path),
              HasError(ErrorCode::Refused, "ask pod confluent/kafka-0, port 7777 › a GET of"));
  const std::vector<ReadRequest> requests = {
      ReadRequest::pod_proxy("confluent", "kafka-0", 7777, path),
      ReadRequest::object(resources::pods(), "confluent", "a"),
      {kPod + ":7777/proxy/" + path, "by hand"}};
  EXPECT_THAT(
      client.batch(requests, seconds(1)),
      ElementsAre(
          HasError(ErrorCode::Refused), IsOkAnd("A"), HasError(ErrorCode::Refused, "by hand")));
  EXPECT_THAT(transport.log(), ElementsAre("GET " + kPods + "/a"));
}

TEST_F(ReaderTest, PassesOnWhatThePodRefuses) {
  transport.on("GET", kPod + ":7777/proxy/x").reply(503, "no route to host");
  EXPECT_THAT(client.pod_proxy("confluent", "kafka-0", 7777, "x"),
              HasError(ErrorCode::ServerError, "ask pod confluent/kafka-0, port 7777"));
}

TEST_F(ReaderTest, KnowsTheServersTimeButTakesNoneOfAPod) {
  EXPECT_EQ(client.server_time(), std::nullopt);
  const std::vector<ReadRequest> requests = {{kPods, "list pods", {}, "application/json;as=Table"},
                                             ReadRequest::pod_proxy("confluent", "b", 1234, "x")};
  transport.on("GET", kPods).reply(200, "A", {{"Date", "Fri, 27 Nov 2026 22:41:19 GMT"}});
  transport.on("GET", kPods + "/b:1234/proxy/x")
      .reply(200, "B", {{"Date", "Sat, 28 Nov 2026 22:41:19 GMT"}});
  EXPECT_EQ(client.batch(requests, seconds(5)).size(), 2U);
  EXPECT_EQ(client.server_time(), *base::parse_rfc3339("2026-11-27T22:41:19Z"));
  EXPECT_THAT(transport.calls().front().request.headers,
              testing::Contains(Header{"Accept", "application/json;as=Table"}));
}

TEST_F(ReaderTest, AsksABatchAtOnceAndKeepsTheOrder) {
  const std::vector<ReadRequest> requests = {
      ReadRequest::object(resources::pods(), "confluent", "a"),
      ReadRequest::pod_proxy("confluent", "b", 1234, "x"),
      ReadRequest::object(resources::pods(), "confluent", "c"),
      ReadRequest::object(resources::pods(), "confluent", "d")};
  transport.on("GET", kPods + "/a").reply(200, "A").after(seconds(4));
  transport.on("GET", kPods + "/b:1234/proxy/x").reply(200, "B").after(seconds(2));
  transport.on("GET", kPods + "/c").refuse(404, "NotFound", "gone");
  transport.on("GET", kPods + "/d").hang();
  const std::vector<Result<std::string>> results = client.batch(requests, seconds(5));
  EXPECT_THAT(results,
              ElementsAre(IsOkAnd("A"),
                          IsOkAnd("B"),
                          HasError(ErrorCode::NotFound, "get pod confluent/c"),
                          HasError(ErrorCode::Timeout, "get pod confluent/d")));
  EXPECT_EQ(transport.clock().passed(), seconds(5));
  EXPECT_EQ(transport.in_flight(), 0U);
}

struct Noted final : ReadListener {
  void on_object(const Resource& resource, const Object& object) override {
    seen.push_back(resource.plural + " " + object.name() + " " + object.kind());
  }

  std::vector<std::string> seen;
};

TEST_F(ReaderTest, TellsItsListenerWhatIsReadInWhicheverWay) {
  const auto pod = [](const char* name) {
    return nlohmann::json{{"kind", "Pod"}, {"metadata", {{"name", name}}}};
  };
  transport.on("GET", kPods + "/a").reply(200, pod("a"));
  transport.on("GET", kPods + "/b").refuse(404, "NotFound", "gone");
  transport.on("PATCH", kPods + "/a*").reply(200, pod("would-be"));
  transport.on("GET", kPods + "?*")
      .reply(200,
             nlohmann::json{{"kind", "PodList"},
                            {"metadata", {{"resourceVersion", "7"}}},
                            {"items", {pod("c"), pod("d")}}});
  Noted noted;
  client.set_read_listener(&noted);
  EXPECT_THAT(client.get(resources::pods(), "confluent", "a"), IsOk());
  EXPECT_THAT(client.get(resources::pods(), "confluent", "b"), HasError(ErrorCode::NotFound));
  EXPECT_THAT(
      client.dry_run_patch(
          resources::pods(), "confluent", "a", PatchType::Merge, Json(nlohmann::json::object())),
      IsOk());
  EXPECT_THAT(client.list(resources::pods(), "confluent"), IsOk());
  const std::vector<ReadRequest> requests = {
      ReadRequest::object(resources::pods(), "confluent", "a"),
      ReadRequest::pod_proxy("confluent", "a", 1234, "x")};
  transport.on("GET", kPods + "/a:1234/proxy/x").reply(200, pod("no-object"));
  EXPECT_EQ(client.batch(requests, seconds(5)).size(), 2U);
  client.set_read_listener(nullptr);
  EXPECT_THAT(client.get(resources::pods(), "confluent", "a"), IsOk());
  EXPECT_THAT(noted.seen, ElementsAre("pods a Pod", "pods c Pod", "pods d Pod", "pods a Pod"));
}

TEST_F(ReaderTest, TellsOfAnInterruptedBatch) {
  const std::vector<ReadRequest> requests = {
      ReadRequest::object(resources::pods(), "confluent", "a")};
  transport.on("GET", kPods + "/a").hang();
  transport.at(seconds(1), [this] { cancel.request(SIGTERM); });
  EXPECT_THAT(client.batch(requests, seconds(5)), ElementsAre(HasError(ErrorCode::Cancelled)));
}

}  // namespace
}  // namespace cfkops::kube
