// What is read of Confluent's resources and of the processes behind them, and what is not kept.

#include "confluent.hpp"

#include "reading.hpp"
#include "support/scripted_transport.hpp"

#include "cfkops/base/cancel.hpp"
#include "cfkops/health/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace cfkops::health {
namespace {

using nlohmann::json;

struct Bench {
  test::ScriptedTransport transport;
  Cancel cancel;
  kube::Loop loop{transport, transport.clock(), cancel};
  kube::Reader reader{loop, {}};
  Snapshot snapshot;

  Bench() {
    for (const Part part : {Part::Pods, Part::Components}) {
      snapshot.source(part).state = Source::State::Read;
    }
  }

  void add_pod(const std::string& name, const std::string& type) {
    const json owner = {{"kind", "StatefulSet"}, {"name", "x"}, {"controller", true}};
    snapshot.pods.push_back(read_pod(Json(json{{"metadata",
                                                {{"namespace", "c"},
                                                 {"name", name},
                                                 {"labels", {{"platform.confluent.io/type", type}}},
                                                 {"ownerReferences", json::array({owner})}}},
                                               {"status", {{"phase", "Running"}}}})));
  }

  void add_component(const json& spec) {
    snapshot.of(Part::Components)
        .emplace_back(json{{"kind", "Connect"},
                           {"metadata", {{"namespace", "c"}, {"name", "x"}}},
                           {"spec", spec}});
  }

  /// A path of a pod.
  test::Rule& pod(const std::string& name, const std::string& path) {
    return transport.on("GET", "/api/v1/namespaces/c/pods/" + name + "/proxy/" + path);
  }

  Answer judge(std::string_view id) {
    const std::vector<Answer> answers = judge_all(snapshot, {});
    return *std::find_if(answers.begin(), answers.end(), [id](const Answer& answer) {
      return answer.check->id == id;
    });
  }
};

TEST(ConfluentRest, AWorkerThatIsNotWellSaysSoBehindAnError) {
  Bench bench;
  bench.add_pod("x-0", "connect");
  bench.pod("x-0:8083", "").reply(200, json{{"version", "8.3.0"}});
  bench.pod("x-0:8083", "connectors").reply(200, json::object());
  bench.pod("x-0:8083", "health").reply(503, json{{"status", "starting"}, {"message", "it joins"}});
  read_rest(bench.reader, {}, bench.snapshot);
  const Answer answer = bench.judge("E01");
  ASSERT_EQ(answer.found.size(), 1U) << testing::PrintToString(answer.unknown);
  EXPECT_EQ(answer.found[0].message, "says that it is starting: it joins");
}

TEST(ConfluentRest, WhoCannotBeReachedIsUnknown) {
  Bench bench;
  bench.add_pod("x-0", "ksqldb");
  bench.pod("x-0:8088", "healthcheck")
      .refuse(503, "ServiceUnavailable", "error trying to reach service: connection refused");
  read_rest(bench.reader, {}, bench.snapshot);
  const Answer answer = bench.judge("E04");
  EXPECT_EQ(answer.verdict, Verdict::Unknown);
  EXPECT_THAT(answer.unknown, testing::ElementsAre(testing::HasSubstr("connection refused")));
}

TEST(ConfluentRest, OfATraceTheClassIsKept) {
  Bench bench;
  bench.add_pod("x-0", "connect");
  bench.add_pod("x-1", "connect");
  const json tasks = json::array(
      {{{"id", 0}, {"state", "FAILED"}, {"trace", "a.b.ConnectException: password=secret\n\tat"}}});
  for (const char* worker : {"x-0:8083", "x-1:8083"}) {
    bench.pod(worker, "").reply(200, json{{"version", "8.3.0"}});
    bench.pod(worker, "health").reply(200, json{{"status", "healthy"}});
  }
  bench.pod("x-0:8083", "connectors")
      .reply(200,
             json{{"orders",
                   {{"status", {{"connector", {{"state", "RUNNING"}}}, {"tasks", tasks}}}}}});
  read_rest(bench.reader, {}, bench.snapshot);
  EXPECT_EQ(bench.judge("E01").verdict, Verdict::Pass);
  const Answer answer = bench.judge("E02");
  ASSERT_EQ(answer.found.size(), 1U) << "one worker is asked";
  EXPECT_EQ(answer.found[0].message, "task 0 failed: a.b.ConnectException");
  EXPECT_EQ(answer.found[0].object, "connector c/x/orders");
}

TEST(ConfluentRest, ItIsAskedByTlsWhereItsResourceSaysSo) {
  Bench bench;
  bench.add_pod("x-0", "schemaregistry");
  bench.add_component({{"tls", {{"secretRef", "tls-x"}}}});
  bench.pod("https%3Ax-0:8081", "mode").reply(200, json{{"mode", "READWRITE"}});
  read_rest(bench.reader, {}, bench.snapshot);
  EXPECT_EQ(bench.judge("E03").verdict, Verdict::Pass);
}

TEST(ConfluentSecrets, AreLookedForAndNotRead) {
  Bench bench;
  bench.add_component({{"tls", {{"secretRef", "there"}}},
                       {"mountedSecrets", json::array({{{"secretRef", "gone"}}})}});
  bench.transport.on("GET", "/api/v1/namespaces/c/secrets/there").reply(200, json::object());
  bench.transport.on("GET", "/api/v1/namespaces/c/secrets/gone")
      .refuse(404, "NotFound", "secrets \"gone\" not found");
  read_named_secrets(bench.reader, {}, bench.snapshot);
  for (const test::Call& call : bench.transport.calls()) {
    EXPECT_EQ(call.header("Accept"),
              "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
  }
  const Answer answer = bench.judge("T04");
  ASSERT_EQ(answer.found.size(), 1U);
  EXPECT_EQ(answer.found[0].field, "spec/mountedSecrets/0/secretRef");
  EXPECT_EQ(answer.found[0].value, "gone");
}

TEST(ConfluentSecrets, WhatMayNotBeLookedForIsUnknown) {
  Bench bench;
  bench.add_component({{"tls", {{"secretRef", "there"}}}});
  bench.transport.on("GET", "/api/v1/namespaces/c/secrets/there")
      .refuse(403, "Forbidden", "secrets is forbidden");
  read_named_secrets(bench.reader, {}, bench.snapshot);
  EXPECT_EQ(bench.judge("T04").verdict, Verdict::Unknown);
}

TEST(ConfluentObjects, OfAConnectorItsConfigurationIsNotKept) {
  const Json object(json{{"metadata",
                          {{"name", "n"},
                           {"namespace", "c"},
                           {"annotations",
                            {{"platform.confluent.io/block-reconcile", "true"},
                             {"kubectl.kubernetes.io/last-applied-configuration", "secret"}}}}},
                         {"spec", {{"configs", {{"password", "secret"}}}}},
                         {"status", {{"state", "CREATED"}, {"trace", "secret"}}}});
  const Json small = kept(Part::Applications, "Connector", object);
  EXPECT_EQ(small.dump().find("secret"), std::string::npos) << small.dump();
  EXPECT_EQ(confluent_text(small), "connector c/n");
  EXPECT_EQ(annotation_of(small, "block-reconcile"), "true");
  EXPECT_EQ(small.string_or("/status/state", ""), "CREATED");
}

TEST(ConfluentVersions, AreTheFirstTwoNumbersOfATag) {
  EXPECT_EQ(image_minor("r:5000/cp-server:8.3.0-1-ubi8"), Minor(8, 3));
  EXPECT_EQ(image_minor("cp-server:8.3"), Minor(8, 3));
  EXPECT_EQ(image_minor("cp-server@sha256:12"), std::nullopt);
  EXPECT_EQ(image_minor("cp-server:8.3.0@sha256:12"), std::nullopt);
  EXPECT_EQ(image_minor("r:5000/cp-server"), std::nullopt);
  EXPECT_EQ(image_minor("cp-server:latest"), std::nullopt);
}

TEST(TopicsOfATable, AreCountedByTheirLeaders) {
  kafka::PartitionTable table;
  const auto reading = [](int in_sync, int replicas, bool under, bool at_min) {
    return kafka::PartitionReading{
        .in_sync = in_sync, .replicas = replicas, .under_replicated = under, .at_min_isr = at_min};
  };
  table.by_pod["k-0"] = {{{"a", 0}, reading(2, 3, true, true)},
                         {{"b", 0}, reading(1, 1, false, true)}};
  table.by_pod["k-1"] = {{{"a", 0}, kafka::PartitionReading{}},
                         {{"a", 1}, reading(3, 3, false, false)}};
  const std::vector<TopicState> topics = topics_of(table);
  ASSERT_EQ(topics.size(), 2U);
  EXPECT_EQ(topics[0].partitions, 2);
  EXPECT_EQ(topics[0].fewest_replicas, 3);
  EXPECT_EQ(topics[0].no_margin, 1);
  EXPECT_EQ(topics[0].no_room, 0);
  EXPECT_EQ(topics[1].fewest_replicas, 1);
  EXPECT_EQ(topics[1].no_room, 1);
}

}  // namespace
}  // namespace cfkops::health
