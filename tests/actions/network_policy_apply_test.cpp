#include "kinds.hpp"
#include "objects_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using test::HasError;
using test::IsOk;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kDeny =
    "apiVersion: networking.k8s.io/v1\n"
    "kind: NetworkPolicy\n"
    "metadata: {name: web}\n"
    "spec:\n"
    "  podSelector: {matchLabels: {app: web}}\n"
    "  ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}]\n";

/// "web", "api" and "job" run in the namespace shop.
class Bench : public test::ObjectsBench {
 public:
  Bench()
      : ObjectsBench(test::workload("Deployment", "web", 2) +
                     test::workload("Deployment", "api", 1) +
                     test::workload("Deployment", "job", 1)) {
    pass(std::chrono::seconds(30));
    EXPECT_TRUE(files.write("/nowhere/policies.yaml", kDeny));
  }

  static runbook::ValueMap arguments(runbook::ValueList keep = {}) {
    return {{"file", "/nowhere/policies.yaml"}, {"keep", std::move(keep)}};
  }
};

TEST(NetworkPolicyApply, SaysWhatItWouldCutOff) {
  Bench bench;
  const auto plan = bench.plan(network_policy_apply(), Bench::arguments());
  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->changes, SizeIs(1));
  EXPECT_EQ(plan->changes.front().verb, "create");
  EXPECT_EQ(plan->changes.front().verdict, "accepted");
  EXPECT_THAT(plan->disruption,
              ElementsAre("cuts off shop/web:any port from addresses outside the cluster and "
                          "shop/job"));
  EXPECT_THAT(plan->notes, Contains(HasSubstr("cannot be read from the API server")));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(NetworkPolicyApply, RefusesToCutWhatIsToStay) {
  Bench bench;
  const Outcome outcome =
      bench.apply(network_policy_apply(), Bench::arguments({"shop/job -> shop/web:*"}));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("shop/job -> shop/web:any port is to stay possible"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
  EXPECT_EQ(bench.apply(network_policy_apply(), Bench::arguments({"shop/api -> shop/web:*"})).kind,
            Outcome::Kind::Done);
}

TEST(NetworkPolicyApply, ReplacesAndPutsBack) {
  Bench bench;
  ASSERT_EQ(bench.apply(network_policy_apply(), Bench::arguments()).kind, Outcome::Kind::Done);
  const Json first = bench.now("networkpolicies", "shop", "web")->json().get("/spec");
  std::string other = kDeny;
  other.replace(other.find("app: api"), 8, "app: job");
  ASSERT_TRUE(bench.files.write("/nowhere/policies.yaml", other));
  const Outcome outcome = bench.apply(network_policy_apply(), Bench::arguments());
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(outcome.outputs.at("cut").list()->front().text(), "shop/api -> shop/web:any port");
  EXPECT_EQ(outcome.outputs.at("opened").list()->front().text(), "shop/job -> shop/web:any port");
  const Json remembered = bench.journal.remembered().back().data;
  EXPECT_EQ(network_policy_apply().undo(bench.context, bench.client, remembered).kind,
            Outcome::Kind::Done);
  EXPECT_EQ(bench.now("networkpolicies", "shop", "web")->json().get("/spec"), first);
}

TEST(NetworkPolicyApply, IsTakenBackAltogether) {
  Bench bench;
  ASSERT_EQ(bench.apply(network_policy_apply(), Bench::arguments()).kind, Outcome::Kind::Done);
  EXPECT_THAT(bench.undo(network_policy_apply()),
              Each(Field("kind", &Outcome::kind, Outcome::Kind::Done)));
  EXPECT_THAT(bench.now("networkpolicies", "shop", "web"), HasError(ErrorCode::NotFound, "web"));
}

TEST(NetworkPolicyApply, CutsNothingASecondTime) {
  Bench bench;
  ASSERT_EQ(bench.apply(network_policy_apply(), Bench::arguments()).kind, Outcome::Kind::Done);
  const auto plan = bench.plan(network_policy_apply(), Bench::arguments());
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->changes, IsEmpty());
  EXPECT_THAT(plan->disruption, IsEmpty());
  EXPECT_THAT(plan->notes, Contains("all of it is so already"));
}

}  // namespace
}  // namespace cfkops::actions
