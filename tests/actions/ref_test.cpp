#include "roll_bench.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using test::RollBench;
using testing::ElementsAre;
using testing::SizeIs;

TEST(RefKafka, FindsPlainStatefulSetsOfBrokers) {
  RollBench bench;
  const auto found = ref_kafka().find(bench.client, "confluent");
  ASSERT_THAT(found, test::IsOk());
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_THAT(found->at(0).texts, ElementsAre("statefulset/kafka", "kafka"));
  EXPECT_EQ(found->at(0).value.at("uid").text(), "kafka-set-uid");
}

TEST(RefStatefulSet, FindsAll) {
  RollBench bench;
  const auto found = ref_stateful_set().find(bench.client, "confluent");
  ASSERT_THAT(found, test::IsOk());
  EXPECT_THAT(*found, SizeIs(2));
}

TEST(RefKafka, IsAnErrorWhereSetsCannotBeListed) {
  RollBench bench;
  bench.server.forbid("/statefulsets");
  EXPECT_THAT(ref_kafka().find(bench.client, "confluent"), test::HasError(ErrorCode::Forbidden));
}

}  // namespace
}  // namespace cfkops::actions
