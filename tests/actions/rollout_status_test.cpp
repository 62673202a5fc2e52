#include "action_fixture.hpp"
#include "kinds.hpp"
#include "objects.hpp"
#include "rollout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {

namespace {

using engine::Outcome;
using nlohmann::json;
using testing::HasSubstr;

RolloutState state_of(const json& workload) {
  return rollout_state(kube::Object(Json(workload)));
}

TEST(RolloutState, AStatefulSetIsCompleteWhenAllPodsAreUpdatedAndReady) {
  EXPECT_TRUE(state_of(test::stateful_set("web")).complete);
}

TEST(RolloutRoom, IsRoundedAsTheControllersDo) {
  const auto room_of = [](const json& workload) {
    return rollout_room(kube::Object(Json(workload)));
  };
  json web = {{"kind", "Deployment"}, {"spec", {{"replicas", 3}}}};
  EXPECT_EQ(room_of(web).away, 0) << "a quarter, rounded down";
  EXPECT_EQ(room_of(web).more, 1) << "a quarter, rounded up";
  web["spec"]["strategy"]["rollingUpdate"] = {{"maxUnavailable", "10%"}, {"maxSurge", 0}};
  EXPECT_EQ(room_of(web).away, 1) << "one where both come to none";
  web["spec"]["strategy"]["type"] = "Recreate";
  EXPECT_EQ(room_of(web).away, 3);
  EXPECT_EQ(room_of(test::stateful_set("db")).away, 1);
  json agent = {{"kind", "DaemonSet"}, {"status", {{"desiredNumberScheduled", 6}}}};
  EXPECT_EQ(room_of(agent).away, 1);
  agent["spec"]["updateStrategy"]["rollingUpdate"] = {{"maxUnavailable", "20%"}};
  EXPECT_EQ(room_of(agent).away, 2) << "of a DaemonSet it is rounded up";
}

TEST(RolloutState, AnOldGenerationSaysNothing) {
  json set = test::stateful_set("web");
  set["metadata"]["generation"] = 3;
  EXPECT_FALSE(state_of(set).complete);
}

TEST(RolloutState, RevisionsAreComparedThoughReplicasAreReady) {
  json set = test::stateful_set("web");
  set["status"]["currentRevision"] = "r1";
  EXPECT_FALSE(state_of(set).complete);
}

TEST(RolloutState, AReadyPodTooFewIsNotComplete) {
  json set = test::stateful_set("web");
  set["status"]["readyReplicas"] = 2;
  EXPECT_THAT(state_of(set).why, HasSubstr("2 of 3"));
}

TEST(RolloutState, APartitionThatCoversEverythingIsAProblemAndNoSuccess) {
  json set = test::stateful_set("web");
  set["spec"]["updateStrategy"]["rollingUpdate"]["partition"] = 3;
  EXPECT_FALSE(state_of(set).complete);
  EXPECT_THAT(state_of(set).problem.message, HasSubstr("partition"));
}

json deployment() {
  return {{"kind", "Deployment"},
          {"metadata", {{"name", "web"}, {"generation", 1}}},
          {"spec", {{"replicas", 3}}},
          {"status",
           {{"observedGeneration", 1},
            {"replicas", 3},
            {"updatedReplicas", 3},
            {"availableReplicas", 3}}}};
}

TEST(RolloutState, ADeploymentNeedsItsOldPodsGone) {
  EXPECT_TRUE(state_of(deployment()).complete);
  json more = deployment();
  more["status"]["replicas"] = 4;
  EXPECT_THAT(state_of(more).why, HasSubstr("1 old pods"));
}

TEST(RolloutState, APausedOrFailedDeploymentIsAProblem) {
  json paused = deployment();
  paused["spec"]["paused"] = true;
  EXPECT_NE(state_of(paused).problem.message, "");
  json failed = deployment();
  failed["status"]["conditions"] =
      json::array({{{"type", "Progressing"}, {"reason", "ProgressDeadlineExceeded"}}});
  EXPECT_NE(state_of(failed).problem.message, "");
}

TEST(RolloutState, ADaemonSetNeedsEveryNode) {
  json set = {{"kind", "DaemonSet"},
              {"metadata", {{"generation", 1}}},
              {"status",
               {{"observedGeneration", 1},
                {"desiredNumberScheduled", 3},
                {"updatedNumberScheduled", 3},
                {"numberAvailable", 2}}}};
  EXPECT_FALSE(state_of(set).complete);
  set["status"]["numberAvailable"] = 3;
  EXPECT_TRUE(state_of(set).complete);
}

struct RolloutStatus : testing::Test, test::ActionBench {
  json set = test::stateful_set("web");
  const runbook::ValueMap arguments{{"kind", "statefulset"}, {"name", "web"}};

  RolloutStatus() {
    transport.on("GET", test::kSets + "/web").handle([this](const kube::Request&) {
      return test::reply(200, set);
    });
  }
};

TEST_F(RolloutStatus, WaitsUntilItIsComplete) {
  set["status"]["readyReplicas"] = 2;
  transport.at(std::chrono::seconds(5), [this] { set["status"]["readyReplicas"] = 3; });
  EXPECT_EQ(apply(rollout_status(), arguments).kind, Outcome::Kind::Done);
  EXPECT_GE(transport.clock().passed(), std::chrono::seconds(5));
  EXPECT_TRUE(observer.waited_for("2 of 3 pods are ready"));
}

TEST_F(RolloutStatus, WhatWillNotHealIsToldAtOnce) {
  set["spec"]["updateStrategy"] = {{"type", "OnDelete"}};
  EXPECT_EQ(apply(rollout_status(), arguments).kind, Outcome::Kind::Refused);
  EXPECT_EQ(transport.clock().passed(), Duration::zero());
}

TEST_F(RolloutStatus, WhenTheTimeIsUpItSaysWhatIsMissing) {
  set["status"]["readyReplicas"] = 2;
  context.deadline = transport.clock().now() + std::chrono::seconds(10);
  const Outcome outcome = apply(rollout_status(), arguments);
  EXPECT_EQ(outcome.kind, Outcome::Kind::NotYet);
  EXPECT_THAT(outcome.why, HasSubstr("2 of 3"));
}

}  // namespace

}  // namespace cfkops::actions
