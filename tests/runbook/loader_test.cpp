#include "cfkops/runbook/loader.hpp"

#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::runbook {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

Runbook loaded(const std::filesystem::path& file) {
  const std::string text = test::read_file(test::source_tree() / file);
  auto runbook = load_runbook(text, file.filename().string());
  if (!runbook) {
    for (const Diagnostic& finding : runbook.error()) {
      ADD_FAILURE() << render(finding, text);
    }
    return {};
  }
  return *std::move(runbook);
}

TEST(Loader, KeepsEverythingAndWhereItStands) {
  const Runbook runbook = loaded("tests/golden/lint/ok/everything.yaml");
  EXPECT_EQ(runbook.name, "everything");
  EXPECT_EQ(runbook.purpose, "Folded text on two lines.\n");
  EXPECT_EQ(runbook.risk, "low");
  EXPECT_EQ(runbook.file, "everything.yaml");
  EXPECT_EQ(runbook.sha256.size(), 64U);
  EXPECT_EQ(runbook.param("nothing"), nullptr);
  const Param& count = *runbook.param("count");
  EXPECT_EQ(count.fallback, Value(3));
  EXPECT_EQ(count.least, Value(1));
  EXPECT_EQ(count.most, Value(10));
  EXPECT_EQ(count.pos, (SourcePos{"everything.yaml", 14, 3}));
  EXPECT_TRUE(runbook.param("settle")->required);
  EXPECT_THAT(runbook.param("mode")->type.names, ElementsAre("fast", "slow"));
  EXPECT_EQ(runbook.param("topics")->doc, "What to roll");
}

TEST(Loader, ReadsSteps) {
  const Runbook runbook = loaded("tests/golden/lint/ok/everything.yaml");
  ASSERT_EQ(runbook.steps.size(), 4U);
  const Step& roll = runbook.steps[0];
  EXPECT_EQ(roll.id, "roll");
  EXPECT_EQ(roll.action, "kafka.roll");
  EXPECT_EQ(roll.timeout, seconds(5400));
  EXPECT_EQ(roll.attempts.max, 3);
  EXPECT_EQ(roll.attempts.every, seconds(10));
  EXPECT_EQ(roll.attempts.backoff, 1.5);
  EXPECT_THAT(roll.attempts.on, ElementsAre("not_yet", "refused"));
  EXPECT_EQ(roll.no_rollback, "nothing to take back");
  EXPECT_EQ(roll.effect, Effect::Once);
  ASSERT_EQ(roll.expect.size(), 1U);
  EXPECT_EQ(roll.expect[0].that.source(), "steps.roll.restarted == steps.roll.planned");
  EXPECT_EQ(roll.with[0].value.key_pos.line, roll.with[0].value.pos.line);
  const Step& group = runbook.steps[2];
  EXPECT_EQ(group.action, "");
  ASSERT_TRUE(group.each);
  EXPECT_EQ(group.each->as, "topic");
  ASSERT_EQ(group.steps.size(), 2U);
  EXPECT_EQ(group.steps[1].id, "second");
  EXPECT_EQ(runbook.steps[1].attempts.max, 1);
}

TEST(Loader, ReadsChecksAndNamesThem) {
  const Runbook runbook = loaded("tests/golden/lint/ok/everything.yaml");
  ASSERT_EQ(runbook.prerequisites.size(), 3U);
  EXPECT_EQ(runbook.prerequisites[0].id, "permission_1");
  EXPECT_EQ(runbook.prerequisites[1].id, "repl");
  EXPECT_EQ(runbook.prerequisites[2].id, "expr_3");
  EXPECT_FALSE(runbook.prerequisites[2].when.empty());
  EXPECT_TRUE(runbook.prerequisites[1].when.empty());
}

TEST(Loader, ReadsGuardsAndWhatTheirBreachDoes) {
  const Runbook runbook = loaded("tests/golden/lint/ok/everything.yaml");
  ASSERT_EQ(runbook.guards.size(), 3U);
  const Guard& watch = runbook.guards[0];
  EXPECT_EQ(watch.check.id, "watch");
  EXPECT_EQ(watch.check.kind, "kafka.replication");
  EXPECT_EQ(watch.every, seconds(30));
  EXPECT_EQ(watch.hold, seconds(60));
  EXPECT_EQ(watch.on_breach, OnBreach::Rollback);
  const Guard& asks = runbook.guards[1];
  EXPECT_EQ(asks.check.id, "expr_2");
  EXPECT_FALSE(asks.check.when.empty());
  EXPECT_EQ(asks.every, seconds(10));
  EXPECT_EQ(asks.hold, Duration::zero());
  EXPECT_EQ(asks.on_breach, OnBreach::Ask);
  EXPECT_EQ(runbook.guards[2].on_breach, OnBreach::Stop);
}

TEST(Loader, ReadsLocksAndWindows) {
  const Runbook runbook = loaded("tests/golden/lint/ok/everything.yaml");
  ASSERT_EQ(runbook.locks.size(), 2U);
  EXPECT_EQ(runbook.locks[0].source(), "kafka/${run.namespace}/${params.target.name}");
  ASSERT_EQ(runbook.windows.size(), 2U);
  const WindowEntry& night = runbook.windows[0];
  EXPECT_EQ(night.kind, WindowEntry::Kind::Allow);
  EXPECT_EQ(night.title, "At night");
  EXPECT_EQ(night.start, "2026-01-06T22:00");
  EXPECT_EQ(night.duration, std::chrono::hours(4));
  EXPECT_EQ(night.rrule, "FREQ=WEEKLY;BYDAY=TU,TH");
  EXPECT_THAT(night.except, ElementsAre("2026-12-24T22:00"));
  EXPECT_EQ(night.timezone, "Europe/Berlin");
  EXPECT_EQ(runbook.windows[1].kind, WindowEntry::Kind::Freeze);
  EXPECT_EQ(runbook.windows[1].file, "freezes.ics");
  EXPECT_FALSE(runbook.windows[1].duration);
}

TEST(Loader, ReadsConfirmationsAndStepsInPlaceOfAnUndo) {
  const Runbook runbook = loaded("tests/golden/lint/ok/everything.yaml");
  EXPECT_EQ(runbook.steps[0].confirm.expressions().size(), 2U);
  EXPECT_TRUE(runbook.steps[0].rollback.empty());
  ASSERT_EQ(runbook.steps[1].rollback.size(), 1U);
  EXPECT_EQ(runbook.steps[1].rollback[0].id, "untell");
  EXPECT_EQ(runbook.steps[1].no_rollback, "");
  EXPECT_EQ(runbook.steps[1].confirm.source(), "");
}

TEST(Loader, TypesArguments) {
  const Runbook runbook = loaded("tests/golden/lint/ok/everything.yaml");
  const Bindings bindings = {{"params", ValueMap{{"note", "hello"}, {"token", Redacted("x")}}},
                             {"run", ValueMap{{"id", "r1"}}},
                             {"steps", ValueMap{{"roll", ValueMap{{"restarted", 2}}}}}};
  std::string text;
  for (const auto& [name, argument] : runbook.steps[1].with) {
    const auto value = argument.evaluate(bindings);
    text += name + "=" + (value ? value->text() : value.error().message) + "\n";
  }
  EXPECT_EQ(text,
            "text=hello: ${not an expression} 3\n"
            "token=***\n"
            "labels={\"kind\":\"plain\",\"run\":\"r1\"}\n"
            "to={\"name\":\"someone\",\"retries\":3}\n"
            "limit=10Gi\n");
}

TEST(Loader, LeavesArgumentsOutThatAreMissing) {
  const Runbook runbook = loaded("tests/golden/lint/ok/everything.yaml");
  const Bindings bindings = {{"params", ValueMap{}}};
  EXPECT_TRUE(runbook.steps[1].with[1].value.evaluate(bindings)->is_null());
}

TEST(Loader, GivesFindingsInFileOrder) {
  const auto runbook = load_runbook("kind: Runbook\nname: X\nrisk: none\nsteps: {}\n", "x.yaml");
  ASSERT_FALSE(runbook);
  int line = 0;
  for (const Diagnostic& finding : runbook.error()) {
    EXPECT_GE(finding.pos.line, line);
    line = finding.pos.line;
  }
  EXPECT_EQ(line, 4);
}

TEST(Loader, RefusesWhatIsNoRunbook) {
  for (const char* text :
       {"", "- a", "just text", "{", "a: b: c", "---\n---\n", "apiVersion: 1\n"}) {
    EXPECT_FALSE(load_runbook(text, "x.yaml")) << text;
  }
}

TEST(ClaimOf, IsWhatStandsAtTheTopWhateverItsQuotes) {
  EXPECT_EQ(claim_of("kind: Runbook\napiVersion: cfkops/v1\n"), Claim::Runbook);
  EXPECT_EQ(claim_of("apiVersion: \"cfkops/v1\"\nkind: 'Runbook'  # mine\n"), Claim::Runbook);
  EXPECT_EQ(claim_of("apiVersion: cfkops/v1\nkind: Scenario # \"x\"\n"), Claim::OtherOfOurs);
  EXPECT_EQ(claim_of("apiVersion: 'cfkops/v1'\nkind: RunbookTest\n"), Claim::OtherOfOurs);
  EXPECT_EQ(claim_of("apiVersion: apps/v1\nkind: Deployment\n"), Claim::Foreign);
  EXPECT_EQ(claim_of("apiVersion: apps/v1\nkind: Runbook\n"), Claim::Nothing) << "perhaps a slip";
  EXPECT_EQ(claim_of("kind: Role\napiVersion: v1\n---\nkind: Runbook\napiVersion: cfkops/v1\n"),
            Claim::Foreign);
  EXPECT_EQ(claim_of("a:\n  apiVersion: cfkops/v1\n  kind: Scenario\n"), Claim::Nothing);
  EXPECT_EQ(claim_of("apiVersion: cfkops/v1\n"), Claim::Nothing);
  EXPECT_EQ(claim_of(""), Claim::Nothing);
}

}  // namespace
}  // namespace cfkops::runbook
