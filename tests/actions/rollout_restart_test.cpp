#include "action_fixture.hpp"
#include "kinds.hpp"
#include "objects.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {

namespace {

using engine::Outcome;
using nlohmann::json;
using testing::HasSubstr;

struct RolloutRestart : testing::Test, test::ActionBench {
  json set = test::stateful_set("web");
  const runbook::ValueMap arguments{{"kind", "statefulset"}, {"name", "web"}};

  RolloutRestart() {
    transport.on("GET", test::kSets + "/web").handle([this](const kube::Request&) {
      return test::reply(200, set);
    });
    transport.on("PATCH", test::kSets + "/web").handle([this](const kube::Request&) {
      return test::reply(200, set);
    });
  }
};

TEST_F(RolloutRestart, SetsTheAnnotationThatKubectlSets) {
  ASSERT_EQ(apply(rollout_restart(), arguments).kind, Outcome::Kind::Done);
  const kube::Request& request = transport.calls().back().request;
  EXPECT_EQ(transport.calls().back().header("Content-Type"),
            "application/strategic-merge-patch+json");
  EXPECT_THAT(request.body,
              HasSubstr(R"("kubectl.kubernetes.io/restartedAt":"2026-01-02T03:04:05)"));
}

/// What its patches ask for, in their order.
std::vector<json> patches(const test::ScriptedTransport& transport) {
  std::vector<json> bodies;
  for (const test::Call& call : transport.calls()) {
    if (call.request.method == "PATCH") {
      bodies.push_back(json::parse(call.request.body));
    }
  }
  return bodies;
}

TEST_F(RolloutRestart, IsForTheVersionThatWasReadAndReadsAgainWhereThatHasChanged) {
  set["metadata"]["resourceVersion"] = "7";
  transport.on("PATCH", test::kSets + "/web").handle([this](const kube::Request& request) {
    const bool current = json::parse(request.body)["metadata"]["resourceVersion"] ==
                         set["metadata"]["resourceVersion"];
    set["metadata"]["resourceVersion"] = "8";  // a pod has become ready meanwhile
    return current && patches(transport).size() > 1
               ? test::reply(200, set)
               : test::refuse(409, "Conflict", "the object has been modified");
  });
  ASSERT_EQ(apply(rollout_restart(), arguments).kind, Outcome::Kind::Done);
  const std::vector<json> sent = patches(transport);
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0]["metadata"]["resourceVersion"], "7");
  EXPECT_EQ(sent[1]["metadata"]["resourceVersion"], "8");
  EXPECT_EQ(sent[0]["spec"], sent[1]["spec"]) << "should the first arrive late, it is one restart";
}

TEST_F(RolloutRestart, GivesUpOnAnObjectThatChangesAllTheTime) {
  transport.on("PATCH", test::kSets + "/web").refuse(409, "Conflict", "it has been modified");
  EXPECT_EQ(apply(rollout_restart(), arguments).error->code, ErrorCode::Conflict);
  EXPECT_EQ(patches(transport).size(), 5U);
}

TEST_F(RolloutRestart, AKafkaOfTheOperatorIsRefusedWithTheReason) {
  set["metadata"]["ownerReferences"] = json::array(
      {{{"apiVersion", "platform.confluent.io/v1beta1"}, {"kind", "Kafka"}, {"name", "kafka"}}});
  const Outcome outcome = apply(rollout_restart(), arguments);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("Confluent for Kubernetes"));
  EXPECT_TRUE(recorder.mutations.empty());
  const auto plan = this->plan(rollout_restart(), arguments);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->changes.front().refused);
}

TEST_F(RolloutRestart, KafkaIsRefusedWhoeverMadeItWithTheNextCommand) {
  const json labels = {{"platform.confluent.io/type", "kafka"}};
  const auto with = [this](const char* where, const json& what) {
    json other = set;
    other[json::json_pointer(where)] = what;
    return other;
  };
  for (const json& one :
       {with("/metadata/labels", labels),
        with("/spec/template/metadata/labels", labels),
        with("/spec/template/spec/containers", json::array({{{"name", "kafka"}}}))}) {
    SCOPED_TRACE(one.dump());
    set = one;
    const Outcome outcome = apply(rollout_restart(), arguments);
    EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
    EXPECT_THAT(outcome.why, HasSubstr("statefulset confluent/web runs Kafka brokers"));
    EXPECT_EQ(outcome.error->hint,
              "cfkops run broker-restart -n confluent --param target=statefulset/web");
    EXPECT_TRUE(recorder.mutations.empty());
  }
}

TEST_F(RolloutRestart, KRaftControllersAreRefusedToo) {
  set["metadata"]["labels"] = {{"platform.confluent.io/type", "kraftcontroller"}};
  const Outcome outcome = apply(rollout_restart(), arguments);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("runs KRaft controllers"));
  EXPECT_EQ(outcome.error->hint,
            "cfkops run broker-restart -n confluent --param roles=controllers");
  const auto plan = this->plan(rollout_restart(), arguments);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->changes.front().refused);
}

TEST_F(RolloutRestart, OnDeleteWouldRestartNothingAndIsRefused) {
  set["spec"]["updateStrategy"] = {{"type", "OnDelete"}};
  const Outcome outcome = apply(rollout_restart(), arguments);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("OnDelete"));
}

TEST_F(RolloutRestart, ThePlanTriesItOnTheServer) {
  const auto plan = this->plan(rollout_restart(), arguments);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->changes.front().verdict, "accepted");
  EXPECT_THAT(transport.calls().back().request.target, HasSubstr("dryRun=All"));
}

}  // namespace

}  // namespace cfkops::actions
