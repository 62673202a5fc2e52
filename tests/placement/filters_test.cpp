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
using ::testing::ElementsAre;

Value wants_nodes(const Value& term) {
  return {{"spec",
           {{"affinity",
             {{"nodeAffinity",
               {{"requiredDuringSchedulingIgnoredDuringExecution",
                 {{"nodeSelectorTerms", {term}}}}}}}}}}};
}

Value label_term(const std::string& key, const std::string& op, const Value& values) {
  return wants_nodes(
      {{"matchExpressions", {{{"key", key}, {"operator", op}, {"values", values}}}}});
}

const Value kDisk = {{"metadata", {{"labels", {{"disk", "ssd"}, {"size", "8"}}}}}};

TEST(Filters, LetAPodGoWhereNothingIsInTheWay) {
  const Placement one = moved(asks("1"));
  EXPECT_EQ(one.verdict, Verdict::Yes);
  EXPECT_EQ(one.node, "b");
  EXPECT_TRUE(one.why.empty());
}

TEST(Filters, NeedRoomForEachResource) {
  EXPECT_THAT(moved(asks("5")).why, ElementsAre("1 node: insufficient cpu"));
  EXPECT_THAT(moved(asks("1", "9Gi")).why, ElementsAre("1 node: insufficient memory"));
  EXPECT_EQ(moved(asks("4", "8Gi")).verdict, Verdict::Yes);
  EXPECT_EQ(moved(asks("5")).verdict, Verdict::No);
}

TEST(Filters, CountThePodsThatAreThere) {
  const Value large = asks("3500m");
  const auto with = [&](const std::string& cpu) {
    return only(
               view({node("a"), node("b")}, {pod("kafka-0", "a", asks(cpu)), pod("x", "b", large)}))
        .verdict;
  };
  EXPECT_EQ(with("500m"), Verdict::Yes);
  EXPECT_EQ(with("501m"), Verdict::No);
}

TEST(Filters, CountNoFinishedPods) {
  Value done = asks("4");
  done.merge_patch({{"status", {{"phase", "Succeeded"}}}});
  EXPECT_EQ(
      only(view({node("a"), node("b")}, {pod("kafka-0", "a", asks("4")), pod("x", "b", done)}))
          .verdict,
      Verdict::Yes);
}

TEST(Filters, KeepTheNumberOfPods) {
  const Value full = {{"status", {{"allocatable", {{"pods", "0"}}}}}};
  EXPECT_THAT(moved(Value::object(), full).why, ElementsAre("1 node: too many pods"));
}

TEST(Filters, NeedTaintsTolerated) {
  const Value tainted = {
      {"spec", {{"taints", {{{"key", "k"}, {"value", "v"}, {"effect", "NoSchedule"}}}}}}};
  const auto tolerating = [](const Value& toleration) {
    return Value{{"spec", {{"tolerations", {toleration}}}}};
  };
  EXPECT_THAT(moved(Value::object(), tainted).why, ElementsAre("1 node: taint k is not tolerated"));
  EXPECT_EQ(moved(tolerating({{"key", "k"}, {"value", "v"}}), tainted).verdict, Verdict::Yes);
  EXPECT_EQ(moved(tolerating({{"key", "k"}, {"operator", "Exists"}}), tainted).verdict,
            Verdict::Yes);
  EXPECT_EQ(moved(tolerating({{"key", "k"}, {"value", "w"}}), tainted).verdict, Verdict::No);
  EXPECT_EQ(
      moved(tolerating({{"key", "k"}, {"operator", "Exists"}, {"effect", "NoExecute"}}), tainted)
          .verdict,
      Verdict::No);
}

TEST(Filters, LeaveCordonedNodesOut) {
  EXPECT_EQ(moved(Value::object(), {{"spec", {{"unschedulable", true}}}}).verdict, Verdict::No);
}

TEST(Filters, ObeyTheNodeSelector) {
  const Value wants = {{"spec", {{"nodeSelector", {{"disk", "ssd"}}}}}};
  EXPECT_EQ(moved(wants).verdict, Verdict::No);
  EXPECT_EQ(moved(wants, kDisk).verdict, Verdict::Yes);
}

TEST(Filters, ObeyEachOperatorOfNodeAffinity) {
  const auto verdict = [](const std::string& key, const std::string& op, const Value& values) {
    return moved(label_term(key, op, values), kDisk).verdict;
  };
  EXPECT_EQ(verdict("disk", "In", {"hdd", "ssd"}), Verdict::Yes);
  EXPECT_EQ(verdict("disk", "NotIn", {"ssd"}), Verdict::No);
  EXPECT_EQ(verdict("rack", "NotIn", {"r1"}), Verdict::Yes);
  EXPECT_EQ(verdict("rack", "Exists", Value::array()), Verdict::No);
  EXPECT_EQ(verdict("rack", "DoesNotExist", Value::array()), Verdict::Yes);
  EXPECT_EQ(verdict("size", "Gt", {"7"}), Verdict::Yes);
  EXPECT_EQ(verdict("size", "Lt", {"8"}), Verdict::No);
}

TEST(Filters, ObeyFieldsAndMatchNothingWithAnEmptyTerm) {
  const auto by_name = [](const std::string& name) {
    return wants_nodes(
        {{"matchFields", {{{"key", "metadata.name"}, {"operator", "In"}, {"values", {name}}}}}});
  };
  EXPECT_EQ(moved(by_name("b")).verdict, Verdict::Yes);
  EXPECT_EQ(moved(by_name("a")).verdict, Verdict::No);
  EXPECT_EQ(moved(wants_nodes(Value::object())).verdict, Verdict::No);
}

TEST(Filters, KeepHostPorts) {
  const auto with_port = [](const std::string& ip) {
    return Value{
        {"spec",
         {{"containers",
           {{{"name", "main"},
             {"ports", {{{"containerPort", 9092}, {"hostPort", 9092}, {"hostIP", ip}}}}}}}}}};
  };
  const auto verdict = [&](const std::string& mine, const std::string& theirs) {
    return only(view({node("a"), node("b")},
                     {pod("kafka-0", "a", with_port(mine)), pod("x", "b", with_port(theirs))}))
        .verdict;
  };
  EXPECT_EQ(verdict("", ""), Verdict::No);
  EXPECT_EQ(verdict("", "10.0.0.1"), Verdict::No);
  EXPECT_EQ(verdict("10.0.0.2", "10.0.0.1"), Verdict::Yes);
}

}  // namespace
}  // namespace cfkops::placement
