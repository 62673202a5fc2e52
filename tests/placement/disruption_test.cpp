#include "cfkops/placement/disruption.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::placement {
namespace {

using nlohmann::json;

Json pod(const std::string& name, const json& changes = json::object()) {
  json made = {{"metadata", {{"namespace", "shop"}, {"name", name}, {"labels", {{"app", "web"}}}}},
               {"status",
                {{"phase", "Running"},
                 {"conditions", json::array({{{"type", "Ready"}, {"status", "True"}}})}}}};
  made.merge_patch(changes);
  return Json(made);
}

Json budget(const std::string& name, int allowed, const json& changes = json::object()) {
  json made = {{"metadata", {{"namespace", "shop"}, {"name", name}, {"generation", 2}}},
               {"spec", {{"selector", {{"matchLabels", {{"app", "web"}}}}}}},
               {"status",
                {{"observedGeneration", 2},
                 {"disruptionsAllowed", allowed},
                 {"currentHealthy", 3},
                 {"desiredHealthy", 3 - allowed},
                 {"expectedPods", 3}}}};
  made.merge_patch(changes);
  return Json(made);
}

const json kNotReady = {
    {"status", {{"conditions", json::array({{{"type", "Ready"}, {"status", "False"}}})}}}};

TEST(Disruption, PodsWithoutABudgetGo) {
  EXPECT_EQ(disruption({pod("a"), pod("b")}, {}, 0).verdict, Verdict::Yes);
}

TEST(Disruption, OneAtATimeNeedsRoomForOne) {
  const Disruption found = disruption({pod("a"), pod("b")}, {budget("web", 1)}, 1);
  EXPECT_EQ(found.verdict, Verdict::Yes);
  ASSERT_EQ(found.budgets.size(), 1U);
  EXPECT_EQ(found.budgets[0].pods, 2U);
}

TEST(Disruption, TogetherTheyNeedRoomForAll) {
  const Disruption found = disruption({pod("a"), pod("b")}, {budget("web", 1)}, 0);
  EXPECT_EQ(found.verdict, Verdict::No);
  ASSERT_EQ(found.budgets.size(), 1U);
  EXPECT_TRUE(found.budgets[0].never);
  EXPECT_EQ(
      found.budgets[0].why,
      "it allows 1 now, 2 would go (3 of 3 pods healthy, 2 must stay); with all healthy it would "
      "allow no more than 1");
}

TEST(Disruption, ABudgetThatMayAllowItLaterIsNotCalledImpossible) {
  const Disruption found = disruption(
      {pod("a")},
      {budget("web",
              0,
              {{"status", {{"currentHealthy", 2}, {"desiredHealthy", 2}, {"expectedPods", 3}}}})},
      1);
  EXPECT_EQ(found.verdict, Verdict::No);
  EXPECT_FALSE(found.budgets.at(0).never);
}

TEST(Disruption, APodOfTwoBudgetsIsRefusedByTheServer) {
  const Disruption found = disruption({pod("a")}, {budget("web", 1), budget("all", 1)}, 1);
  EXPECT_EQ(found.verdict, Verdict::No);
  ASSERT_EQ(found.refused.size(), 1U);
  EXPECT_NE(found.refused[0].find("shop/a"), std::string::npos);
  EXPECT_NE(found.refused[0].find("all, web"), std::string::npos);
}

TEST(Disruption, AStatusOlderThanItsSpecIsNoAnswer) {
  const Disruption found =
      disruption({pod("a")}, {budget("web", 1, {{"metadata", {{"generation", 3}}}})}, 1);
  EXPECT_EQ(found.verdict, Verdict::Unknown);
}

TEST(Disruption, ABudgetWithoutAStatusIsNoAnswer) {
  json bare = budget("web", 1).raw();
  bare.erase("status");
  EXPECT_EQ(disruption({pod("a")}, {Json(bare)}, 1).verdict, Verdict::Unknown);
}

TEST(Disruption, WhatHasEndedOrIsGoingIsNotCounted) {
  const Disruption found = disruption({pod("a", {{"status", {{"phase", "Failed"}}}}),
                                       pod("b", {{"status", {{"phase", "Pending"}}}}),
                                       pod("c", {{"metadata", {{"deletionTimestamp", "2026"}}}})},
                                      {budget("web", 0)},
                                      0);
  EXPECT_EQ(found.verdict, Verdict::Yes);
  EXPECT_TRUE(found.budgets.empty());
}

TEST(Disruption, AnUnhealthyPodNeedsNoRoomWhereItsPolicySaysSo) {
  EXPECT_EQ(
      disruption({pod("a", kNotReady)},
                 {budget("web", 0, {{"spec", {{"unhealthyPodEvictionPolicy", "AlwaysAllow"}}}})},
                 1)
          .verdict,
      Verdict::Yes);
  EXPECT_EQ(disruption(
                {pod("a", kNotReady)}, {budget("web", 0, {{"status", {{"currentHealthy", 2}}}})}, 1)
                .verdict,
            Verdict::No);
  EXPECT_EQ(disruption({pod("a", kNotReady)}, {budget("web", 0)}, 1).verdict, Verdict::Yes);
}

TEST(Disruption, AnEmptySelectorCoversTheNamespaceAndAMissingOneNothing) {
  EXPECT_EQ(
      disruption(
          {pod("a")}, {budget("web", 0, {{"spec", {{"selector", {{"matchLabels", nullptr}}}}}})}, 1)
          .verdict,
      Verdict::No);
  EXPECT_EQ(
      disruption({pod("a")}, {budget("web", 0, {{"spec", {{"selector", nullptr}}}})}, 1).verdict,
      Verdict::Yes);
}

TEST(Disruption, ABudgetOfAnotherNamespaceDoesNotCount) {
  EXPECT_EQ(disruption({pod("a")}, {budget("web", 0, {{"metadata", {{"namespace", "other"}}}})}, 1)
                .verdict,
            Verdict::Yes);
}

}  // namespace
}  // namespace cfkops::placement
