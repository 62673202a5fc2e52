#include "placement/cluster_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::placement {
namespace {

using test::all;
using test::asks;
using test::node;
using test::pod;
using test::Value;
using test::view;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// As their set would make them: on no node yet.
std::vector<Json> copies(int count, const Value& more) {
  std::vector<Value> made;
  for (int i = 0; i < count; ++i) {
    Value one = pod("kafka-" + std::to_string(i + 3), "", more);
    one.erase("status");
    one["spec"].erase("nodeName");
    made.push_back(std::move(one));
  }
  return all(made);
}

TEST(Add, FitsWhereThereIsRoomForAllOfThem) {
  const View cluster = view({node("a"), node("b")}, {pod("kafka-0", "a", asks("1"))});
  EXPECT_EQ(add(cluster, copies(3, asks("2"))).verdict, Verdict::Yes);
  const Forecast four = add(cluster, copies(4, asks("2")));
  EXPECT_EQ(four.verdict, Verdict::No);
  EXPECT_THAT(four.pods, SizeIs(4));
}

TEST(Add, OfNoPodsIsYes) {
  EXPECT_EQ(add(view({node("a")}, {}), {}).verdict, Verdict::Yes);
}

TEST(Add, SaysWhatIsMissing) {
  const Forecast forecast = add(view({node("a"), node("b")}, {}), copies(1, asks("1", "20Gi")));
  ASSERT_THAT(forecast.pods, SizeIs(1));
  EXPECT_THAT(forecast.pods.front().why, Contains(HasSubstr("2 nodes: insufficient memory")));
}

TEST(Add, KeepsThemApartWhereTheirRulesSaySo) {
  const Value apart = {{"spec",
                        {{"affinity",
                          {{"podAntiAffinity",
                            {{"requiredDuringSchedulingIgnoredDuringExecution",
                              {{{"topologyKey", "kubernetes.io/hostname"},
                                {"labelSelector", {{"matchLabels", {{"app", "kafka"}}}}}}}}}}}}}}};
  const View cluster = view({node("a"), node("b"), node("c")}, {pod("kafka-0", "a", apart)});
  EXPECT_EQ(add(cluster, copies(2, apart)).verdict, Verdict::Yes);
  EXPECT_EQ(add(cluster, copies(3, apart)).verdict, Verdict::No);
}

TEST(Add, TakesPodsThatTolerateEverythingForWhatTheyAre) {
  const Value tolerant = {{"spec", {{"tolerations", {{{"operator", "Exists"}}}}}}};
  EXPECT_EQ(add(view({node("a")}, {}), copies(2, tolerant)).verdict, Verdict::Yes);
}

}  // namespace
}  // namespace cfkops::placement
