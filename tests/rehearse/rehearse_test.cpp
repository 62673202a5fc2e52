#include "cfkops/rehearse/rehearse.hpp"

#include "points.hpp"
#include "report_json.hpp"
#include "stage.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/kube/client.hpp"
#include "cfkops/runbook/loader.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <array>

namespace cfkops::rehearse {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kReckless = R"(apiVersion: cfkops/v1
kind: Runbook
name: reckless
title: Takes two brokers down
purpose: To be found out
owner: nobody
risk: high
steps:
  - id: go
    title: Delete two brokers
    do: reckless.delete
    rollback:
      none: for a test
)";

/// Deletes two brokers at once.
class Reckless final : public engine::Action {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override { return spec_; }

  [[nodiscard]] Result<engine::StepPlan> plan(
      const engine::Context& /*context*/,
      kube::Reader& /*reader*/,
      const engine::Arguments& /*arguments*/) const override {
    return engine::StepPlan{};
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& /*arguments*/) const override {
    for (const char* pod : {"kafka-0", "kafka-1"}) {
      if (Status gone = client.remove(kube::resources::pods(), context.ns, pod, {}); !gone) {
        return engine::Outcome::from(gone.error());
      }
    }
    return engine::Outcome::done();
  }

  [[nodiscard]] engine::PlannedChange planned_undo(const Json& /*remembered*/) const override {
    return {};
  }

  [[nodiscard]] engine::Outcome undo(const engine::Context& /*context*/,
                                     kube::Client& /*client*/,
                                     const Json& /*remembered*/) const override {
    return engine::Outcome::done();
  }

 private:
  runbook::ActionSpec spec_ = {.name = "reckless.delete",
                               .summary = "Delete two brokers",
                               .effect = runbook::Effect::Once,
                               .no_undo = "for a test"};
};

class RehearseTest : public testing::Test {
 protected:
  void take(const std::string& text) {
    auto loaded = runbook::load_runbook(text, "it");
    ASSERT_TRUE(loaded) << loaded.error().front().message;
    book_ = *std::move(loaded);
    request_.runbook = &book_;
    request_.ns = "confluent";
    scenario_ = sandbox::find_scenario("healthy").value();
  }

  void take_broker_restart() {
    take(test::read_file(test::source_tree() / "runbooks/broker-restart.yaml"));
    request_.params = {{"settle", "0s"}};
  }

  [[nodiscard]] Rehearsal rehearsal(const engine::Catalogue& catalogue, std::size_t points) const {
    return {.request = request_, .catalogue = catalogue, .scenario = scenario_, .points = points};
  }

  runbook::Runbook book_;
  engine::RunRequest request_;
  sandbox::Scenario scenario_;
};

TEST_F(RehearseTest, APlainRunOfBrokerRestartDoesNoHarm) {
  take_broker_restart();
  const auto report = rehearse(rehearsal(actions::catalogue(), 0), {});
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->plain.report.result, engine::RunResult::Succeeded)
      << report->plain.report.summary;
  EXPECT_THAT(report->plain.harm, IsEmpty());
  EXPECT_THAT(report->plain.unready, IsEmpty());
  ASSERT_EQ(report->plain.kafka.size(), 1U);
  EXPECT_EQ(report->plain.kafka.front().most_brokers_down, 1);
  EXPECT_EQ(report->plain.kafka.front().restarts, 3U);
  EXPECT_THAT(to_text(*report), HasSubstr("plain run: done in "));
}

TEST_F(RehearseTest, FindsARunThatTakesTwoBrokersDown) {
  take(kReckless);
  const Reckless reckless;
  const std::array<const engine::Action*, 1> actions = {&reckless};
  const engine::Catalogue catalogue{.actions = actions, .checks = {}, .refs = {}};
  const auto report = rehearse(rehearsal(catalogue, 0), {});
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(has_harm(*report));
  EXPECT_THAT(report->plain.harm, Contains(HasSubstr("2 brokers of confluent/kafka were down")));
  EXPECT_THAT(report->plain.harm, Contains(HasSubstr("went under min.insync.replicas")));
  EXPECT_THAT(to_text(*report), HasSubstr("HARM"));
}

TEST_F(RehearseTest, AKillAtAWriteOfTheLogEndsTheRunThere) {
  take_broker_restart();
  const std::vector<sandbox::Fault> script = {{.kind = sandbox::FaultKind::Kill, .nth = 20}};
  const auto report = rehearse(rehearsal(actions::catalogue(), 0), script);
  ASSERT_TRUE(report) << report.error().text();
  ASSERT_EQ(report->runs.size(), 1U);
  EXPECT_TRUE(report->runs.front().killed);
  EXPECT_THAT(report->runs.front().harm, IsEmpty());
}

/// All that is told of a run; without how long it took where the other came back to the plain run.
std::string compared(const Rehearsed& run, const Rehearsed& branch) {
  nlohmann::json told = json_of(run);
  if (branch.joined) {
    for (const char* name : {"joinedSeconds", "requests", "seconds", "steps"}) {
      told.erase(name);
    }
  }
  return told.dump();
}

/// What branches off from a run is what a run of its own would be.
TEST_F(RehearseTest, ABranchIsARunOfItsOwn) {
  take_broker_restart();
  const Rehearsal it = rehearsal(actions::catalogue(), 8);
  const auto report = rehearse_all(it);
  ASSERT_TRUE(report) << report.error().text();
  Trace trace;
  ASSERT_TRUE(run_once(it, {}, {.trace = &trace, .crossroads = nullptr}));
  const std::vector<FaultPoint> points = choose_points(trace, it.points);
  ASSERT_EQ(report->runs.size(), points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    auto alone = run_once(it, {points[i].fault}, {});
    ASSERT_TRUE(alone) << alone.error().text();
    alone->fault = report->runs[i].fault;
    alone->kind = report->runs[i].kind;
    alone->step = points[i].step;
    EXPECT_EQ(compared(*alone, report->runs[i]), compared(report->runs[i], report->runs[i]));
  }
}

TEST_F(RehearseTest, TheSameSeedGivesTheSameReport) {
  take_broker_restart();
  const auto first = rehearse_all(rehearsal(actions::catalogue(), 8));
  const auto second = rehearse_all(rehearsal(actions::catalogue(), 8));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->runs.size(), 8U);
  EXPECT_EQ(to_json(*first).dump(), to_json(*second).dump());
  EXPECT_EQ(to_markdown(*first), to_markdown(*second));
}

}  // namespace
}  // namespace cfkops::rehearse
