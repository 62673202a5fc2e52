#include "rbac_grants.hpp"

#include "cfkops/base/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::actions {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Json json(const std::string& text) {
  return *Json::parse(text);
}

Json role(const std::string& kind,
          const std::string& ns,
          const std::string& name,
          const std::string& rules,
          const std::string& more = "") {
  return json(R"({"kind": ")" + kind + R"(", "metadata": {"name": ")" + name +
              R"(", "namespace": ")" + ns + "\"" + more + R"(}, "rules": )" + rules + "}");
}

Json binding(const std::string& ns, const std::string& role_kind, const std::string& role_name) {
  return json(
      R"({"kind": ")" + std::string(ns.empty() ? "ClusterRoleBinding" : "RoleBinding") +
      R"(", "metadata": {"name": "b-)" + role_name + R"(", "namespace": ")" + ns +
      R"("}, "roleRef": {"kind": ")" + role_kind + R"(", "name": ")" + role_name +
      R"("}, "subjects": [{"kind": "ServiceAccount", "name": "web", "namespace": "shop"}]})");
}

const std::string kReadPods =
    R"([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}])";
const std::string kAllPods = R"([{"apiGroups": [""], "resources": ["pods"], "verbs": ["*"]}])";

RbacState with(std::initializer_list<Json> objects) {
  RbacState state;
  for (const Json& object : objects) {
    state.put(object);
  }
  return state;
}

TEST(RbacGrants, TakesRulesApart) {
  const auto grants = grants_of(json(R"([
    {"apiGroups": ["apps"], "resources": ["deployments/scale"], "resourceNames": ["web"],
     "verbs": ["get", "update"]},
    {"nonResourceURLs": ["/healthz"], "verbs": ["get"]}])"));
  ASSERT_THAT(grants, SizeIs(3));
  EXPECT_EQ(grants[0].target(), "deployments.apps/scale web");
  EXPECT_EQ(grants[2].target(), "/healthz");
  EXPECT_EQ(text_of_grants(grants), "get /healthz; get, update deployments.apps/scale web");
}

TEST(RbacGrants, CoversWhatTheServerTakesAsCovered) {
  const Grant get{.resource = "pods", .verb = "get"};
  EXPECT_TRUE(covers({.resource = "pods", .verb = "*"}, get));
  EXPECT_TRUE(covers({.group = "*", .resource = "*", .verb = "get"}, get));
  EXPECT_FALSE(covers({.group = "apps", .resource = "*", .verb = "get"}, get));
  EXPECT_FALSE(covers({.resource = "pods", .name = "web-0", .verb = "get"}, get));
  EXPECT_TRUE(covers(get, {.resource = "pods", .name = "web-0", .verb = "get"}));
  EXPECT_FALSE(covers(get, {.resource = "pods/log", .verb = "get"}));
  EXPECT_TRUE(
      covers({.resource = "*/log", .verb = "get"}, {.resource = "pods/log", .verb = "get"}));
  EXPECT_TRUE(covers({.url = "/api/*", .verb = "get"}, {.url = "/api/v1", .verb = "get"}));
  EXPECT_FALSE(covers({.url = "*", .verb = "get"}, get));
  EXPECT_FALSE(covers(get, {.resource = "pods", .verb = "*"}));
}

TEST(RbacShifts, NameWhatASubjectGainsAndLoses) {
  const RbacState before =
      with({role("Role", "shop", "r", kReadPods), binding("shop", "Role", "r")});
  RbacState after = before;
  after.put(role("Role",
                 "shop",
                 "r",
                 R"([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "delete"]}])"));
  const auto shifts = shifts_between(before, after);
  ASSERT_THAT(shifts, SizeIs(1));
  EXPECT_EQ(shifts[0].subject, "serviceaccount shop/web");
  EXPECT_EQ(shifts[0].ns, "shop");
  EXPECT_EQ(text_of_grants(shifts[0].gains), "delete pods");
  EXPECT_EQ(text_of_grants(shifts[0].loses), "list pods");
}

TEST(RbacShifts, DoNotCountWhatAnotherBindingGives) {
  const RbacState before = with({role("ClusterRole", "", "all", kAllPods),
                                 binding("", "ClusterRole", "all"),
                                 role("Role", "shop", "r", kReadPods),
                                 binding("shop", "Role", "r")});
  RbacState after = before;
  after.put(role("Role", "shop", "r", "[]"));
  EXPECT_THAT(shifts_between(before, after), IsEmpty());
  EXPECT_THAT(shifts_between(after, before), IsEmpty());
}

TEST(RbacShifts, TellOfTheWholeClusterOnce) {
  const RbacState before = with({role("Role", "shop", "r", kReadPods),
                                 binding("shop", "Role", "r"),
                                 role("ClusterRole", "", "all", kAllPods)});
  RbacState after = before;
  after.put(binding("", "ClusterRole", "all"));
  const auto shifts = shifts_between(before, after);
  ASSERT_THAT(shifts, SizeIs(1));
  EXPECT_EQ(shifts[0].ns, "");
  EXPECT_EQ(text_of_grants(shifts[0].gains), "* pods");
}

TEST(RbacShifts, FollowAggregatedRoles) {
  const Json whole =
      json(R"({"kind": "ClusterRole", "metadata": {"name": "view"}, "aggregationRule":
    {"clusterRoleSelectors": [{"matchLabels": {"to-view": "true"}}]}, "rules": []})");
  const RbacState before = with({whole, binding("shop", "ClusterRole", "view")});
  RbacState after = before;
  after.put(role("ClusterRole", "", "more", kReadPods, R"(, "labels": {"to-view": "true"})"));
  const auto shifts = shifts_between(before, after);
  ASSERT_THAT(shifts, SizeIs(1));
  EXPECT_EQ(text_of_grants(shifts[0].gains), "get, list pods");
}

TEST(RbacShifts, GiveNothingByARoleThatIsNotThere) {
  RbacState after;
  after.put(binding("shop", "Role", "gone"));
  EXPECT_THAT(shifts_between({}, after), IsEmpty());
}

}  // namespace
}  // namespace cfkops::actions
