#include "kinds.hpp"
#include "objects_bench.hpp"
#include "support/scripted_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using nlohmann::json;
using test::HasError;
using test::IsOk;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kRole =
    "apiVersion: rbac.authorization.k8s.io/v1\n"
    "kind: Role\n"
    "metadata: {name: reader}\n"
    "rules:\n"
    "  - {apiGroups: [''], resources: [pods], verbs: [get, delete]}\n";

const std::string kBinding =
    "apiVersion: rbac.authorization.k8s.io/v1\n"
    "kind: RoleBinding\n"
    "metadata: {name: web}\n"
    "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}\n"
    "subjects: [{kind: ServiceAccount, name: web, namespace: shop}]\n";

class Bench : public test::ObjectsBench {
 public:
  explicit Bench(const std::string& file = "# both\n---\n" + kBinding + "---\n" + kRole)
      : ObjectsBench(test::kShop) {
    EXPECT_TRUE(files.write("/nowhere/roles.yaml", file));
    recorder.sent.clear();
  }

  Outcome apply_it() { return apply(rbac_apply(), {{"file", "/nowhere/roles.yaml"}}); }

  Result<engine::StepPlan> plan_it() {
    return plan(rbac_apply(), {{"file", "/nowhere/roles.yaml"}});
  }
};

TEST(RbacApply, SaysWhatEachSubjectGainsAndLoses) {
  Bench bench;
  const auto plan = bench.plan_it();
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->notes,
              AllOf(Contains("serviceaccount shop/web gains in namespace shop: delete, get pods"),
                    Contains("serviceaccount shop/default gains in namespace shop: delete pods")));
  EXPECT_THAT(plan->disruption, IsEmpty());
  ASSERT_THAT(plan->changes, SizeIs(2));
  EXPECT_EQ(plan->changes.front().verb, "replace");
  EXPECT_EQ(plan->changes.front().object, "role shop/reader");
  EXPECT_EQ(plan->changes.back().verb, "create");
  EXPECT_THAT(plan->changes, Each(Field(&engine::PlannedChange::verdict, "accepted")));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(RbacApply, AppliesRolesBeforeBindingsAndPutsBack) {
  Bench bench;
  const Json before = bench.now("roles", "shop", "reader")->json().get("/rules");
  const Outcome outcome = bench.apply_it();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  ASSERT_THAT(bench.recorder.sent, SizeIs(2));
  EXPECT_EQ(bench.recorder.sent.front().name, "shop/reader");
  EXPECT_EQ(*outcome.outputs.at("created").as<std::int64_t>(), 1);
  EXPECT_EQ(*outcome.outputs.at("replaced").as<std::int64_t>(), 1);
  EXPECT_THAT(bench.undo(rbac_apply()), Each(Field("kind", &Outcome::kind, Outcome::Kind::Done)));
  EXPECT_EQ(bench.now("roles", "shop", "reader")->json().get("/rules"), before);
  EXPECT_THAT(bench.now("rolebindings", "shop", "web"), HasError(ErrorCode::NotFound, "web"));
}

TEST(RbacApply, DoesNothingASecondTime) {
  Bench bench;
  ASSERT_EQ(bench.apply_it().kind, Outcome::Kind::Done);
  bench.recorder.sent.clear();
  const Outcome outcome = bench.apply_it();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(*outcome.outputs.at("left").as<std::int64_t>(), 2);
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(RbacApply, TellsOfWhatIsLostAsADisruption) {
  Bench bench(
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: reader}\n"
      "rules: []\n");
  const auto plan = bench.plan_it();
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->disruption,
              ElementsAre("serviceaccount shop/default loses in namespace shop: get pods"));
}

TEST(RbacApply, RefusesABindingThatWouldReferToAnotherRole) {
  Bench bench(
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n"
      "metadata: {name: reader}\n"
      "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: other}\n");
  const Outcome outcome = bench.apply_it();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("rolebinding shop/reader: the server refuses the change"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(RbacApply, TakesNoOtherKinds) {
  Bench bench("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n");
  EXPECT_THAT(bench.plan_it(),
              HasError(ErrorCode::InvalidInput, "configmap shop/settings: rbac.apply takes"));
}

TEST(RbacApply, NamesThePlaceOfAMistakeInTheFile) {
  Bench bench(kRole + "---\nkind: Role\nkind: Role\n");
  const auto plan = bench.plan_it();
  ASSERT_FALSE(plan);
  ASSERT_TRUE(plan.error().pos);
  EXPECT_EQ(plan.error().pos->line, 8);
}

/// A server on which somebody may do some things and no others.
class Caller : public test::ActionBench {
 public:
  explicit Caller(std::vector<std::string> allowed)
      : files(base::machine_files()) {
    serve_kinds();
    for (const char* list : {"clusterroles", "clusterrolebindings"}) {
      serve(kApi + "/" + list);
    }
    for (const char* list : {"roles", "rolebindings"}) {
      serve(kApi + "/namespaces/confluent/" + list);
    }
    transport.on("GET", kApi + "/namespaces/confluent/roles/reader")
        .refuse(404, "NotFound", "there is no role reader");
    transport.on("POST", kApi + "/namespaces/confluent/roles").handle([](const auto& request) {
      return test::reply(201, request.body);
    });
    transport.on("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews")
        .reply(201, json{{"status", {{"userInfo", {{"username", "ana"}}}}}});
    transport.on("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
        .handle([allowed = std::move(allowed)](const kube::Request& request) {
          const Json asked = Json::parse(request.body)->get("/spec/resourceAttributes");
          const std::string what =
              asked.string_or("/verb", "") + " " + asked.string_or("/resource", "");
          const bool yes = std::ranges::find(allowed, what) != allowed.end();
          return test::reply(
              201, json{{"kind", "SelfSubjectAccessReview"}, {"status", {{"allowed", yes}}}});
        });
    context.files = &files;
    EXPECT_TRUE(files.write("/nowhere/roles.yaml", kRole));
  }

  Outcome apply_it() { return apply(rbac_apply(), {{"file", "/nowhere/roles.yaml"}}); }

  base::OverlayFiles files;

 private:
  inline static const std::string kApi = "/apis/rbac.authorization.k8s.io/v1";

  void serve(const std::string& path) {
    transport.on("GET", path)
        .reply(200, json{{"metadata", {{"resourceVersion", "1"}}}, {"items", json::array()}});
  }

  void serve_kinds() {
    const json role = {{"resource", "roles"},
                       {"responseKind", {{"kind", "Role"}}},
                       {"scope", "Namespaced"},
                       {"singularResource", "role"}};
    const json version = {{"version", "v1"}, {"resources", {role}}};
    const json group = {{"metadata", {{"name", "rbac.authorization.k8s.io"}}},
                        {"versions", {version}}};
    transport.on("GET", "/api")
        .reply(200, json{{"kind", "APIGroupDiscoveryList"}, {"items", json::array()}});
    transport.on("GET", "/apis")
        .reply(200, json{{"kind", "APIGroupDiscoveryList"}, {"items", {group}}});
  }
};

TEST(RbacApply, GivesNothingAwayThatItsCallerDoesNotHold) {
  Caller caller({"get pods"});
  const Outcome outcome = caller.apply_it();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why,
              HasSubstr("role confluent/reader gives what you do not hold in namespace confluent: "
                        "delete pods; it takes the right to escalate"));
  EXPECT_THAT(caller.recorder.mutations, IsEmpty());
  const auto plan = caller.plan(rbac_apply(), {{"file", "/nowhere/roles.yaml"}});
  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->changes, SizeIs(1));
  EXPECT_TRUE(plan->changes.front().refused);
}

TEST(RbacApply, GivesWhatItsCallerHolds) {
  Caller caller({"get pods", "delete pods"});
  EXPECT_EQ(caller.apply_it().kind, Outcome::Kind::Done);
  EXPECT_THAT(caller.recorder.mutations, SizeIs(1));
}

TEST(RbacApply, GivesAnythingWithTheRightToEscalate) {
  Caller caller({"escalate roles"});
  EXPECT_EQ(caller.apply_it().kind, Outcome::Kind::Done);
}

}  // namespace
}  // namespace cfkops::actions
