#include "placement/cluster_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::placement {
namespace {

using test::node;
using test::only;
using test::pod;
using test::Value;
using test::view;
using ::testing::ElementsAre;

const std::string kHost = "kubernetes.io/hostname";
const std::string kZone = "topology.kubernetes.io/zone";

Value term(const std::string& key, const Value& more = Value::object()) {
  Value made = {{"topologyKey", key}, {"labelSelector", {{"matchLabels", {{"app", "kafka"}}}}}};
  made.merge_patch(more);
  return made;
}

Value affine(const std::string& which, const Value& of_term) {
  return {
      {"spec",
       {{"affinity", {{which, {{"requiredDuringSchedulingIgnoredDuringExecution", {of_term}}}}}}}}};
}

Value spread(const Value& more = Value::object()) {
  Value made = {{"maxSkew", 1},
                {"topologyKey", kHost},
                {"whenUnsatisfiable", "DoNotSchedule"},
                {"labelSelector", {{"matchLabels", {{"app", "kafka"}}}}}};
  made.merge_patch(more);
  return {{"spec", {{"topologySpreadConstraints", {made}}}}};
}

Value in_zone(const std::string& zone) {
  return {{"metadata", {{"labels", {{kZone, zone}}}}}};
}

Value named(const std::string& app) {
  return {{"metadata", {{"labels", {{"app", app}}}}}};
}

TEST(AntiAffinity, KeepsBrokersApart) {
  const Value apart = affine("podAntiAffinity", term(kHost));
  const std::vector<Value> pods = {pod("kafka-0", "a", apart), pod("kafka-1", "b", apart)};
  EXPECT_THAT(only(view({node("a"), node("b")}, pods)).why,
              ElementsAre("1 node: anti-affinity with pods there"));
  EXPECT_EQ(only(view({node("a"), node("b"), node("c")}, pods)).verdict, Verdict::Yes);
}

TEST(AntiAffinity, HoldsForPodsThatDoNotAskForItThemselves) {
  const Value apart = affine("podAntiAffinity", term(kHost));
  EXPECT_EQ(only(view({node("a"), node("b")}, {pod("kafka-0", "a"), pod("x", "b", apart)})).verdict,
            Verdict::No);
}

TEST(AntiAffinity, EndsAtTheNamespace) {
  const Value apart = affine("podAntiAffinity", term(kHost));
  Value elsewhere = pod("x", "b");
  elsewhere.merge_patch({{"metadata", {{"namespace", "other"}}}});
  const auto verdict = [&](const Value& mine) {
    return only(view({node("a"), node("b")}, {pod("kafka-0", "a", mine), elsewhere})).verdict;
  };
  EXPECT_EQ(verdict(apart), Verdict::Yes);
  EXPECT_EQ(verdict(affine("podAntiAffinity", term(kHost, {{"namespaces", {"other"}}}))),
            Verdict::No);
  EXPECT_EQ(
      verdict(affine("podAntiAffinity", term(kHost, {{"namespaceSelector", Value::object()}}))),
      Verdict::No);
}

TEST(AntiAffinity, OfANamespaceNobodyToldOfIsUnknown) {
  const Value selects =
      affine("podAntiAffinity",
             term(kHost, {{"namespaceSelector", {{"matchLabels", {{"team", "data"}}}}}}));
  View of = view({node("a"), node("b")}, {pod("kafka-0", "a", selects), pod("x", "b")});
  EXPECT_EQ(only(of).verdict, Verdict::No);
  of.namespaces.clear();
  EXPECT_EQ(only(of).verdict, Verdict::Unknown);
}

TEST(Affinity, NeedsItsPodsInTheDomain) {
  const Value near =
      affine("podAffinity",
             {{"topologyKey", kZone}, {"labelSelector", {{"matchLabels", {{"app", "zoo"}}}}}});
  const std::vector<Value> nodes = {node("a"), node("b"), node("c", in_zone("c"))};
  const auto with = [&](const std::string& on) {
    return only(view(nodes, {pod("kafka-0", "a", near), pod("zoo-0", on, named("zoo"))}));
  };
  EXPECT_EQ(with("b").node, "b");
  EXPECT_EQ(with("c").node, "c");
  EXPECT_EQ(only(view(nodes, {pod("kafka-0", "a", near)})).verdict, Verdict::No);
}

TEST(Affinity, LetsTheFirstOfItsKindBegin) {
  EXPECT_EQ(
      only(view({node("a"), node("b")}, {pod("kafka-0", "a", affine("podAffinity", term(kZone)))}))
          .verdict,
      Verdict::Yes);
}

TEST(Spread, CountsTheDrainedNodeAsEmpty) {
  const std::vector<Value> pods = {pod("kafka-0", "a", spread()), pod("kafka-1", "b", spread())};
  EXPECT_THAT(only(view({node("a"), node("b")}, pods)).why,
              ElementsAre("1 node: topology spread would be uneven"));
}

TEST(Spread, LeavesTheDrainedNodeOutWhereTaintsAreHonored) {
  const Value honors = spread({{"nodeTaintsPolicy", "Honor"}});
  EXPECT_EQ(
      only(view({node("a"), node("b")}, {pod("kafka-0", "a", honors), pod("kafka-1", "b", honors)}))
          .verdict,
      Verdict::Yes);
}

TEST(Spread, IsLooserWithMoreSkewAndStricterWithMoreDomains) {
  const auto verdict = [](const Value& rule) {
    return only(
               view({node("a"), node("b")}, {pod("kafka-0", "a", rule), pod("kafka-1", "b", rule)}))
        .verdict;
  };
  EXPECT_EQ(verdict(spread({{"maxSkew", 2}})), Verdict::Yes);
  EXPECT_EQ(verdict(spread({{"nodeTaintsPolicy", "Honor"}, {"minDomains", 2}})), Verdict::No);
}

TEST(Spread, TellsRevisionsApartByMatchLabelKeys) {
  Value old = spread({{"matchLabelKeys", {"rev"}}});
  old.merge_patch({{"metadata", {{"labels", {{"rev", "1"}}}}}});
  Value fresh = old;
  fresh.merge_patch({{"metadata", {{"labels", {{"rev", "2"}}}}}});
  EXPECT_EQ(
      only(view({node("a"), node("b")}, {pod("kafka-0", "a", fresh), pod("kafka-1", "b", old)}))
          .verdict,
      Verdict::Yes);
}

TEST(Spread, IsAWishWhereItNeedNotHold) {
  const Value soft = spread({{"whenUnsatisfiable", "ScheduleAnyway"}});
  EXPECT_EQ(
      only(view({node("a"), node("b")}, {pod("kafka-0", "a", soft), pod("kafka-1", "b", soft)}))
          .verdict,
      Verdict::Yes);
}

}  // namespace
}  // namespace cfkops::placement
