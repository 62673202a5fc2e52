#include "roll_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using engine::CheckResult;
using engine::Verdict;
using test::RollBench;
using testing::Contains;
using testing::HasSubstr;

CheckResult ask(RollBench& bench) {
  return bench.evaluate(check_kafka_quorum(), {{"target", RollBench::target()}});
}

TEST(CheckKafkaQuorum, PassesWithLeaderAndEpoch) {
  RollBench bench;
  const CheckResult result = ask(bench);
  EXPECT_EQ(result.verdict, Verdict::Pass);
  EXPECT_EQ(result.summary, "kraftcontroller-0 leads 3 controllers in epoch 1");
  EXPECT_EQ(result.outputs.at("leader").text(), "100");
  EXPECT_EQ(result.outputs.at("controllers").text(), "3");
}

TEST(CheckKafkaQuorum, ASilentControllerIsUnknown) {
  RollBench bench;
  bench.model().process("kraftcontroller-2").silent = true;
  const CheckResult result = ask(bench);
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_THAT(result.details, Contains(HasSubstr("kraftcontroller-2 does not answer")));
}

TEST(CheckKafkaQuorum, AWholeQuorumThatMayNotBeAllOfItIsUnknown) {
  RollBench bench(test::KafkaHabits{.combined = true});
  bench.transport
      .on("GET",
          "/api/v1/namespaces/confluent/pods/kafka-1:7777/proxy/jolokia/read/"
          "kafka.server%3Atype%3D%2AServer%2Cname%3DClusterId*")
      .reply(200, R"({"status": 200, "value": {
        "kafka.server:name=ClusterId,type=KafkaServer": {"Value": "another-cluster"}}})");
  const CheckResult result = ask(bench);
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_EQ(result.outputs.at("controllers").text(), "3");
  EXPECT_THAT(result.details, Contains(HasSubstr("the controllers are not known: the pods of")));
}

TEST(CheckKafkaQuorum, FailsWithoutALeader) {
  RollBench bench;
  bench.model().process("kraftcontroller-0").silent = true;
  EXPECT_NE(ask(bench).verdict, Verdict::Pass);
}

}  // namespace
}  // namespace cfkops::actions
