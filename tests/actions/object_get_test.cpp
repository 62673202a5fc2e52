#include "action_fixture.hpp"
#include "kinds.hpp"
#include "objects.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {

namespace {

using engine::Outcome;

struct ObjectGet : testing::Test, test::ActionBench {};

TEST_F(ObjectGet, GivesTheObjectAndItsUid) {
  transport.on("GET", test::kSets + "/kafka").reply(200, test::stateful_set("kafka"));
  const Outcome outcome = apply(object_get(), {{"kind", "sts"}, {"name", "kafka"}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(outcome.outputs.at("uid").text(), "s1");
  EXPECT_EQ(outcome.outputs.at("object").member("kind")->text(), "StatefulSet");
}

TEST_F(ObjectGet, WhatIsMissingIsAFailureUnlessThatIsAllowed) {
  transport.on("GET", test::kSets + "/kafka")
      .refuse(404, "NotFound", "statefulsets.apps \"kafka\" not found");
  EXPECT_EQ(apply(object_get(), {{"kind", "sts"}, {"name", "kafka"}}).kind, Outcome::Kind::Failed);
  const Outcome outcome =
      apply(object_get(), {{"kind", "sts"}, {"name", "kafka"}, {"missing_ok", true}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done);
  EXPECT_EQ(outcome.outputs.at("exists"), runbook::Value(false));
}

TEST_F(ObjectGet, WhatASecretHoldsStaysSecret) {
  transport.on("GET", "/api/v1/namespaces/confluent/secrets/s")
      .reply(200,
             nlohmann::json{{"apiVersion", "v1"},
                            {"kind", "Secret"},
                            {"metadata",
                             {{"name", "s"},
                              {"uid", "u"},
                              {"annotations",
                               {{"team", "blue"},
                                {"kubectl.kubernetes.io/last-applied-configuration",
                                 R"({"data":{"password":"aHVudGVyMg=="}})"}}}}},
                            {"data", {{"password", "aHVudGVyMg=="}}}});
  const Outcome outcome = apply(object_get(), {{"kind", "secret"}, {"name", "s"}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_TRUE(outcome.outputs.at("object").tainted());
  const Json shown = runbook::Value(outcome.outputs).to_json();
  EXPECT_THAT(shown.dump(), testing::Not(testing::HasSubstr("aHVudGVyMg")));
  EXPECT_EQ(shown.string_or("/object/metadata/annotations/team", ""), "blue");
}

TEST_F(ObjectGet, ThePlanOnlyAsksForWhatItIs) {
  const auto plan = this->plan(object_get(), {{"kind", "sts"}, {"name", "kafka"}});
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->changes.empty());
  ASSERT_EQ(plan->permissions.size(), 1U);
  EXPECT_EQ(plan->permissions.front().verb, "get");
}

}  // namespace

}  // namespace cfkops::actions
