#include "action_fixture.hpp"
#include "drain_bench.hpp"
#include "kinds.hpp"
#include "objects.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {

namespace {

using engine::Outcome;
using nlohmann::json;
using testing::HasSubstr;

struct ObjectWait : testing::Test, test::ActionBench {
  json state = test::pod("kafka-0", "u1");

  ObjectWait() {
    transport.on("GET", test::kPods).handle([this](const kube::Request& request) {
      if (request.target.find("watch=") != std::string::npos) {
        test::Answer open = test::reply(200);
        open.stays_open = true;
        return open;
      }
      json items = json::array();
      if (!state.is_null()) {
        items.push_back(state);
      }
      return test::reply(200,
                         json{{"kind", "PodList"},
                              {"apiVersion", "v1"},
                              {"metadata", {{"resourceVersion", "9"}}},
                              {"items", items}});
    });
    context.deadline = transport.clock().now() + std::chrono::seconds(20);
  }

  void event(const std::string& type, const json& object) {
    transport.push(json{{"type", type}, {"object", object}}.dump() + "\n");
  }
};

TEST_F(ObjectWait, IsDoneAtOnceWhenItIsSoAlready) {
  const Outcome outcome = apply(
      object_wait(),
      {{"kind", "pod"}, {"name", "kafka-0"}, {"path", "/status/phase"}, {"equals", "Running"}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(transport.clock().passed(), Duration::zero());
}

TEST_F(ObjectWait, WaitsForACondition) {
  transport.at(std::chrono::seconds(5), [this] {
    json ready = state;
    ready["metadata"]["resourceVersion"] = "10";
    ready["status"]["conditions"] = json::array({{{"type", "Ready"}, {"status", "True"}}});
    event("MODIFIED", ready);
  });
  const Outcome outcome =
      apply(object_wait(), {{"kind", "pod"}, {"name", "kafka-0"}, {"condition", "Ready"}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_TRUE(observer.waited_for("condition Ready to be True"));
}

TEST_F(ObjectWait, ADeletedObjectIsGone) {
  transport.at(std::chrono::seconds(3), [this] { event("DELETED", state); });
  EXPECT_EQ(apply(object_wait(), {{"kind", "pod"}, {"name", "kafka-0"}, {"deleted", true}}).kind,
            Outcome::Kind::Done);
}

TEST_F(ObjectWait, WhenTheTimeIsUpItSaysWhatIsMissing) {
  const Outcome outcome =
      apply(object_wait(), {{"kind", "pod"}, {"name", "kafka-0"}, {"condition", "Ready"}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::NotYet);
  EXPECT_THAT(outcome.why, HasSubstr("no such condition"));
}

TEST_F(ObjectWait, TwoGoalsAtOnceAreAMistake) {
  EXPECT_EQ(
      apply(object_wait(),
            {{"kind", "pod"}, {"name", "kafka-0"}, {"condition", "Ready"}, {"path", "/status"}})
          .kind,
      Outcome::Kind::Failed);
}

TEST(ObjectWaitOfANode, FindsWhatLiesInNoNamespace) {
  test::DrainBench bench("");
  bench.context.deadline = bench.loop.clock().now() + std::chrono::seconds(5);
  const Outcome outcome =
      bench.apply(object_wait(), {{"kind", "node"}, {"name", "node-1"}, {"condition", "Ready"}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
}

}  // namespace

}  // namespace cfkops::actions
