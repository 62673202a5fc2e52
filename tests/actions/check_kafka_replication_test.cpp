#include "roll_bench.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/runbook/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace cfkops::actions {
namespace {

using namespace std::chrono_literals;
using engine::CheckResult;
using engine::Verdict;
using test::RollBench;
using testing::Contains;
using testing::HasSubstr;

CheckResult ask(RollBench& bench, runbook::ValueMap more = {}) {
  more["target"] = RollBench::target();
  return bench.evaluate(check_kafka_replication(), std::move(more));
}

TEST(CheckKafkaReplication, PassesWithTheMeasuredValues) {
  RollBench bench;
  const CheckResult result = ask(bench);
  EXPECT_EQ(result.verdict, Verdict::Pass);
  EXPECT_THAT(result.summary, HasSubstr("0 of 6 partitions under-replicated"));
  EXPECT_EQ(result.outputs.at("brokers").text(), "3");
  EXPECT_EQ(result.outputs.at("under_replicated").text(), "0");
}

TEST(CheckKafkaReplication, NamesThePartitionsThatAreNotInSync) {
  RollBench bench;
  bench.model().process("kafka-2").never_in_sync = true;
  bench.model().partitions()[4].in_sync.erase("kafka-2");
  const CheckResult result = ask(bench);
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.details, Contains(HasSubstr("orders-4: 2 of 3 in sync")));
  EXPECT_EQ(result.outputs.at("under_replicated").text(), "1");
}

TEST(CheckKafkaReplication, ASilentBrokerIsUnknown) {
  RollBench bench;
  bench.model().process("kafka-1").silent = true;
  const CheckResult result = ask(bench);
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_THAT(result.details, Contains(HasSubstr("kafka-1 does not answer")));
}

TEST(CheckKafkaReplication, ControllersThatMayBeItsOwnAndDoNotAnswerAreUnknown) {
  RollBench bench;
  for (const char* pod : {"kraftcontroller-0", "kraftcontroller-1", "kraftcontroller-2"}) {
    bench.model().process(pod).silent = true;
  }
  const CheckResult result = ask(bench);
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_THAT(result.details, Contains(HasSubstr("the controllers are not known")));
}

TEST(CheckKafkaReplication, HoldNeedsTwoGoodReadingsThatFarApart) {
  RollBench bench;
  CheckResult result = ask(bench, {{"hold", Duration(20s)}});
  EXPECT_EQ(result.verdict, Verdict::Pass);
  EXPECT_THAT(result.summary, HasSubstr("twice 20s apart"));
  EXPECT_GE(bench.transport.clock().passed(), Duration(20s));

  RollBench other;
  other.transport.at(10s, [&] {
    other.model().process("kafka-2").never_in_sync = true;
    other.model().partitions()[4].in_sync.erase("kafka-2");
  });
  EXPECT_EQ(ask(other, {{"hold", Duration(20s)}}).verdict, Verdict::Fail);
}

TEST(CheckKafkaReplication, WithWaiversItAlsoAsksWhetherEachBrokerMayStop) {
  RollBench bench;
  for (auto& partition : bench.model().partitions()) {
    partition.min_isr = 3;
  }
  EXPECT_EQ(ask(bench).verdict, Verdict::Pass);
  const CheckResult result = ask(bench, {{"waiver_topics", runbook::ValueList{}}});
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.remedy, HasSubstr("--param waiver_topics=orders"));
  EXPECT_EQ(ask(bench, {{"waiver_topics", runbook::ValueList{"orders"}}}).verdict, Verdict::Pass);
}

TEST(CheckKafkaReplication, WithWaiversABrokerWithoutGaugesOfPartitionsIsUnknown) {
  RollBench bench;
  bench.server.hide_partitions("kafka-1");
  EXPECT_EQ(ask(bench).verdict, Verdict::Pass);
  const CheckResult result = ask(bench, {{"waiver_topics", runbook::ValueList{}}});
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_THAT(result.details, Contains(HasSubstr("kafka-1 does not tell which partitions")));
}

TEST(CheckKafkaReplication, WithWaiversABrokerThatTellsOfFewerThanItHostsIsUnknown) {
  RollBench bench;
  bench.server.hide_partition("kafka-1", 0);
  EXPECT_EQ(ask(bench).verdict, Verdict::Pass);
  const CheckResult result = ask(bench, {{"waiver_topics", runbook::ValueList{}}});
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_THAT(result.details, Contains("kafka-1 hosts 6 partitions, but told of 5"));
}

TEST(CheckKafkaReplication, ThePrerequisiteOfBrokerRestartNamesTopicsUnlessOnlyControllersRestart) {
  const auto file = test::source_tree() / "runbooks/broker-restart.yaml";
  const runbook::LintReport report = runbook::lint(test::read_file(file), "it", specs());
  ASSERT_TRUE(report.runbook);
  const auto& checks = report.runbook->prerequisites;
  const auto check = std::find_if(
      checks.begin(), checks.end(), [](const auto& one) { return one.id == "replication"; });
  ASSERT_NE(check, checks.end());
  const auto argument = std::find_if(check->with.begin(), check->with.end(), [](const auto& one) {
    return one.name == "waiver_topics";
  });
  ASSERT_NE(argument, check->with.end());
  const auto value = [&](const char* roles) {
    const runbook::ValueMap params{{"roles", roles}, {"waiver_topics", runbook::ValueList{"a"}}};
    return *argument->value.evaluate({{"params", params}});
  };
  EXPECT_TRUE(value("controllers").is_null());
  EXPECT_EQ(value("brokers"), runbook::Value(runbook::ValueList{"a"}));
  EXPECT_EQ(value("all"), runbook::Value(runbook::ValueList{"a"}));
}

TEST(CheckKafkaReplication, AVoterWithoutItsGaugesIsUnknown) {
  RollBench bench(test::KafkaHabits{.combined = true});
  bench.server.hide_controller("kafka-1");
  const CheckResult result = ask(bench);
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_THAT(result.details, Contains("kafka-1 does not answer: it has no such gauges"));
}

TEST(CheckKafkaReplication, IsUnknownWhereTheTargetCannotBeFound) {
  RollBench bench;
  bench.server.forbid("/statefulsets");
  EXPECT_EQ(ask(bench).verdict, Verdict::Unknown);
}

}  // namespace
}  // namespace cfkops::actions
