#include "harm.hpp"

#include "cfkops/runbook/model.hpp"

#include <gmock/gmock.h>

namespace cfkops::rehearse {
namespace {

using namespace std::chrono_literals;
using sandbox::FaultKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A run that restarted one broker of three and went well; each test spoils one thing.
class HarmTest : public testing::Test {
 protected:
  HarmTest() {
    book_.validation.resize(1);
    request_.runbook = &book_;
    scenario_.kafka = {sandbox::KafkaSpec{.topics = {{.name = "orders", .partitions = 6}}}};
    kafka_.ns = "confluent";
    kafka_.name = "kafka";
    kafka_.brokers = 3;
    kafka_.brokers_running = 3;
    evidence_.before.kafka = {kafka_};
    kafka_.most_brokers_down = 1;
    evidence_.validations = 1;
    evidence_.validated = 1;
    evidence_.ended = 2min;
    evidence_.removals = {removal("kafka-0")};
    run_.report.result = engine::RunResult::Succeeded;
  }

  static Removal removal(const std::string& pod) {
    Removal one;
    one.ns = "confluent";
    one.pod = pod;
    one.uid = "1";
    one.evicted = true;
    one.step = "roll";
    one.at = 30s;
    one.kafka = "confluent/kafka";
    one.outcome = Removal::Outcome::Accepted;
    return one;
  }

  void happens(FaultKind kind, Duration at, const std::string& what) {
    evidence_.happened.push_back({.fault = {.kind = kind}, .at = at, .what = what});
  }

  std::vector<std::string> harm() {
    evidence_.after.kafka = {kafka_};
    const engine::Catalogue catalogue;
    return find_harm(
        {.request = request_, .catalogue = catalogue, .scenario = scenario_}, run_, evidence_);
  }

  runbook::Runbook book_;
  engine::RunRequest request_;
  sandbox::Scenario scenario_;
  sandbox::KafkaReport kafka_;
  Rehearsed run_;
  Evidence evidence_;
};

TEST_F(HarmTest, NoneInAGoodRun) {
  EXPECT_THAT(harm(), IsEmpty());
}

TEST_F(HarmTest, ASecondBrokerTakenDown) {
  evidence_.removals.push_back(removal("kafka-1"));
  evidence_.removals.back().others_down = {"confluent/kafka-0 (Pending)"};
  EXPECT_THAT(harm(), ElementsAre(HasSubstr("kafka-1 was taken down at +30s while another")));
}

TEST_F(HarmTest, ABrokerTakenDownWhileReplicasAreMissing) {
  evidence_.removals.push_back(removal("kafka-1"));
  evidence_.removals.back().under_replicated = 4;
  EXPECT_THAT(harm(), ElementsAre(HasSubstr("4 partitions")));
}

TEST_F(HarmTest, AFaultThatCouldNotBeKnownIsNoHarm) {
  evidence_.removals.front().others_down = {"confluent/kafka-1 (Failed)"};
  happens(FaultKind::DiskFull, 28s, "disk of confluent/kafka-1 full");
  kafka_.brokers_running = 2;
  kafka_.most_brokers_down = 2;
  run_.report.result = engine::RunResult::Failed;
  EXPECT_THAT(harm(), IsEmpty());
}

TEST_F(HarmTest, AFaultThatWasKnownIsHarm) {
  evidence_.removals.front().others_down = {"confluent/kafka-1 (Failed)"};
  happens(FaultKind::DiskFull, 10s, "disk of confluent/kafka-1 full");
  run_.report.result = engine::RunResult::Failed;
  EXPECT_THAT(harm(), ElementsAre(HasSubstr("while another one was not up")));
}

TEST_F(HarmTest, BrokersThatWentDownOtherwise) {
  kafka_.most_brokers_down = 2;
  EXPECT_THAT(harm(), ElementsAre(HasSubstr("2 brokers of confluent/kafka were down at once")));
  happens(FaultKind::NodeLost, 1s, "node-2 lost with pods kafka-1, kraftcontroller-0");
  EXPECT_THAT(harm(), IsEmpty());
}

TEST_F(HarmTest, PartitionsUnderMinIsr) {
  kafka_.most_under_min_isr = 1;
  kafka_.worst = {{.topic = "orders", .number = 2, .under_min_isr = 3s}};
  EXPECT_THAT(harm(), ElementsAre(HasSubstr("orders-2 for 3.0s")));
}

TEST_F(HarmTest, TopicsThatNoRestartLeavesWritableAreNoHarm) {
  scenario_.kafka.front().topics.push_back({.name = "one", .partitions = 1, .replicas = 1});
  kafka_.most_under_min_isr = 1;
  kafka_.worst = {{.topic = "one", .number = 0, .under_min_isr = 3s}};
  EXPECT_THAT(harm(), IsEmpty());
}

TEST_F(HarmTest, ASuccessThatIsNone) {
  kafka_.under_replicated = 2;
  evidence_.after.unready = {"confluent/kafka-0 (Pending)"};
  evidence_.validated = 0;
  EXPECT_THAT(harm(),
              ElementsAre(HasSubstr("0 of 1 check of the validation passed"),
                          HasSubstr("pods are not ready"),
                          HasSubstr("2 partitions of confluent/kafka miss a replica")));
}

TEST_F(HarmTest, WhatWasSoBeforeIsNoHarm) {
  evidence_.before.unready = {"shop/web-0 (Pending)"};
  evidence_.after.unready = {"shop/web-0 (Pending)"};
  EXPECT_THAT(harm(), IsEmpty());
}

TEST_F(HarmTest, AKilledRunLeavesABrokerDown) {
  run_.killed = true;
  kafka_.brokers_running = 2;
  EXPECT_THAT(harm(), ElementsAre(HasSubstr("1 broker of confluent/kafka stays down after we")));
}

TEST_F(HarmTest, AReportThatSaysNothingWasChanged) {
  run_.report.result = engine::RunResult::PrerequisiteFailed;
  evidence_.changes = 1;
  EXPECT_THAT(harm(), ElementsAre(HasSubstr("1 change took effect")));
}

TEST_F(HarmTest, ADeletePastAClosedBudget) {
  happens(FaultKind::BudgetCloses, 20s, "budgets of confluent closed");
  evidence_.removals.front().evicted = false;
  EXPECT_THAT(harm(), ElementsAre(HasSubstr("although its disruption budget let nothing go")));
}

TEST_F(HarmTest, TheReplacementTakenDownAsWell) {
  evidence_.removals.front().outcome = Removal::Outcome::Unknown;
  evidence_.removals.push_back(removal("kafka-0"));
  evidence_.removals.back().uid = "2";
  EXPECT_THAT(harm(), ElementsAre(HasSubstr("a second time")));
}

TEST_F(HarmTest, ARunWithoutEnd) {
  evidence_.limit_reached = true;
  evidence_.limit = 3h;
  EXPECT_THAT(harm(), ElementsAre(HasSubstr("neither ended nor failed within 3h00m")));
}

}  // namespace
}  // namespace cfkops::rehearse
