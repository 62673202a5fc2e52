#include "drain_pods.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::actions {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

json pod(const std::string& owner = "ReplicaSet") {
  json made = {{"metadata", {{"name", "p"}, {"namespace", "shop"}, {"uid", "u"}}},
               {"spec", json::object()},
               {"status", {{"phase", "Running"}}}};
  if (!owner.empty()) {
    made["metadata"]["ownerReferences"] =
        json::array({{{"kind", owner}, {"name", "it"}, {"controller", true}}});
  }
  return made;
}

DrainPod judge(const json& made,
               const DrainOptions& options = {},
               const std::set<std::string>& orphaned = {}) {
  return judge_pod(kube::Object(Json(made)), options, orphaned);
}

TEST(DrainPods, APodOfAReplicaSetGoesInTheFirstWave) {
  const DrainPod judged = judge(pod());
  EXPECT_EQ(judged.fate, PodFate::Goes);
  EXPECT_EQ(judged.wave, Wave::Stateless);
  EXPECT_THAT(judged.refusals, IsEmpty());
}

TEST(DrainPods, APodOfAStatefulSetOrWithAClaimGoesInTheSecond) {
  EXPECT_EQ(judge(pod("StatefulSet")).wave, Wave::Stateful);
  json claimed = pod();
  claimed["spec"]["volumes"] = {{{"name", "d"}, {"persistentVolumeClaim", {{"claimName", "c"}}}}};
  EXPECT_EQ(judge(claimed).wave, Wave::Stateful);
}

TEST(DrainPods, APodOfADaemonSetStaysAndIsAReasonToRefuseUnlessIgnored) {
  EXPECT_EQ(judge(pod("DaemonSet")).fate, PodFate::Stays);
  EXPECT_THAT(judge(pod("DaemonSet")).refusals, ElementsAre(HasSubstr("ignore_daemonsets: true")));
  EXPECT_THAT(judge(pod("DaemonSet"), {.ignore_daemonsets = true}).refusals, IsEmpty());
}

TEST(DrainPods, APodWhoseDaemonSetIsGoneGoesIfForced) {
  const DrainOptions ignoring{.ignore_daemonsets = true};
  EXPECT_THAT(judge(pod("DaemonSet"), ignoring, {"shop/it"}).refusals,
              ElementsAre(HasSubstr("force: true")));
  const DrainPod forced =
      judge(pod("DaemonSet"), {.ignore_daemonsets = true, .force = true}, {"shop/it"});
  EXPECT_EQ(forced.fate, PodFate::Goes);
  EXPECT_THAT(forced.refusals, IsEmpty());
  EXPECT_THAT(forced.notes, ElementsAre(HasSubstr("nobody makes it again")));
}

TEST(DrainPods, TheMirrorOfAStaticPodStays) {
  json mirror = pod("Node");
  mirror["metadata"]["annotations"] = {{"kubernetes.io/config.mirror", "x"}};
  EXPECT_EQ(judge(mirror).fate, PodFate::Stays);
  EXPECT_THAT(judge(mirror).refusals, IsEmpty());
}

// kubectl keeps the finding of its last filter only, and says nothing of the data.
TEST(DrainPods, EveryFindingIsTold) {
  json bare = pod("");
  bare["spec"]["volumes"] = {{{"name", "tmp"}, {"emptyDir", json::object()}}};
  EXPECT_THAT(judge(bare).refusals,
              ElementsAre(HasSubstr("delete_emptydir: true"), HasSubstr("force: true")));
  EXPECT_THAT(judge(bare, {.delete_emptydir = true, .force = true}).notes,
              ElementsAre(HasSubstr("is lost: tmp"), HasSubstr("nobody makes it again")));
}

TEST(DrainPods, APodThatHasEndedAlwaysGoes) {
  for (const char* owner : {"", "DaemonSet", "Job"}) {
    json ended = pod(owner);
    ended["status"]["phase"] = "Succeeded";
    ended["spec"]["volumes"] = {{{"name", "tmp"}, {"emptyDir", json::object()}}};
    EXPECT_EQ(judge(ended).fate, PodFate::Goes) << owner;
    EXPECT_THAT(judge(ended).refusals, IsEmpty()) << owner;
  }
}

TEST(DrainPods, APodOnItsWayOutIsOnlyWaitedFor) {
  json going = pod("");
  going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  EXPECT_EQ(judge(going).fate, PodFate::Going);
  EXPECT_THAT(judge(going).refusals, IsEmpty());
}

}  // namespace
}  // namespace cfkops::actions
