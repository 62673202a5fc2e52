#include "placement/cluster_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::placement {
namespace {

using test::asks;
using test::moved;
using test::node;
using test::only;
using test::pod;
using test::Value;
using test::view;

Value spec(const Value& of) {
  return {{"spec", of}};
}

Value owned_by(const std::string& kind) {
  return {
      {"metadata", {{"ownerReferences", {{{"kind", kind}, {"uid", "k"}, {"controller", true}}}}}}};
}

TEST(Unknown, IsWhatAnotherSchedulerPlaces) {
  EXPECT_EQ(moved(spec({{"schedulerName", "volcano"}})).verdict, Verdict::Unknown);
}

TEST(Unknown, IsAClaimOnDevices) {
  EXPECT_EQ(moved(spec({{"resourceClaims", {{{"name", "gpu"}}}}})).verdict, Verdict::Unknown);
}

TEST(Unknown, AreExtendedResourcesThatFitByNumber) {
  Value wants = asks("1");
  wants.at("spec").at("containers").at(0).at("resources").at("requests")["x.io/gpu"] = "1";
  const Value has = {{"status", {{"allocatable", {{"x.io/gpu", "1"}}}}}};
  EXPECT_EQ(moved(wants, has).verdict, Verdict::Unknown);
  EXPECT_EQ(moved(wants).verdict, Verdict::No);
}

TEST(Unknown, IsACopyOfAnUnknownController) {
  EXPECT_EQ(moved(owned_by("KafkaPodSet")).verdict, Verdict::Unknown);
  EXPECT_EQ(moved(owned_by("ReplicaSet")).verdict, Verdict::Yes);
}

TEST(Unknown, IsANodeThatIsNotReadyYetNotTainted) {
  const Value unready = {
      {"status", {{"conditions", {{{"type", "Ready"}, {"status", "Unknown"}}}}}}};
  EXPECT_EQ(moved(Value::object(), unready).verdict, Verdict::Unknown);
}

TEST(Unknown, IsAQuantityThatIsNone) {
  EXPECT_EQ(moved(asks("many")).verdict, Verdict::Unknown);
}

TEST(Unknown, IsAPodThatToleratesTheCordon) {
  EXPECT_EQ(moved(spec({{"tolerations", {{{"operator", "Exists"}}}}})).verdict, Verdict::Unknown);
}

TEST(Unknown, IsWhatPreemptionMayDo) {
  const auto verdict = [](int priority, const std::string& policy) {
    Value mine = asks("2");
    mine.merge_patch(spec({{"priority", priority}, {"preemptionPolicy", policy}}));
    return only(view({node("a"), node("b")}, {pod("kafka-0", "a", mine), pod("x", "b", asks("3"))}))
        .verdict;
  };
  EXPECT_EQ(verdict(0, "PreemptLowerPriority"), Verdict::No);
  EXPECT_EQ(verdict(10, "PreemptLowerPriority"), Verdict::Unknown);
  EXPECT_EQ(verdict(10, "Never"), Verdict::No);
}

TEST(Unknown, IsTheRoomOfAPodOnItsWayOut) {
  Value leaving = asks("3");
  leaving.merge_patch({{"metadata", {{"deletionTimestamp", "2026-01-01T00:00:00Z"}}}});
  EXPECT_EQ(
      only(view({node("a"), node("b")}, {pod("kafka-0", "a", asks("2")), pod("x", "b", leaving)}))
          .verdict,
      Verdict::Unknown);
}

TEST(Unknown, IsTheRoomThatACopyOfAPodOnItsWayOutMayTake) {
  Value leaving = asks("1");
  leaving.merge_patch({{"metadata", {{"deletionTimestamp", "2026-01-01T00:00:00Z"}}}});
  EXPECT_EQ(
      only(view({node("a"), node("b")}, {pod("kafka-0", "a", asks("1")), pod("x", "b", leaving)}))
          .verdict,
      Verdict::Unknown);
}

TEST(Unknown, IsTheRoomThatAWaitingPodMayTake) {
  const auto verdict = [](const std::string& cpu) {
    Value waiting = pod("w", "", asks(cpu));
    waiting.at("spec").erase("nodeName");
    return only(view({node("a"), node("b")}, {pod("kafka-0", "a", asks("2")), waiting})).verdict;
  };
  EXPECT_EQ(verdict("3"), Verdict::Unknown);
  EXPECT_EQ(verdict("5"), Verdict::Yes);
}

}  // namespace
}  // namespace cfkops::placement
