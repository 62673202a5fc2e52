#include "drain_bench.hpp"
#include "kinds.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(QuotaShow, TellsHowMuchOfEachAmountIsUsed) {
  test::DrainBench bench(
      "- {apiVersion: v1, kind: ResourceQuota, metadata: {name: small, namespace: shop}, spec: "
      "{hard: {pods: \"4\"}}}\n" +
      test::workload("Deployment", "web", 3));
  bench.pass(std::chrono::minutes(1));
  const Outcome outcome = bench.apply(quota_show(), {});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.observer.progress, ElementsAre("quota shop/small: pods: 3 of 4 used (75 %)"));
  EXPECT_EQ(*outcome.outputs.at("fullest").as<std::int64_t>(), 75);
  const auto plan = bench.plan(quota_show(), {});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->notes, ElementsAre(HasSubstr("3 of 4 used")));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(QuotaShow, SaysThatThereIsNone) {
  test::DrainBench bench("");
  const Outcome outcome = bench.apply(quota_show(), {});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.observer.progress, ElementsAre("namespace shop has no quota"));
}

}  // namespace
}  // namespace cfkops::actions
