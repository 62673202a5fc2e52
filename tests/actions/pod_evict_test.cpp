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

const std::string kPod = test::kPods + "/kafka-0";

struct PodEvict : testing::Test, test::ActionBench {
  std::string uid = "u1";

  PodEvict() {
    transport.on("GET", kPod).handle([this](const kube::Request&) {
      return test::reply(200, test::pod("kafka-0", uid));
    });
  }

  void accept() {
    transport.on("POST", kPod + "/eviction").handle([this](const kube::Request&) {
      transport.at(transport.clock().passed() + std::chrono::seconds(3), [this] { uid = "u2"; });
      return test::reply(201, json{{"kind", "Status"}, {"status", "Success"}});
    });
  }
};

TEST_F(PodEvict, PinsTheUidAndWaitsUntilThatPodIsGone) {
  accept();
  const Outcome outcome = apply(pod_evict(), {{"pod", "kafka-0"}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(outcome.outputs.at("uid").text(), "u1");
  ASSERT_EQ(recorder.mutations.size(), 1U);
  EXPECT_EQ(recorder.mutations.front().uid, "u1");
  EXPECT_GE(transport.clock().passed(), std::chrono::seconds(3));
}

TEST_F(PodEvict, ABudgetThatSaysNoIsNotYetAndNoFailure) {
  transport.on("POST", kPod + "/eviction")
      .reply(
          429,
          json{{"kind", "Status"},
               {"status", "Failure"},
               {"reason", "TooManyRequests"},
               {"message", "Cannot evict pod as it would violate the pod's disruption budget."},
               {"details",
                {{"causes", {{{"reason", "DisruptionBudget"}, {"message", "needs 2 healthy"}}}}}},
               {"code", 429}});
  const Outcome outcome = apply(pod_evict(), {{"pod", "kafka-0"}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::NotYet);
  EXPECT_THAT(outcome.why, HasSubstr("disruption budget"));
}

TEST_F(PodEvict, AnotherPodOfThatNameIsLeftAlone) {
  const Outcome outcome = apply(pod_evict(), {{"pod", "kafka-0"}, {"uid", "u0"}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_TRUE(recorder.mutations.empty());
}

TEST_F(PodEvict, APodThatDoesNotGoInTimeIsUnknown) {
  transport.on("POST", kPod + "/eviction")
      .reply(201, json{{"kind", "Status"}, {"status", "Success"}});
  context.deadline = transport.clock().now() + std::chrono::seconds(30);
  EXPECT_EQ(apply(pod_evict(), {{"pod", "kafka-0"}}).kind, Outcome::Kind::Unknown);
}

TEST_F(PodEvict, ThePlanAsksTheServerWithoutDoingIt) {
  transport.on("POST", kPod + "/eviction")
      .reply(201, json{{"kind", "Status"}, {"status", "Success"}});
  const auto plan = this->plan(pod_evict(), {{"pod", "kafka-0"}});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->changes.front().verdict, "accepted");
  EXPECT_THAT(transport.calls().back().request.target, HasSubstr("dryRun=All"));
  EXPECT_TRUE(recorder.mutations.empty());
}

TEST_F(PodEvict, NothingLeavesWhenTheJournalCannotBeWritten) {
  recorder.broken = true;
  EXPECT_EQ(apply(pod_evict(), {{"pod", "kafka-0"}}).kind, Outcome::Kind::Failed);
  for (const test::Call& call : transport.calls()) {
    EXPECT_EQ(call.request.method, "GET");
  }
}

}  // namespace

}  // namespace cfkops::actions
