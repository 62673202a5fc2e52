#include "amounts.hpp"

#include <gtest/gtest.h>

namespace cfkops::placement {
namespace {

Amounts requests(std::string_view pod, bool resized = false) {
  bool bad = false;
  Amounts made = requests_of(*Json::parse(pod), resized, bad);
  EXPECT_FALSE(bad);
  return made;
}

TEST(Quantity, IsReadInAllForms) {
  EXPECT_EQ(quantity("0.1", 1000), 100);
  EXPECT_EQ(quantity("1500m", 1000), 1500);
  EXPECT_EQ(quantity("2", 1000), 2000);
  EXPECT_EQ(quantity("1.5Gi"), 1610612736);
  EXPECT_EQ(quantity("128974848"), 128974848);
  EXPECT_EQ(quantity("129e6"), 129000000);
  EXPECT_EQ(quantity("100k"), 100000);
}

TEST(Quantity, IsRoundedUp) {
  EXPECT_EQ(quantity("1m"), 1);
  EXPECT_EQ(quantity("100u", 1000), 1);
}

TEST(Quantity, IsNothingWhereTheTextIsNone) {
  for (const char* text : {"", "x", "1.2.3", "1Kb", "Gi", "1e"}) {
    EXPECT_EQ(quantity(text), std::nullopt) << text;
  }
}

TEST(Requests, TakeTheLargestInitContainerAndKeepSidecars) {
  const Amounts made = requests(R"({"spec":{
    "initContainers":[
      {"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}},
      {"name":"i","resources":{"requests":{"cpu":"3","memory":"1Gi"}}}],
    "containers":[{"name":"a","resources":{"requests":{"cpu":"500m","memory":"2Gi"}}}],
    "overhead":{"cpu":"250m"}}})");
  EXPECT_EQ(made.at("cpu"), 4250);
  EXPECT_EQ(made.at("memory"), 2147483648);
}

TEST(Requests, ArePodsOwnWhereItHasThem) {
  const Amounts made = requests(R"({"spec":{"resources":{"requests":{"cpu":"2"}},
    "containers":[{"name":"a","resources":{"requests":{"cpu":"500m","memory":"2Gi"}}}]}})");
  EXPECT_EQ(made.at("cpu"), 2000);
  EXPECT_EQ(made.at("memory"), 2147483648);
}

TEST(Requests, CountWhatAContainerWasResizedTo) {
  constexpr std::string_view kPod = R"({"spec":{
    "containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}]},
    "status":{"containerStatuses":[{"name":"a","resources":{"requests":{"cpu":"2"}}}]}})";
  EXPECT_EQ(requests(kPod, false).at("cpu"), 1000);
  EXPECT_EQ(requests(kPod, true).at("cpu"), 2000);
}

TEST(Requests, CountNoResizeThatTheNodeCannotGive) {
  constexpr std::string_view kPod = R"({"spec":{
    "containers":[{"name":"a","resources":{"requests":{"cpu":"9"}}}]},
    "status":{"conditions":[{"type":"PodResizePending","reason":"Infeasible"}],
      "containerStatuses":[{"name":"a","resources":{"requests":{"cpu":"2"}}}]}})";
  EXPECT_EQ(requests(kPod, true).at("cpu"), 2000);
}

}  // namespace
}  // namespace cfkops::placement
