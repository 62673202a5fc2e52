#include "action_fixture.hpp"
#include "kinds.hpp"
#include "objects.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {

namespace {

using engine::Outcome;

const std::string kPod = test::kPods + "/web-0";

struct PodDelete : testing::Test, test::ActionBench {
  PodDelete() { transport.on("GET", kPod).reply(200, test::pod("web-0", "u1")); }
};

TEST_F(PodDelete, SendsTheUidAndTheGraceInWholeSeconds) {
  transport.on("DELETE", kPod).reply(200, test::pod("web-0", "u1"));
  const Outcome outcome = apply(
      pod_delete(),
      {{"pod", "web-0"}, {"wait", false}, {"grace", Duration(std::chrono::milliseconds(1500))}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  const auto body = nlohmann::json::parse(transport.calls().back().request.body);
  EXPECT_EQ(body.at("preconditions").at("uid"), "u1");
  EXPECT_EQ(body.at("gracePeriodSeconds"), 2);
}

TEST_F(PodDelete, WithoutAGraceThePodsOwnIsLeftToIt) {
  transport.on("DELETE", kPod).reply(200, test::pod("web-0", "u1"));
  ASSERT_EQ(apply(pod_delete(), {{"pod", "web-0"}, {"wait", false}}).kind, Outcome::Kind::Done);
  EXPECT_FALSE(
      nlohmann::json::parse(transport.calls().back().request.body).contains("gracePeriodSeconds"));
}

TEST_F(PodDelete, APodThatIsGoneAlreadyIsNoFailure) {
  transport.on("DELETE", kPod).refuse(404, "NotFound", "pods \"web-0\" not found");
  EXPECT_EQ(apply(pod_delete(), {{"pod", "web-0"}, {"wait", false}}).kind, Outcome::Kind::Done);
}

TEST_F(PodDelete, ThePlanSaysThatNoBudgetIsAsked) {
  const auto plan = this->plan(pod_delete(), {{"pod", "web-0"}});
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->changes.front().verdict, testing::HasSubstr("budget"));
}

}  // namespace

}  // namespace cfkops::actions
