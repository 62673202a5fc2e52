#include "network_reach.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace cfkops::actions {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Json json(const std::string& text) {
  return *Json::parse(text);
}

Json pod(const std::string& ns,
         const std::string& app,
         const std::string& address,
         const std::string& more = "") {
  return json(R"({"metadata": {"name": ")" + app + R"(-7f9c-x", "namespace": ")" + ns +
              R"(", "labels": {"app": ")" + app + R"(", "pod-template-hash": "7f9c"},
              "ownerReferences": [{"kind": "ReplicaSet", "name": ")" +
              app +
              R"(-7f9c", "controller": true}]}, "spec": {"containers": [{"ports": [)"
              R"({"containerPort": 80, "name": "http"}]}])" +
              more + R"(}, "status": {"podIP": ")" + address + R"("}})");
}

std::vector<PodGroup> groups() {
  return groups_of({pod("shop", "web", "10.0.0.1"),
                    pod("shop", "api", "10.0.0.2"),
                    pod("other", "job", "10.0.1.1")},
                   {json(R"({"metadata": {"name": "shop", "labels": {"team": "shop"}}})"),
                    json(R"({"metadata": {"name": "other"}})")});
}

Json policy(const std::string& spec, const std::string& name = "it") {
  return json(R"({"metadata": {"name": ")" + name + R"(", "namespace": "shop"}, "spec": )" + spec +
              "}");
}

std::vector<std::string> texts(const std::vector<Connection>& connections) {
  std::vector<std::string> found;
  for (const Connection& one : connections) {
    found.push_back(one.text());
  }
  return found;
}

std::vector<std::string> cut_by(const std::string& spec) {
  const ReachShift shift = shift_between(groups(), {}, {policy(spec)});
  EXPECT_THAT(shift.opened, IsEmpty());
  return texts(shift.cut);
}

const char* const kOutsideToWeb = "addresses outside the cluster -> shop/web:80/TCP";
const char* const kJobToWeb = "other/job -> shop/web:80/TCP";
const char* const kApiToWeb = "shop/api -> shop/web:80/TCP";

TEST(NetworkReach, IngressThatNamesNobodyCutsOffAll) {
  EXPECT_THAT(cut_by(R"({"podSelector": {"matchLabels": {"app": "web"}}})"),
              ElementsAre(kOutsideToWeb, kJobToWeb, kApiToWeb));
}

TEST(NetworkReach, APodSelectorAloneMeansItsOwnNamespace) {
  EXPECT_THAT(cut_by(R"({"podSelector": {"matchLabels": {"app": "web"}},
                         "ingress": [{"from": [{"podSelector": {}}]}]})"),
              ElementsAre(kOutsideToWeb, kJobToWeb));
}

TEST(NetworkReach, ANamespaceSelectorLooksAtItsLabels) {
  EXPECT_THAT(cut_by(R"({"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"from": [
                {"namespaceSelector": {"matchLabels": {"team": "shop"}},
                 "podSelector": {"matchLabels": {"app": "job"}}}]}]})"),
              ElementsAre(kOutsideToWeb, kJobToWeb, kApiToWeb))
      << "both of one peer must hold";
  EXPECT_THAT(cut_by(R"({"podSelector": {"matchLabels": {"app": "web"}},
                         "ingress": [{"from": [{"namespaceSelector": {}}]}]})"),
              ElementsAre(kOutsideToWeb));
}

TEST(NetworkReach, PortsAreMeantByNumberNameOrRange) {
  const std::string begin =
      R"({"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"ports": [)";
  EXPECT_THAT(cut_by(begin + R"({"port": 80}]}]})"), IsEmpty());
  EXPECT_THAT(cut_by(begin + R"({"port": "http"}]}]})"), IsEmpty());
  EXPECT_THAT(cut_by(begin + R"({"port": 1, "endPort": 100}]}]})"), IsEmpty());
  EXPECT_THAT(cut_by(begin + R"({"protocol": "UDP"}]}]})"), SizeIs(3));
  EXPECT_THAT(cut_by(begin + R"({"port": 81}]}]})"), SizeIs(3));
}

TEST(NetworkReach, BlocksOfAddressesMeanPodsToo) {
  EXPECT_THAT(cut_by(R"({"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"from": [
                {"ipBlock": {"cidr": "10.0.0.0/16", "except": ["10.0.1.0/24"]}}]}]})"),
              ElementsAre(kOutsideToWeb, kJobToWeb));
  EXPECT_THAT(cut_by(R"({"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"from": [
                {"ipBlock": {"cidr": "0.0.0.0/0"}}]}]})"),
              IsEmpty());
}

TEST(NetworkReach, ARangeOfMoreBitsThanAnAddressHasMeansNobody) {
  EXPECT_THAT(cut_by(R"({"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"from": [
                {"ipBlock": {"cidr": "10.0.0.2/64"}}]}]})"),
              SizeIs(3));
}

TEST(NetworkReach, EgressIsCountedWhereTheConnectionBegins) {
  EXPECT_THAT(cut_by(R"({"podSelector": {"matchLabels": {"app": "api"}}, "policyTypes": ["Egress"],
                         "egress": [{"to": [{"podSelector": {"matchLabels": {"app": "web"}}}]}]})"),
              ElementsAre("shop/api -> addresses outside the cluster:any port",
                          "shop/api -> other/job:80/TCP"));
}

TEST(NetworkReach, ASecondPolicyOpensWhatTheFirstHasCut) {
  const Json first = policy(R"({"podSelector": {"matchLabels": {"app": "web"}}})", "first");
  const Json second =
      policy(R"({"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}]}]})", "second");
  const ReachShift shift = shift_between(groups(), {first}, {first, second});
  EXPECT_THAT(texts(shift.opened), ElementsAre(kApiToWeb));
  EXPECT_THAT(texts(shift.cut),
              ElementsAre("addresses outside the cluster -> shop/api:80/TCP",
                          "other/job -> shop/api:80/TCP"));
}

TEST(NetworkReach, LeavesOutPodsOfTheHostsNetworkAndThoseThatAreOver) {
  auto found = groups_of({pod("shop", "web", "10.0.0.1", R"(, "hostNetwork": true)"),
                          json(R"({"metadata": {"name": "x", "namespace": "shop"},
                                   "status": {"phase": "Succeeded"}})")},
                         {});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_TRUE(found.front().outside);
}

TEST(NetworkReach, TellsOfEachEndInALine) {
  EXPECT_THAT(lines_of({{"shop/api", "shop/web", "80/TCP"}, {"other/job", "shop/web", "80/TCP"}}),
              ElementsAre("shop/web:80/TCP from shop/api and other/job"));
  EXPECT_TRUE(is_meant({"shop/api", "shop/web", "80/TCP"}, "shop/* -> shop/web:*"));
  EXPECT_FALSE(is_meant({"other/job", "shop/web", "80/TCP"}, "shop/* -> shop/web:*"));
}

}  // namespace
}  // namespace cfkops::actions
