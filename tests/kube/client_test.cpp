#include "cfkops/kube/client.hpp"

#include "client_fixture.hpp"

#include <string>

namespace cfkops::kube {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST_F(ClientTest, RecordsAMutationBeforeItLeavesAndAfterItCameBack) {
  transport.on("POST", kPods).handle([this](const Request&) {
    EXPECT_THAT(recorder.lines, ElementsAre("intend create kafka-0"));
    return test::reply(201, pod("kafka-0", "u0", "11"));
  });
  client.set_audit_scope("run/step/1");
  ASSERT_THAT(
      client.create(resources::pods(), "confluent", parsed(R"({"metadata":{"name":"kafka-0"}})")),
      IsOk());
  EXPECT_THAT(recorder.lines, ElementsAre("intend create kafka-0", "record create kafka-0"));
  EXPECT_THAT(transport.log(), ElementsAre("POST " + kPods + kWrite));
  const Mutation& mutation = recorder.intents.at(0);
  EXPECT_EQ(mutation.verb, "create");
  EXPECT_EQ(mutation.ns, "confluent");
  EXPECT_EQ(mutation.audit_id, "run/step/1/1");
  EXPECT_EQ(transport.calls().at(0).header("Audit-ID"), "run/step/1/1");
  EXPECT_EQ(transport.calls().at(0).header("Content-Type"), "application/json");
  EXPECT_EQ(effect().http_status, 201);
  EXPECT_EQ(effect().uid, "u0");
  EXPECT_EQ(effect().resource_version, "11");
  EXPECT_THAT(effect().audit_ids, ElementsAre("run/step/1/1"));
  EXPECT_EQ(effect().error, "");
}

TEST_F(ClientTest, SendsNothingThatCannotBeRecorded) {
  recorder.refusal = make_error(ErrorCode::Io, "no space left on device");
  EXPECT_THAT(evict(), HasError(ErrorCode::Io, "evict pod confluent/kafka-0 › no space left"));
  EXPECT_THAT(remove(), HasError(ErrorCode::Io));
  EXPECT_THAT(client.exec("confluent", "kafka-0", "kafka", {"true"}, "", seconds(9)),
              HasError(ErrorCode::Io));
  EXPECT_THAT(client.connect("confluent", "kafka-0", 8080), HasError(ErrorCode::Io));
  EXPECT_THAT(transport.log(), ElementsAre("GET " + kPod));
}

TEST_F(ClientTest, ChangesNothingMoreOnceAnEffectCouldNotBeRecorded) {
  transport.on("POST", kEviction).reply(201, success());
  recorder.full = make_error(ErrorCode::Io, "no space left on device");
  EXPECT_THAT(evict(), HasError(ErrorCode::Io, "record that we did: evict pod confluent/kafka-0"));
  recorder.full.reset();
  transport.forget_calls();
  EXPECT_THAT(remove(), HasError(ErrorCode::Refused, "could not be recorded"));
  EXPECT_THAT(transport.calls(), IsEmpty());
}

TEST_F(ClientTest, KeepsSecretValuesOutOfTheRecord) {
  transport.on("POST", "/api/v1/namespaces/confluent/secrets").reply(201, pod("login", "u0"));
  const Json secret =
      parsed(R"({"kind":"Secret","metadata":{"name":"login"},"data":{"a":"aHVudGVyMg=="}})");
  EXPECT_THAT(client.create(resources::secrets(), "confluent", secret), IsOk());
  EXPECT_EQ(recorder.intents.at(0).body.string_or("/data/a", ""), "***");
  EXPECT_EQ(sent(0)["data"]["a"], "aHVudGVyMg==");
}

TEST_F(ClientTest, RefusesAnObjectWithoutAName) {
  EXPECT_THAT(client.create(resources::pods(), "confluent", parsed("{}")),
              HasError(ErrorCode::InvalidInput, "/metadata/name"));
}

TEST_F(ClientTest, PutsAnObjectBack) {
  transport.expect("PUT", kPod + kWrite).reply(200, pod("kafka-0", "u0", "11"));
  EXPECT_THAT(client.update(resources::pods(), "confluent", Json(pod("kafka-0", "u0", "10"))),
              IsOk());
  EXPECT_EQ(recorder.intents.at(0).uid, "u0");
  EXPECT_EQ(recorder.intents.at(0).resource_version, "10");
}

TEST_F(ClientTest, PutsThePreconditionIntoAMergePatch) {
  transport.expect("PATCH", kPod + kWrite).reply(200, pod("kafka-0", "u0"));
  EXPECT_THAT(patch(R"({"metadata":{"labels":{"a":"b"}}})",
                    {.type = PatchType::Merge, .precondition = {"u0", "10"}}),
              IsOk());
  EXPECT_EQ(sent(0),
            json::parse(R"({"metadata":{"labels":{"a":"b"},"uid":"u0","resourceVersion":"10"}})"));
  EXPECT_EQ(transport.calls().at(0).header("Content-Type"), "application/merge-patch+json");
}

TEST_F(ClientTest, PutsThePreconditionIntoAJsonPatchAsTests) {
  transport.expect("PATCH", kPod + kWrite).reply(200, pod("kafka-0", "u0"));
  EXPECT_THAT(patch(R"([{"op":"remove","path":"/spec/x"}])",
                    {.type = PatchType::Json, .precondition = {"u0", "10"}}),
              IsOk());
  EXPECT_EQ(sent(0), json::parse(R"([{"op":"test","path":"/metadata/uid","value":"u0"},
                                     {"op":"test","path":"/metadata/resourceVersion","value":"10"},
                                     {"op":"remove","path":"/spec/x"}])"));
}

TEST_F(ClientTest, CallsAPatchOfAnotherObjectAConflict) {
  // Real servers answer 422, to a failed test as to a change of the immutable metadata.uid.
  transport.on("PATCH", kPod).refuse(422, "Invalid", "field is immutable");
  for (const PatchType type :
       {PatchType::Json, PatchType::Merge, PatchType::Strategic, PatchType::Apply}) {
    const std::string body = type == PatchType::Json ? "[]" : "{}";
    const PatchOptions how{.type = type, .precondition = {"u0", ""}};
    transport.on("GET", kPod).reply(200, pod("kafka-0", "u1"));
    EXPECT_THAT(patch(body, how), HasError(ErrorCode::Conflict, "read it again"));
    transport.on("GET", kPod).reply(200, pod("kafka-0", "u0"));
    EXPECT_THAT(patch(body, how), HasError(ErrorCode::Invalid));
  }
}

TEST_F(ClientTest, RefusesAPatchOfTheWrongShape) {
  EXPECT_THAT(patch("{}", {.type = PatchType::Json}), HasError(ErrorCode::InvalidInput, "list"));
  EXPECT_THAT(patch("[]", {.type = PatchType::Merge}), HasError(ErrorCode::InvalidInput, "object"));
  EXPECT_THAT(patch(R"({"metadata":null})", {.precondition = {"u0", ""}}),
              HasError(ErrorCode::InvalidInput, "/metadata"));
  EXPECT_THAT(transport.calls(), IsEmpty());
}

TEST_F(ClientTest, AppliesUnderItsOwnName) {
  transport.expect("PATCH", kPod + kWrite).reply(200, pod("kafka-0", "u0"));
  transport.expect("PATCH", kPod + kWrite + "&force=true").reply(200, pod("kafka-0", "u0"));
  const Json wanted(pod("kafka-0", "u0"));
  EXPECT_THAT(client.apply(resources::pods(), "confluent", wanted), IsOk());
  EXPECT_THAT(client.apply(resources::pods(), "confluent", wanted, true), IsOk());
  EXPECT_EQ(transport.calls().at(0).header("Content-Type"), "application/apply-patch+yaml");
  EXPECT_EQ(recorder.intents.at(0).verb, "apply");
}

TEST_F(ClientTest, DeletesTheVeryObject) {
  transport.expect("DELETE", kPod).reply(200, pod("kafka-0", "u0"));
  EXPECT_THAT(client.remove(resources::pods(),
                            "confluent",
                            "kafka-0",
                            {.precondition = {"u0", ""}, .grace_period_seconds = 5}),
              IsOk());
  EXPECT_EQ(sent(0),
            json::parse(R"({"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":5,
                            "propagationPolicy":"Background","preconditions":{"uid":"u0"}})"));
}

TEST_F(ClientTest, PassesOnThatTheObjectIsGoneOrAnother) {
  transport.on("DELETE", kPod)
      .refuse(404, "NotFound", "pods \"kafka-0\" not found")
      .refuse(
          409, "Conflict", "Precondition failed: UID in precondition: u0, UID in object meta: u1");
  EXPECT_THAT(remove(), HasError(ErrorCode::NotFound));
  EXPECT_THAT(remove(), HasError(ErrorCode::Conflict));
  EXPECT_FALSE(effect().unknown);
}

TEST_F(ClientTest, EvictsTheVeryPod) {
  transport.on("POST", kEviction + kWrite).reply(201, success());
  EXPECT_THAT(evict({"u0", "10"}), IsOk());
  EXPECT_EQ(sent(1), json::parse(R"({"apiVersion":"policy/v1","kind":"Eviction",
                            "metadata":{"name":"kafka-0","namespace":"confluent"},
                            "deleteOptions":{"preconditions":{"uid":"u0","resourceVersion":"10"}}})"));
}

TEST_F(ClientTest, LeavesABudgetThatRefusesToTheCaller) {
  json status =
      json::parse(test::refuse(429,
                               "TooManyRequests",
                               "Cannot evict pod as it would violate the pod's disruption budget.")
                      .body);
  status["details"]["causes"] = {
      {{"reason", "DisruptionBudget"}, {"message", "needs 2 healthy pods"}}};
  transport.on("POST", kEviction).reply(429, status, {{"Retry-After", "10"}});
  const Status evicted = evict();
  EXPECT_THAT(evicted, HasError(ErrorCode::TooManyRequests, "needs 2 healthy pods"));
  EXPECT_EQ(evicted.error().retry_after, seconds(10));
  EXPECT_THAT(transport.calls(), SizeIs(2));
  EXPECT_FALSE(effect().unknown);
}

TEST_F(ClientTest, RepeatsAnEvictionThatFlowControlHeldBack) {
  transport.on("POST", kEviction)
      .then(
          test::reply(429, "Too many requests, please try again later.\n", {{"Retry-After", "1"}}))
      .reply(201, success());
  EXPECT_THAT(evict({}), IsOk());
  EXPECT_THAT(effect().audit_ids, ElementsAre("cfkops/1", "cfkops/2"));
}

TEST_F(ClientTest, CannotHelpAPodWithTwoBudgets) {
  transport.on("POST", kEviction).refuse(500, "", "This pod has more than one PodDisruptionBudget");
  EXPECT_THAT(evict(), HasError(ErrorCode::ServerError, "more than one"));
  EXPECT_THAT(transport.calls(), SizeIs(2));
  EXPECT_FALSE(effect().unknown);
}

TEST_F(ClientTest, ScalesByTheSubresource) {
  const std::string scale = "/apis/apps/v1/namespaces/confluent/statefulsets/kafka/scale";
  transport.expect("GET", scale).reply(200, pod("kafka", "u7"));
  transport.expect("PATCH", scale + kWrite).reply(200, pod("kafka", "u7"));
  EXPECT_THAT(client.scale(resources::stateful_sets(), "confluent", "kafka", 4), IsOk());
  EXPECT_EQ(sent(1), json::parse(R"({"metadata":{"uid":"u7"},"spec":{"replicas":4}})"));
  EXPECT_EQ(recorder.intents.at(0).subresource, "scale");
}

TEST_F(ClientTest, NeverRepeatsACreationWhoseFateIsUnknown) {
  for (const Fault fault :
       {Fault::LostBefore, Fault::LostAfter, Fault::TimeoutAfter, Fault::Gateway}) {
    SCOPED_TRACE(test::to_string(fault));
    test::ScriptedTransport world;
    test::MemoryRecorder book;
    Loop its_loop(world, world.clock(), cancel);
    Client its_client(its_loop, {}, book);
    world.on("POST", kPods).reply(201, pod("kafka-0", "u0"));
    world.break_call(1, fault);
    const Result<Object> created =
        its_client.create(resources::pods(), "confluent", Json(pod("kafka-0", "")));
    ASSERT_FALSE(created);
    EXPECT_TRUE(created.error().outcome_unknown());
    EXPECT_THAT(created.error().hint, HasSubstr("look at the object"));
    EXPECT_TRUE(book.effects.at(0).unknown);
    EXPECT_THAT(world.calls(), SizeIs(1));
  }
}

TEST_F(ClientTest, NeverRepeatsADeletionByNameAlone) {
  // By the time of a repeat the name may be that of a replacement.
  transport.on("DELETE", kPod).fail(ErrorCode::ConnectionLost);
  EXPECT_THAT(remove({}), HasError(ErrorCode::ConnectionLost));
  EXPECT_TRUE(effect().unknown);
  EXPECT_THAT(transport.calls(), SizeIs(1));
}

TEST_F(ClientTest, RepeatsWhatTheServerNeverSaw) {
  options.retry.unreachable_budget = minutes(1);
  Client patient(loop, options, recorder);
  transport.on("POST", kPods).reply(201, pod("kafka-0", "u0"));
  transport.set_down(true);
  transport.at(seconds(20), [this] { transport.set_down(false); });
  EXPECT_THAT(patient.create(resources::pods(), "confluent", Json(pod("kafka-0", ""))), IsOk());
  EXPECT_THAT(effect().audit_ids, SizeIs(21));
}

TEST_F(ClientTest, SaysThatWhatWasNeverSentDidNotHappen) {
  transport.set_down(true);
  EXPECT_THAT(remove(), HasError(ErrorCode::Unreachable));
  EXPECT_FALSE(effect().unknown);
}

TEST_F(ClientTest, SpendsNoBudgetOnAPodThatWasReplaced) {
  // Seen on a real server: an eviction refused for its uid costs the budget for two minutes.
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u1"));
  EXPECT_THAT(evict(), HasError(ErrorCode::Conflict, "uid u1 instead of u0"));
  transport.on("GET", kPod).refuse(404, "NotFound", "pods \"kafka-0\" not found");
  EXPECT_THAT(evict(), HasError(ErrorCode::NotFound));
  EXPECT_THAT(transport.log(), ElementsAre("GET " + kPod, "GET " + kPod));
  EXPECT_THAT(recorder.lines, IsEmpty());
}

TEST_F(ClientTest, LooksBeforeItEvictsAgain) {
  transport.on("POST", kEviction).fail(ErrorCode::ConnectionLost).reply(201, success());
  EXPECT_THAT(evict(), IsOk());
  EXPECT_THAT(transport.log(),
              ElementsAre("GET " + kPod,
                          "POST " + kEviction + kWrite,
                          "GET " + kPod,
                          "POST " + kEviction + kWrite));
  EXPECT_THAT(effect().audit_ids, ElementsAre("cfkops/2", "cfkops/4"));
}

TEST_F(ClientTest, SucceedsWhenItFindsThePodGone) {
  transport.on("POST", kEviction).fail(ErrorCode::ConnectionLost);
  transport.on("GET", kPod)
      .reply(200, pod("kafka-0", "u0"))
      .refuse(404, "NotFound", "pods \"kafka-0\" not found");
  EXPECT_THAT(evict(), IsOk());
  EXPECT_FALSE(effect().unknown);
  EXPECT_EQ(effect().error, "");
  EXPECT_THAT(effect().audit_ids, SizeIs(1));
}

TEST_F(ClientTest, SucceedsWhenItFindsThePodOnItsWayOut) {
  json leaving = pod("kafka-0", "u0");
  leaving["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z";
  transport.on("POST", kEviction).fail(ErrorCode::Timeout);
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u0")).reply(200, leaving);
  EXPECT_THAT(evict(), IsOk());
}

TEST_F(ClientTest, SucceedsWhenARepeatFindsAReplacement) {
  transport.on("DELETE", kPod)
      .fail(ErrorCode::Timeout)
      .refuse(
          409, "Conflict", "Precondition failed: UID in precondition: u0, UID in object meta: u1");
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u1"));
  EXPECT_THAT(remove(), IsOk());
  EXPECT_FALSE(effect().unknown);
}

TEST_F(ClientTest, ReportsARefusedRepeatThatChangedNothing) {
  transport.on("POST", kEviction).fail(ErrorCode::ConnectionLost).refuse(403, "Forbidden", "no");
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u0"));
  EXPECT_THAT(evict(), HasError(ErrorCode::Forbidden));
  EXPECT_FALSE(effect().unknown);
}

TEST_F(ClientTest, CannotTellWhenTheServerGoesAwayAfterALostAttempt) {
  transport.on("DELETE", kPod).fail(ErrorCode::ConnectionLost);
  transport.at(std::chrono::milliseconds(500), [this] { transport.set_down(true); });
  const Status removed = remove();
  ASSERT_FALSE(removed);
  EXPECT_TRUE(removed.error().outcome_unknown());
  EXPECT_THAT(removed.error().text(), HasSubstr("an attempt before may have taken effect"));
  EXPECT_TRUE(effect().unknown);
}

}  // namespace
}  // namespace cfkops::kube
