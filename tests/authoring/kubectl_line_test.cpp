#include "kubectl_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::authoring {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(ReadKubectl, TakesFlagsInAllTheirForms) {
  const KubectlLine line = read_kubectl(
      {"kubectl", "-n", "a", "get", "pods", "-o=yaml", "--selector", "app=x", "--watch", "-it"});
  EXPECT_EQ(line.verb, "get");
  EXPECT_THAT(line.names, ElementsAre("pods"));
  EXPECT_THAT(line.flags,
              UnorderedElementsAre(Pair("namespace", "a"),
                                   Pair("output", "yaml"),
                                   Pair("selector", "app=x"),
                                   Pair("watch", "true"),
                                   Pair("i", "true"),
                                   Pair("t", "true")));
}

TEST(ReadKubectl, ReadsTwoWordVerbs) {
  const KubectlLine line = read_kubectl({"kubectl", "rollout", "status", "sts/kafka"});
  EXPECT_EQ(line.verb, "rollout status");
  EXPECT_EQ(line.object(), std::pair(std::string("sts"), std::string("kafka")));
}

TEST(ReadKubectl, WhatStandsBehindTheDashesIsTheProgram) {
  const KubectlLine line = read_kubectl({"kubectl", "exec", "web-0", "--", "df", "-h"});
  EXPECT_THAT(line.names, ElementsAre("web-0"));
  EXPECT_THAT(line.program, ElementsAre("df", "-h"));
}

TEST(ReadKubectl, TheShortFlagsMeanWhatTheirVerbSays) {
  EXPECT_EQ(read_kubectl({"kubectl", "patch", "pod", "a", "-p", "{}"}).flag("patch"), "{}");
  EXPECT_EQ(read_kubectl({"kubectl", "logs", "a", "-p", "-f"}).flag("p"), "true");
  EXPECT_EQ(read_kubectl({"kubectl", "logs", "a", "-f"}).names.size(), 1U);
}

TEST(KubectlLine, SeveralObjectsAreNotOne) {
  EXPECT_FALSE(read_kubectl({"kubectl", "get", "pods"}).object());
  EXPECT_FALSE(read_kubectl({"kubectl", "get", "pods,nodes", "a"}).object());
  EXPECT_FALSE(read_kubectl({"kubectl", "get", "pod/a", "pod/b"}).object());
  EXPECT_FALSE(read_kubectl({"kubectl", "delete", "pod", "a", "b"}).object());
}

TEST(KubectlLine, NamesTheFlagThatIsNotExpected) {
  const KubectlLine line = read_kubectl({"kubectl", "get", "pod", "a", "-w", "-n", "b"});
  EXPECT_EQ(line.other_flag({"namespace"}), "-w");
  EXPECT_EQ(line.other_flag({"namespace", "w"}), "");
}

}  // namespace
}  // namespace cfkops::authoring
