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
using ::testing::ElementsAre;
using ::testing::Field;

Value without_controller(Value of) {
  of.at("metadata").erase("ownerReferences");
  return of;
}

TEST(Drain, OfANodeThatIsNotThereIsUnknown) {
  EXPECT_EQ(drain(view({node("b")}, {}), "a").verdict, Verdict::Unknown);
}

TEST(Drain, OfAnEmptyNodeIsYes) {
  EXPECT_EQ(drain(view({node("a")}, {}), "a").verdict, Verdict::Yes);
}

TEST(Drain, LeavesOutWhatStaysAndWhatDoesNotComeBack) {
  const Value daemon = {
      {"metadata",
       {{"ownerReferences", {{{"kind", "DaemonSet"}, {"uid", "d"}, {"controller", true}}}}}}};
  const Value mirror = {{"metadata", {{"annotations", {{"kubernetes.io/config.mirror", "x"}}}}}};
  const Value done = {{"status", {{"phase", "Failed"}}}};
  const Forecast forecast = drain(view({node("a"), node("b")},
                                       {pod("daemon", "a", daemon),
                                        pod("mirror", "a", mirror),
                                        pod("done", "a", done),
                                        without_controller(pod("bare", "a", asks("9"))),
                                        pod("kafka-0", "a")}),
                                  "a");
  EXPECT_THAT(forecast.pods, ElementsAre(Field(&Placement::pod, "kafka-0")));
  EXPECT_EQ(forecast.verdict, Verdict::Yes);
}

TEST(Drain, SaysTheSameEveryTime) {
  std::vector<Value> pods;
  pods.reserve(12);
  for (int i = 0; i < 12; ++i) {
    pods.push_back(pod("kafka-" + std::to_string(i), "a", asks("300m")));
  }
  const View of = view({node("a"), node("b"), node("c"), node("d")}, pods);
  const Forecast first = drain(of, "a");
  const Forecast second = drain(of, "a");
  for (std::size_t i = 0; i < pods.size(); ++i) {
    EXPECT_EQ(first.pods.at(i).node, second.pods.at(i).node);
  }
}

TEST(Drain, CountsReasonsOverAllNodes) {
  const Value small = {{"status", {{"allocatable", {{"memory", "1Gi"}}}}}};
  const Value tainted = {{"spec", {{"taints", {{{"key", "k"}, {"effect", "NoExecute"}}}}}}};
  const Forecast forecast =
      drain(view({node("a"), node("b", small), node("c", small), node("d", tainted)},
                 {pod("kafka-0", "a", asks("1", "2Gi"))}),
            "a");
  EXPECT_THAT(forecast.pods.front().why,
              ElementsAre("2 nodes: insufficient memory", "1 node: taint k is not tolerated"));
}

}  // namespace
}  // namespace cfkops::placement
