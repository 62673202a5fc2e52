#include "builders.hpp"

#include "cfkops/kafka/gates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::kafka {
namespace {

using test::healthy_cluster;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using Answer = GateVerdict::Answer;

TEST(QuorumIsWhole, YesOnAGoodDay) {
  const GateVerdict verdict = quorum_is_whole(healthy_cluster());
  EXPECT_EQ(verdict.answer, Answer::Yes);
  EXPECT_EQ(verdict.summary, "controller-0 leads 3 controllers in epoch 7");
}

TEST(QuorumIsWhole, UnknownWithoutControllersOrWithASilentOne) {
  EXPECT_EQ(quorum_is_whole({}).answer, Answer::Unknown);
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers[2].silence = "time-out";
  EXPECT_EQ(quorum_is_whole(gauges).answer, Answer::Unknown);
}

TEST(QuorumIsWhole, UnknownWhereTheSilentOneMayBeTheLeader) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers[0] = {.pod = "controller-0", .silence = "429 Too Many Requests"};
  const GateVerdict verdict = quorum_is_whole(gauges);
  EXPECT_EQ(verdict.answer, Answer::Unknown);
  EXPECT_EQ(verdict.summary, "no leader among 2 of 3 controllers that answer");
  EXPECT_THAT(verdict.reasons, Contains(HasSubstr("controller-0 does not answer: 429")));
  gauges.controllers[1].raft_state = "leader";
  gauges.controllers[2].raft_state = "leader";
  EXPECT_EQ(quorum_is_whole(gauges).answer, Answer::No) << "two lead, whatever the third says";
}

TEST(QuorumIsWhole, NoWithoutALeaderOrWithTwo) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers[0].raft_state = "candidate";
  EXPECT_EQ(quorum_is_whole(gauges).answer, Answer::No);
  gauges.controllers[0].raft_state = "leader";
  gauges.controllers[1].raft_state = "leader";
  EXPECT_EQ(quorum_is_whole(gauges).answer, Answer::No);
}

TEST(QuorumIsWhole, NoWhenAVoterFollowsAnotherLeaderOrEpoch) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers[1].leader_id = -1;
  EXPECT_EQ(quorum_is_whole(gauges).answer, Answer::No);
  gauges = healthy_cluster();
  gauges.controllers[1].epoch = 6;
  EXPECT_THAT(quorum_is_whole(gauges).reasons,
              ElementsAre("controller-1 follows leader 0 of epoch 6, not 0 of 7"));
}

TEST(QuorumIsWhole, NoWhenAVoterIsTooFarBehind) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers[1].log_end_offset = 3'999;
  EXPECT_THAT(quorum_is_whole(gauges).reasons,
              ElementsAre("controller-1 is 1001 records behind the leader"));
  gauges.controllers[1].log_end_offset = 4'000;
  EXPECT_TRUE(quorum_is_whole(gauges).yes());
  EXPECT_FALSE(quorum_is_whole(gauges, 999).yes());
  gauges.controllers[1].log_end_offset = 6'000;  // read a moment later than the leader
  EXPECT_TRUE(quorum_is_whole(gauges).yes());
}

TEST(QuorumIsWhole, UnknownWhenAFigureIsMissing) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers[1].log_end_offset = std::nullopt;
  EXPECT_EQ(quorum_is_whole(gauges).answer, Answer::Unknown);
  gauges = healthy_cluster();
  gauges.controllers[2].leader_id = std::nullopt;
  EXPECT_EQ(quorum_is_whole(gauges).answer, Answer::Unknown);
}

TEST(QuorumIsWhole, UnknownWhenThereAreVotersThatNobodyLooksAt) {
  ClusterGauges gauges = healthy_cluster();
  for (ControllerGauges& controller : gauges.controllers) {
    controller.voters = 5;
  }
  EXPECT_EQ(quorum_is_whole(gauges).answer, Answer::Unknown);
  EXPECT_EQ(may_stop_controller(gauges, "controller-1").answer, Answer::Unknown);
}

TEST(QuorumIsWhole, AnOlderKafkaNeedNotCountItsVoters) {
  ClusterGauges gauges = healthy_cluster();
  for (ControllerGauges& controller : gauges.controllers) {
    controller.voters = std::nullopt;
  }
  EXPECT_TRUE(quorum_is_whole(gauges).yes());
}

TEST(MayStopController, YesWhileAMajorityRemains) {
  for (const char* pod : {"controller-0", "controller-1", "controller-2"}) {
    EXPECT_TRUE(may_stop_controller(healthy_cluster(), pod).yes());
  }
}

TEST(MayStopController, NoWhenAnotherVoterIsBehind) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers[2].log_end_offset = 1;
  EXPECT_EQ(may_stop_controller(gauges, "controller-1").answer, Answer::No);
  EXPECT_TRUE(may_stop_controller(gauges, "controller-2").yes());
}

TEST(MayStopController, NoWhenAnotherVoterIsSilent) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers[2].silence = "time-out";
  const GateVerdict verdict = may_stop_controller(gauges, "controller-1");
  EXPECT_EQ(verdict.answer, Answer::No);
  EXPECT_THAT(verdict.reasons, Contains(HasSubstr("controller-2 does not answer")));
  EXPECT_THAT(verdict.reasons, Contains(HasSubstr("only 1 of the 2 voters needed")));
}

TEST(MayStopController, NoForTheOnlyController) {
  ClusterGauges gauges = healthy_cluster();
  gauges.controllers.resize(1);
  gauges.controllers[0].voters = 1;
  EXPECT_EQ(may_stop_controller(gauges, "controller-0").answer, Answer::No);
}

TEST(MayStopController, UnknownWithoutALeaderOrForAStranger) {
  ClusterGauges gauges = healthy_cluster();
  EXPECT_EQ(may_stop_controller(gauges, "other-0").answer, Answer::Unknown);
  gauges.controllers[0].raft_state = "candidate";
  EXPECT_EQ(may_stop_controller(gauges, "controller-1").answer, Answer::Unknown);
}

TEST(MayStopController, FiveVotersBearOneThatIsBehind) {
  ClusterGauges gauges;
  for (int i = 0; i < 5; ++i) {
    gauges.controllers.push_back(test::healthy_controller(i));
    gauges.controllers.back().voters = 5;
  }
  gauges.controllers[4].silence = "time-out";
  EXPECT_TRUE(may_stop_controller(gauges, "controller-1").yes());
  gauges.controllers[3].silence = "time-out";
  EXPECT_FALSE(may_stop_controller(gauges, "controller-1").yes());
}

}  // namespace
}  // namespace cfkops::kafka
