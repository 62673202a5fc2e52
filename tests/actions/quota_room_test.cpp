#include "quota_room.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::actions {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

kube::Object quota(const json& hard, const json& used, const json& spec = json::object()) {
  json made = {{"kind", "ResourceQuota"},
               {"metadata", {{"name", "small"}, {"namespace", "shop"}}},
               {"spec", {{"hard", hard}}},
               {"status", {{"hard", hard}, {"used", used}}}};
  made["spec"].merge_patch(spec);
  return kube::Object(Json(made));
}

json container(const char* cpu, const char* limit) {
  return {{"name", "it"},
          {"resources", {{"requests", {{"cpu", cpu}}}, {"limits", {{"cpu", limit}}}}}};
}

Json pod(const json& spec) {
  return Json(json{{"metadata", {{"name", "web-1"}, {"namespace", "shop"}}}, {"spec", spec}});
}

Json plain_pod() {
  return pod({{"containers", {container("500m", "1")}}});
}

std::string amount(const QuotaAmounts& amounts, const std::string& name) {
  return base::Quantity::of_nanos(amounts.at(name), false)->text;
}

TEST(QuotaAmounts, CountTheGreaterOfStartingAndRunning) {
  const QuotaAmounts amounts =
      quota_amounts(pod({{"containers", {container("500m", "1"), container("100m", "1")}},
                         {"initContainers", {container("2", "2")}},
                         {"overhead", {{"cpu", "10m"}}}}));
  EXPECT_EQ(amount(amounts, "requests.cpu"), "2010m");
  EXPECT_EQ(amount(amounts, "cpu"), "2010m");
  EXPECT_EQ(amount(amounts, "limits.cpu"), "2010m");
  EXPECT_EQ(amount(amounts, "pods"), "1");
}

TEST(QuotaAmounts, CountSidecarsWithWhatRuns) {
  json sidecar = container("300m", "1");
  sidecar["restartPolicy"] = "Always";
  const QuotaAmounts amounts =
      quota_amounts(pod({{"containers", {container("500m", "1")}},
                         {"initContainers", {sidecar, container("600m", "1")}}}));
  EXPECT_EQ(amount(amounts, "requests.cpu"), "900m");
}

TEST(QuotaAmounts, AreWhatThePodItselfSaysWhereItDoes) {
  const QuotaAmounts amounts = quota_amounts(
      pod({{"containers", {container("500m", "1")}},
           {"resources", {{"requests", {{"cpu", "2"}}}, {"limits", {{"memory", "1Gi"}}}}}}));
  EXPECT_EQ(amount(amounts, "requests.cpu"), "2");
  EXPECT_EQ(amount(amounts, "limits.cpu"), "1");
  EXPECT_EQ(amount(amounts, "limits.memory"), "1073741824");
}

TEST(QuotaAmounts, AddNoOverheadToWhatHasNoLimit) {
  const QuotaAmounts amounts = quota_amounts(
      pod({{"containers", {container("500m", "1")}}, {"overhead", {{"memory", "64Mi"}}}}));
  EXPECT_TRUE(amounts.contains("requests.memory"));
  EXPECT_FALSE(amounts.contains("limits.memory"));
}

TEST(QuotaAmounts, CountTheClaimsThatAPodMakes) {
  const QuotaAmounts amounts =
      quota_amounts(pod({{"volumes",
                          {{{"name", "data"},
                            {"ephemeral",
                             {{"volumeClaimTemplate",
                               {{"spec",
                                 {{"storageClassName", "fast"},
                                  {"resources", {{"requests", {{"storage", "1Gi"}}}}}}}}}}}}}}}));
  EXPECT_EQ(amount(amounts, "persistentvolumeclaims"), "1");
  EXPECT_EQ(amount(amounts, "requests.storage"), "1073741824");
  EXPECT_EQ(amount(amounts, "fast.storageclass.storage.k8s.io/requests.storage"), "1073741824");
}

TEST(QuotaRoom, IsThereUpToTheLastBit) {
  const std::vector<kube::Object> quotas = {
      quota({{"requests.cpu", "2"}, {"pods", "4"}}, {{"requests.cpu", "1"}, {"pods", "2"}})};
  EXPECT_THAT(quota_room(quotas, {plain_pod(), plain_pod()}).too_small, IsEmpty());
  const QuotaRoom three = quota_room(quotas, {plain_pod(), plain_pod(), plain_pod()});
  EXPECT_THAT(three.too_small,
              ElementsAre("quota shop/small: pods: 3 more is needed, 2 of 4 are used",
                          "quota shop/small: requests.cpu: 1500m more is needed, 1 of 2 are used"));
}

TEST(QuotaRoom, IsNotAskedOfQuotasForOtherPods) {
  const json full = {{"pods", "1"}};
  EXPECT_THAT(
      quota_room({quota(full, full, {{"scopes", {"BestEffort"}}})}, {plain_pod()}).too_small,
      IsEmpty());
  EXPECT_THAT(quota_room({quota(full,
                                full,
                                {{"scopeSelector",
                                  {{"matchExpressions",
                                    {{{"scopeName", "PriorityClass"},
                                      {"operator", "In"},
                                      {"values", {"high"}}}}}}}})},
                         {plain_pod()})
                  .too_small,
              IsEmpty());
}

TEST(QuotaRoom, IsNotToldWhereAScopeIsNotKnownOrNothingIsCounted) {
  const json full = {{"pods", "1"}};
  const QuotaRoom room =
      quota_room({quota(full, full, {{"scopes", {"CrossNamespacePodAffinity"}}})}, {plain_pod()});
  EXPECT_THAT(room.too_small, IsEmpty());
  EXPECT_THAT(room.doubts, ElementsAre(HasSubstr("a scope that is not judged")));
  EXPECT_THAT(quota_room({quota(full, json::object())}, {plain_pod()}).doubts,
              ElementsAre(HasSubstr("nobody has counted")));
}

TEST(QuotaRoom, IsInDoubtWhereContainersDoNotSayWhatTheQuotaWants) {
  const QuotaRoom room =
      quota_room({quota({{"requests.memory", "1Gi"}}, {{"requests.memory", "0"}})}, {plain_pod()});
  EXPECT_THAT(room.doubts,
              ElementsAre(HasSubstr("wants every container to say its requests.memory")));
}

TEST(QuotaRoom, TakesWhatAPodSaysForAllOfItsContainers) {
  const Json own =
      pod({{"containers", {{{"name", "it"}}}}, {"resources", {{"requests", {{"memory", "1Gi"}}}}}});
  const QuotaRoom room =
      quota_room({quota({{"requests.memory", "1Gi"}}, {{"requests.memory", "0"}})}, {own});
  EXPECT_THAT(room.too_small, IsEmpty());
  EXPECT_THAT(room.doubts, IsEmpty());
  const json full = {{"pods", "1"}};
  EXPECT_EQ(takes_pod(quota(full, full, {{"scopes", {"BestEffort"}}}), own), false);
}

TEST(QuotaLine, SaysHowMuchIsUsed) {
  const auto lines = lines_of(quota({{"requests.cpu", "2"}}, {{"requests.cpu", "1801m"}}));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.front().text(), "requests.cpu: 1801m of 2 used (91 %)");
}

}  // namespace
}  // namespace cfkops::actions
