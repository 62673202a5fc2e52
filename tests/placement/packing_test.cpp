#include "placement/cluster_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::placement {
namespace {

using test::asks;
using test::node;
using test::pod;
using test::Value;
using test::view;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;

std::vector<Value> pods_on_a(const std::vector<std::string>& cpus) {
  std::vector<Value> made;
  made.reserve(cpus.size());
  for (const std::string& cpu : cpus) {
    made.push_back(pod("kafka-" + std::to_string(made.size()), "a", asks(cpu, "1Mi")));
  }
  return made;
}

std::vector<Value> nodes(int others) {
  std::vector<Value> made = {node("a")};
  for (int i = 0; i < others; ++i) {
    made.push_back(node("b" + std::to_string(i)));
  }
  return made;
}

TEST(Packing, IsYesWhereEveryOrderFits) {
  const Forecast forecast = drain(view(nodes(2), pods_on_a({"2", "2", "2"})), "a");
  EXPECT_EQ(forecast.verdict, Verdict::Yes);
  EXPECT_THAT(forecast.pods, Each(Field(&Placement::verdict, Verdict::Yes)));
}

TEST(Packing, IsNoWhereEachFitsButNotAll) {
  const Forecast forecast = drain(view(nodes(1), pods_on_a({"3", "3"})), "a");
  EXPECT_EQ(forecast.verdict, Verdict::No);
  EXPECT_THAT(forecast.pods, Each(Field(&Placement::verdict, Verdict::Unknown)));
  EXPECT_THAT(forecast.pods.front().why, Contains("the 2 pods do not all fit at once"));
}

TEST(Packing, IsUnknownWhereTheChoiceOfNodesDecides) {
  // 1, 1 and 3 of two nodes with 4 and 1: only with the small one in the right place.
  const std::vector<Value> of = {
      node("a"), node("b"), node("c", {{"status", {{"allocatable", {{"cpu", "2"}}}}}})};
  EXPECT_EQ(drain(view(of, pods_on_a({"1", "1", "3500m"})), "a").verdict, Verdict::Unknown);
}

TEST(Packing, ProvesANoOfManyPods) {
  // 30 pods of 1.5 for 14 nodes of 4: room for 28, however they are laid.
  const std::vector<std::string> cpus(30, "1500m");
  EXPECT_EQ(drain(view(nodes(14), pods_on_a(cpus)), "a").verdict, Verdict::No);
  EXPECT_EQ(drain(view(nodes(15), pods_on_a(cpus)), "a").verdict, Verdict::Yes);
}

TEST(Packing, NamesThePodThatFitsNowhere) {
  const Forecast forecast = drain(view(nodes(2), pods_on_a({"1", "5"})), "a");
  EXPECT_EQ(forecast.verdict, Verdict::No);
  EXPECT_EQ(forecast.pods.front().verdict, Verdict::Yes);
  EXPECT_EQ(forecast.pods.back().verdict, Verdict::No);
}

}  // namespace
}  // namespace cfkops::placement
