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
