#include "action_fixture.hpp"
#include "kinds.hpp"
#include "objects.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {

namespace {

using engine::Outcome;
using testing::HasSubstr;

const std::string kPod = test::kPods + "/kafka-0";

struct PodExec : testing::Test, test::ActionBench {
  PodExec() { transport.on("GET", kPod).reply(200, test::pod("kafka-0", "u1")); }

  /// A program that writes `output` and ends with `status` on the error channel.
  void program(const std::string& output, const std::string& status) {
    transport.on("GET", kPod + "/exec")
        .socket("v5.channel.k8s.io", [=](test::SocketPeer& peer, std::string_view said) {
          if (said.empty()) {
            peer.send("\x01" + output);
            peer.send("\x03" + status);
            peer.close();
          }
        });
  }

  const runbook::ValueMap arguments{
      {"pod", "kafka-0"}, {"container", "kafka"}, {"argv", runbook::ValueList{"df", "-h"}}};
};

TEST_F(PodExec, GivesOutputAndExitCode) {
  program("50%\n", R"({"kind":"Status","status":"Success"})");
  const Outcome outcome = apply(pod_exec(), arguments);
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(outcome.outputs.at("output").text(), "50%\n");
  EXPECT_EQ(outcome.outputs.at("exit_code"), runbook::Value(0));
  EXPECT_THAT(transport.calls().back().request.target, HasSubstr("command=df&command=-h"));
}

TEST_F(PodExec, ACodeOtherThanZeroIsAFailureUnlessThatIsAllowed) {
  const char* status =
      R"({"kind":"Status","status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}})";
  program("no such file\n", status);
  const Outcome failed = apply(pod_exec(), arguments);
  EXPECT_EQ(failed.kind, Outcome::Kind::Failed);
  EXPECT_THAT(failed.error->message, HasSubstr("ended with code 3"));
  EXPECT_THAT(failed.error->message, HasSubstr("no such file"));
  runbook::ValueMap lenient = arguments;
  lenient["must_succeed"] = false;
  EXPECT_EQ(apply(pod_exec(), lenient).kind, Outcome::Kind::Done);
}

TEST_F(PodExec, WithoutAStatusTheOutcomeIsUnknownAndNoSuccess) {
  transport.on("GET", kPod + "/exec")
      .socket("v5.channel.k8s.io", [](test::SocketPeer& peer, std::string_view said) {
        if (said.empty()) {
          peer.close();
        }
      });
  EXPECT_EQ(apply(pod_exec(), arguments).kind, Outcome::Kind::Unknown);
}

TEST_F(PodExec, ThePlanShowsTheProgramAndAsksForBothVerbs) {
  const auto plan = this->plan(pod_exec(), arguments);
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->changes.front().diff, testing::ElementsAre("+ df -h"));
  EXPECT_EQ(plan->permissions.size(), 3U);
}

}  // namespace

}  // namespace cfkops::actions
