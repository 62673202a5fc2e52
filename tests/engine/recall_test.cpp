// Secrets are not in the log: what a step gave of them is read again, or said to be lost.
#include "lives.hpp"
#include "value_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::engine {
namespace {

using runbook::Value;
using test::line_of;
using test::mentions;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// `look` reads a password; `use` needs it, after a step that changes something.
const std::string kReads = R"(
steps:
  - {id: look, do: fake.secret, with: {name: a}}
  - {id: one, do: fake.set, with: {name: a}}
  - {id: use, do: fake.use, with: {secret: "${steps.look.password}"}}
)";

/// The same, but what gives the password must not be carried out twice.
const std::string kMakes = R"(
steps:
  - {id: look, do: fake.secret, effect: once, with: {name: a}}
  - {id: one, do: fake.set, with: {name: a}}
  - {id: use, do: fake.use, with: {secret: "${steps.look.password}"}}
)";

struct Recall : testing::Test, test::Lives {};

TEST_F(Recall, ReadsAgainWhatTheLogDoesNotKeep) {
  begin(kReads, line_of(kReads, "intent", "one"));
  EXPECT_THAT(bench.disk.content, Not(HasSubstr("pw-1")));
  ASSERT_EQ(recovered().steps.front().secrets, std::vector<std::string>{"password"});
  const RunReport report = resumed();
  EXPECT_EQ(report.result, RunResult::Succeeded)
      << report.summary << (report.error ? report.error->text() : "");
  EXPECT_TRUE(mentions(bench.observer.lines, "secret pw-1"));
  EXPECT_TRUE(mentions(bench.observer.lines, "password of step 'look' was read again"));
  EXPECT_THAT(bench.disk.content, Not(HasSubstr("pw-1")));
}

/// `fake.use` says its secret aloud.
TEST_F(Recall, ASecretThatAStepGaveIsKeptOutOfTheLog) {
  begin(kReads, 0);
  EXPECT_TRUE(mentions(bench.observer.lines, "secret pw-1"));
  EXPECT_THAT(bench.disk.content, Not(HasSubstr("pw-1")));
  EXPECT_THAT(bench.disk.content, HasSubstr("wait 5s, secret ***"));
}

TEST_F(Recall, KeepsWhatTheLogDoesTell) {
  const std::string sections = kReads + R"(
  - {id: two, do: fake.set, with: {name: b, value: "${steps.look.value}"}}
)";
  begin(sections, line_of(sections, "step", "use"));
  ASSERT_EQ(bench.world.values.at("a"), "2") << "what `look` would read by now";
  EXPECT_EQ(resumed().result, RunResult::Succeeded);
  EXPECT_EQ(bench.world.values.at("b"), "1") << "what it read then";
}

TEST_F(Recall, SaysWhichOutputOfWhichStepIsLostBeforeItGoesOn) {
  begin(kMakes, line_of(kMakes, "intent", "one"));
  const RunReport report = resumed();
  EXPECT_EQ(report.result, RunResult::PrerequisiteFailed) << report.summary;
  ASSERT_TRUE(report.error);
  EXPECT_THAT(report.error->text(), HasSubstr("step 'use' needs steps.look.password"));
  EXPECT_THAT(report.error->text(), HasSubstr("the log does not keep secrets"));
  EXPECT_THAT(report.error->text(), HasSubstr("it does more than read"));
  EXPECT_THAT(report.error->hint, HasSubstr("cfkops rollback 20260102-030405-beef"));
  EXPECT_EQ(times("a=2"), 0);
}

TEST_F(Recall, SaysWhatKeptItFromBeingReadAgain) {
  begin(kReads, line_of(kReads, "step", "use"));
  bench.world.values.erase("a");
  const RunReport report = resumed();
  EXPECT_EQ(report.result, RunResult::PrerequisiteFailed) << report.summary;
  EXPECT_THAT(report.error->text(), HasSubstr("it could not be carried out again"));
  EXPECT_THAT(report.error->text(), HasSubstr("configmaps \"a\" not found"));
}

TEST_F(Recall, WhatIsLostHindersNobodyWhoDoesNotNeedIt) {
  const std::string sections = R"(
steps:
  - {id: look, do: fake.secret, effect: once, with: {name: a}}
  - {id: one, do: fake.set, with: {name: b, value: "${steps.look.value}"}}
)";
  begin(sections, line_of(sections, "intent", "one"));
  EXPECT_EQ(resumed().result, RunResult::Succeeded);
  EXPECT_EQ(bench.world.values.at("b"), "1");
}

TEST_F(Recall, IsThereForTheUndoToo) {
  const std::string sections = R"(
steps:
  - {id: look, do: fake.secret, with: {name: a}}
  - id: one
    do: fake.set
    with: {name: a}
    rollback: [{id: back, do: fake.use, with: {secret: "${steps.look.password}"}}]
)";
  begin(sections, 0);
  EXPECT_EQ(go_on(recovered(), roll_back).result, RunResult::Succeeded);
  EXPECT_TRUE(mentions(bench.observer.lines, "secret pw-2"));
}

TEST(SecretsInTheLog, AreNamed) {
  const runbook::ValueMap values = {
      {"plain", Value("x")},
      {"secret", Value(Redacted("canary"))},
      {"object", Value(runbook::ValueMap{{"data", Value(Redacted("canary"))}})}};
  const auto parsed = Json::parse(Json(to_log(values)).dump());
  ASSERT_THAT(parsed, test::IsOk());
  EXPECT_EQ(secrets_in_log(*parsed), (std::vector<std::string>{"object", "secret"}));
  EXPECT_THAT(secrets_in_log(Json()), IsEmpty());
}

}  // namespace
}  // namespace cfkops::engine
