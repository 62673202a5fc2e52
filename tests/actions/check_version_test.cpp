#include "action_fixture.hpp"
#include "kinds.hpp"
#include "roll_bench.hpp"
#include "support/matchers.hpp"
#include "version_range.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::actions {

namespace {

using engine::Verdict;
using test::HasError;
using test::IsOkAnd;
using testing::ElementsAre;

TEST(VersionRange, ReadsTheNumbersOfAVersion) {
  EXPECT_THAT(parse_version("v1.34.4+k3s1"), IsOkAnd(ElementsAre(1, 34, 4)));
  EXPECT_THAT(parse_version("7.9.2-ccs"), IsOkAnd(ElementsAre(7, 9, 2)));
  EXPECT_THAT(parse_version("4.3"), IsOkAnd(ElementsAre(4, 3)));
  EXPECT_THAT(parse_version("latest"), HasError(ErrorCode::InvalidInput, "no version"));
}

TEST(VersionRange, AllComparisonsMustHold) {
  EXPECT_THAT(in_range("v1.34.4", ">=1.25 <2"), IsOkAnd(true));
  EXPECT_THAT(in_range("1.24.9", ">=1.25 <2"), IsOkAnd(false));
  EXPECT_THAT(in_range("2.0.0", ">=1.25 <2"), IsOkAnd(false));
  EXPECT_THAT(in_range("1.34.4", "=1.34"), IsOkAnd(true));
  EXPECT_THAT(in_range("1.34.4", "!=1.34"), IsOkAnd(false));
  EXPECT_THAT(in_range("1.34.4", "<=1.34"), IsOkAnd(true));
  EXPECT_THAT(in_range("1.34.4", ">1.34"), IsOkAnd(true));
  EXPECT_THAT(in_range("10.0", ">=9"), IsOkAnd(true));
}

TEST(VersionRange, ARangeThatSaysNothingIsAMistake) {
  EXPECT_THAT(in_range("1.34.4", ""), HasError(ErrorCode::InvalidInput));
  EXPECT_THAT(in_range("1.34.4", "~>1.2"),
              HasError(ErrorCode::InvalidInput, "compares no versions"));
}

struct Version : testing::Test, test::ActionBench {};

TEST_F(Version, OfKubernetesIsTheServers) {
  transport.on("GET", "/version")
      .reply(200, nlohmann::json{{"major", "1"}, {"minor", "34"}, {"gitVersion", "v1.34.4"}});
  EXPECT_EQ(evaluate(check_version(), {{"of", "kubernetes"}, {"range", ">=1.25 <2"}}).verdict,
            Verdict::Pass);
  EXPECT_EQ(evaluate(check_version(), {{"of", "kubernetes"}, {"range", "<1.30"}}).verdict,
            Verdict::Fail);
}

TEST_F(Version, AServerThatDoesNotTellIsUnknown) {
  transport.on("GET", "/version").refuse(403, "Forbidden", "no");
  EXPECT_EQ(evaluate(check_version(), {{"of", "kubernetes"}, {"range", ">=1.25"}}).verdict,
            Verdict::Unknown);
}

TEST(VersionOfKafka, IsThatOfEachBroker) {
  test::RollBench bench;
  const runbook::ValueMap asked{
      {"of", "kafka"}, {"range", ">=4 <5"}, {"target", test::RollBench::target()}};
  EXPECT_EQ(bench.evaluate(check_version(), asked).verdict, Verdict::Pass);
  bench.server.say_version("kafka-1", "3.9.1");
  const auto result = bench.evaluate(check_version(), asked);
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_EQ(result.summary, "kafka 3.9.1 and 4.3.0, wanted >=4 <5");
  EXPECT_THAT(result.remedy, testing::EndsWith("kafka 3.9.1"));
}

TEST(VersionOfKafka, WithoutBrokersIsUnknown) {
  test::RollBench bench(test::KafkaHabits{.brokers = 0, .partitions = 0});
  const auto result =
      bench.evaluate(check_version(),
                     {{"of", "kafka"}, {"range", ">=4 <5"}, {"target", test::RollBench::target()}});
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_THAT(result.summary, testing::HasSubstr("no broker tells a version"));
}

}  // namespace

}  // namespace cfkops::actions
