#include "client_fixture.hpp"

#include <csignal>
#include <string>
#include <vector>

namespace cfkops::kube {
namespace {

TEST_F(ClientTest, TakesNoRedirectForAnAnswer) {
  transport.on("GET", kPod + "*").then(test::spoil(test::Fault::Redirect));
  const auto redirected = HasError(ErrorCode::Protocol, "302, which leads to https://login");
  EXPECT_THAT(client.get(resources::pods(), "confluent", "kafka-0"), redirected);
  EXPECT_THAT(client.logs("confluent", "kafka-0", {}), redirected);
  EXPECT_THAT(client.pod_proxy("confluent", "kafka-0", 7777, "jolokia/version"), redirected);
  EXPECT_THAT(client.follow_logs(
                  "confluent",
                  "kafka-0",
                  {},
                  [](std::string_view) { return true; },
                  in(std::chrono::seconds(9))),
              redirected);
  const std::vector<ReadRequest> reads = {
      ReadRequest::object(resources::pods(), "confluent", "kafka-0")};
  EXPECT_THAT(client.batch(reads, seconds(1)).front(), redirected);
}

TEST_F(ClientTest, TakesNoForeignAnswerForSuccess) {
  const std::vector<test::Answer> foreign = {
      test::reply(302, "", {{"Location", "https://me:pw@login.example.org/start?state=secret"}}),
      test::reply(200, "<html>please log in</html>"),
      test::reply(200, "[]"),
      test::reply(200, ""),
      test::reply(200, R"({"error":"who are you?"})"),
      test::reply(200, R"({"kind":"Status","status":"Failure","message":"no"})")};
  for (const test::Answer& answer : foreign) {
    SCOPED_TRACE(answer.body);
    recorder.effects.clear();
    transport.on("DELETE", kPod).then(answer);
    transport.on("GET", kPod).reply(200, pod("kafka-0", "u0"));
    const Status removed = remove();
    ASSERT_THAT(removed, HasError(ErrorCode::Protocol, "no API server answers so"));
    EXPECT_TRUE(removed.error().outcome_unknown());
    EXPECT_FALSE(removed.error().hint.empty());
    EXPECT_THAT(removed.error().text(), testing::Not(HasSubstr("secret")));
    EXPECT_THAT(removed.error().text(), testing::Not(HasSubstr("pw")));
    EXPECT_TRUE(effect().unknown);
    EXPECT_EQ(effect().http_status, answer.status);
  }
}

TEST_F(ClientTest, LooksWhetherItHappenedBehindAForeignAnswer) {
  transport.on("DELETE", kPod).then(test::spoil(Fault::LoginPage));
  transport.on("GET", kPod).refuse(404, "NotFound", "not found");
  EXPECT_THAT(remove(), IsOk());
  EXPECT_FALSE(effect().unknown);
}

TEST_F(ClientTest, DoesNotRecordAReplacementAsWhatItRemoved) {
  transport.on("DELETE", kPod).fail(ErrorCode::ConnectionLost).refuse(409, "Conflict", "uid");
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u1", "77"));
  EXPECT_THAT(remove(), IsOk());
  EXPECT_EQ(effect().uid, "u0");
  EXPECT_EQ(effect().resource_version, "");
}

TEST_F(ClientTest, RecordsWhichPodAnEvictionWasAbout) {
  transport.on("POST", kEviction).reply(201, success());
  EXPECT_THAT(evict(), IsOk());
  EXPECT_EQ(effect().uid, "u0");
}

TEST_F(ClientTest, RecordsWhichPodAnEvictionWithALostAnswerWasAbout) {
  transport.on("POST", kEviction).fail(ErrorCode::ConnectionLost);
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u0")).reply(200, pod("kafka-0", "u1", "77"));
  EXPECT_THAT(evict(), IsOk());
  EXPECT_EQ(effect().uid, "u0");
  EXPECT_EQ(effect().resource_version, "");
}

TEST_F(ClientTest, RecognisesItsOwnUpdateBehindAConflict) {
  json wanted = pod("kafka-0", "u0", "10");
  wanted["spec"]["x"] = 1;
  json now = wanted;
  now["metadata"]["resourceVersion"] = "11";
  now["status"]["y"] = 2;
  transport.on("PUT", kPod).fail(ErrorCode::ConnectionLost).refuse(409, "Conflict", "modified");
  transport.on("GET", kPod).reply(200, now);
  const Result<Object> updated = client.update(resources::pods(), "confluent", Json(wanted));
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->resource_version(), "11");
  EXPECT_EQ(effect().resource_version, "11");
}

TEST_F(ClientTest, ReportsAConflictWithSomebodyElsesUpdate) {
  json wanted = pod("kafka-0", "u0", "10");
  wanted["spec"]["x"] = 1;
  transport.on("PUT", kPod).fail(ErrorCode::ConnectionLost).refuse(409, "Conflict", "modified");
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u0", "12"));
  EXPECT_THAT(client.update(resources::pods(), "confluent", Json(wanted)),
              HasError(ErrorCode::Conflict));
  EXPECT_FALSE(effect().unknown);
}

TEST_F(ClientTest, RepeatsAJsonPatchOnlyUnderAResourceVersion) {
  // With a uid alone a repeat could append twice.
  const std::string append = R"([{"op":"add","path":"/spec/list/-","value":1}])";
  transport.on("PATCH", kPod).fail(ErrorCode::ConnectionLost).reply(200, pod("kafka-0", "u0"));
  EXPECT_THAT(patch(append, {.type = PatchType::Json, .precondition = {"u0", ""}}),
              HasError(ErrorCode::ConnectionLost));
  EXPECT_THAT(patch(append, {.type = PatchType::Json, .precondition = {"", "10"}}), IsOk());
}

TEST_F(ClientTest, WaitsForAMutationOnItsWayWhenAPersonAsksToStop) {
  transport.on("POST", kEviction).reply(201, success()).after(seconds(10));
  transport.at(seconds(2), [this] { cancel.request(SIGINT); });
  EXPECT_THAT(evict(), IsOk());
  EXPECT_FALSE(effect().unknown);
}

TEST_F(ClientTest, RecordsThatItStoppedWaitingForAMutation) {
  transport.on("DELETE", kPod).hang();
  transport.at(seconds(2), [this] { cancel.request(SIGINT); });
  transport.at(seconds(3), [this] { cancel.request(SIGINT); });
  EXPECT_THAT(remove(), HasError(ErrorCode::Cancelled));
  EXPECT_EQ(transport.clock().passed(), seconds(3));
  EXPECT_TRUE(effect().unknown);
}

TEST_F(ClientTest, NoEvictionLeavesAfterItsTime) {
  transport.on("GET", kPod).reply(200, pod("kafka-0", "u0")).after(seconds(6));
  transport.on("POST", kEviction).reply(201, success());
  const MonoTime not_after = transport.clock().now() + seconds(5);
  EXPECT_THAT(client.evict("confluent", "kafka-0", {"u0", ""}, not_after),
              HasError(ErrorCode::Conflict, "not sent"));
  EXPECT_THAT(transport.log(), ElementsAre("GET " + kPod));
  EXPECT_FALSE(effect().unknown);
}

TEST_F(ClientTest, NoEvictionIsRepeatedAfterItsTime) {
  transport.on("POST", kEviction).fail(ErrorCode::ConnectionLost).reply(201, success());
  transport.on("GET", kPod)
      .reply(200, pod("kafka-0", "u0"))
      .reply(200, pod("kafka-0", "u0"))
      .after(seconds(6));
  const MonoTime not_after = transport.clock().now() + seconds(5);
  EXPECT_THAT(client.evict("confluent", "kafka-0", {"u0", ""}, not_after),
              HasError(ErrorCode::ConnectionLost));
  EXPECT_THAT(
      transport.log(),
      ElementsAre("GET " + kPod, "POST " + kEviction + kWrite, "GET " + kPod, "GET " + kPod));
}

TEST_F(ClientTest, AServerThatIsAwayIsWaitedForNoLongerThanAnEvictionMayLeave) {
  Client patient(loop, {.retry = {.unreachable_budget = minutes(5)}}, recorder);
  transport.set_down(true);
  transport.at(seconds(20), [this] { transport.set_down(false); });
  const MonoTime not_after = transport.clock().now() + seconds(5);
  EXPECT_THAT(patient.evict("confluent", "kafka-0", {"u0", ""}, not_after),
              HasError(ErrorCode::Unreachable));
  EXPECT_LE(transport.clock().now(), not_after);
}

/// A cluster of one pod, which an eviction replaces.
struct OnePod {
  std::string uid = "u0";
  int evictions = 0;
};

/// A server of its own for one turn of a loop, and its client.
struct World {
  test::ScriptedTransport server;
  test::MemoryRecorder book;
  Cancel cancel;
  Loop loop{server, server.clock(), cancel};
  Client client{loop, {}, book};
};

/// Whatever one call does: no replacement is ever evicted, success means that the pod is gone, and
/// an error that claims to know the outcome is right.
TEST_F(ClientTest, TellsTheTruthAboutAnEvictionWhateverOneCallDoes) {
  for (const Fault fault : test::all_faults()) {
    for (std::size_t n = 1; n <= 4; ++n) {
      SCOPED_TRACE(test::to_string(fault) + " at call " + std::to_string(n));
      OnePod cluster;
      World world;
      world.server.on("POST", kEviction).handle([&cluster](const Request& request) {
        const json wanted = json::parse(request.body)["deleteOptions"]["preconditions"]["uid"];
        if (wanted != cluster.uid) {
          return test::refuse(409, "Conflict", "Precondition failed: UID");
        }
        cluster.uid = "u" + std::to_string(++cluster.evictions);
        return test::reply(201, success());
      });
      world.server.on("GET", kPod).handle([&cluster](const Request&) {
        return test::reply(200, pod("kafka-0", cluster.uid));
      });
      world.server.break_call(n, fault);
      const Status evicted = world.client.evict("confluent", "kafka-0", {"u0", ""});
      const MutationEffect told = world.book.effects.empty() ? MutationEffect{.error = "not sent"}
                                                             : world.book.effects.at(0);
      EXPECT_LE(cluster.evictions, 1);
      EXPECT_EQ(evicted.has_value(), told.error.empty());
      if (evicted) {
        EXPECT_EQ(cluster.evictions, 1);
      } else if (!told.unknown) {
        EXPECT_EQ(cluster.evictions, 0);
      }
    }
  }
}

/// The same for an update under a resourceVersion.
TEST_F(ClientTest, TellsTheTruthAboutAnUpdateWhateverOneCallDoes) {
  for (const Fault fault : test::all_faults()) {
    for (std::size_t n = 1; n <= 3; ++n) {
      SCOPED_TRACE(test::to_string(fault) + " at call " + std::to_string(n));
      json stored = pod("kafka-0", "u0", "10");
      int writes = 0;
      World world;
      world.server.on("PUT", kPod).handle([&](const Request& request) {
        json wanted = json::parse(request.body);
        if (wanted["metadata"]["resourceVersion"] != stored["metadata"]["resourceVersion"]) {
          return test::refuse(409, "Conflict", "the object has been modified");
        }
        wanted["metadata"]["resourceVersion"] = std::to_string(11 + writes++);
        stored = wanted;
        return test::reply(200, stored);
      });
      world.server.on("GET", kPod).handle([&](const Request&) { return test::reply(200, stored); });
      world.server.break_call(n, fault);
      json wanted = pod("kafka-0", "u0", "10");
      wanted["spec"]["replicas"] = 3;
      const Result<Object> updated =
          world.client.update(resources::pods(), "confluent", Json(wanted));
      const MutationEffect& told = world.book.effects.at(0);
      EXPECT_LE(writes, 1);
      if (updated) {
        EXPECT_EQ(writes, 1);
        EXPECT_EQ(updated->resource_version(), "11");
      } else if (!told.unknown) {
        EXPECT_EQ(writes, 0);
      }
    }
  }
}

}  // namespace
}  // namespace cfkops::kube
