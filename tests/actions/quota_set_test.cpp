#include "drain_bench.hpp"
#include "kinds.hpp"
#include "quota_room.hpp"
#include "support/matchers.hpp"
#include "support/memory_file.hpp"

#include "cfkops/audit/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kQuota =
    "- {apiVersion: v1, kind: ResourceQuota, metadata: {name: small, namespace: shop}, spec: "
    "{hard: "
    "{pods: \"6\", requests.cpu: \"2\"}}}\n";

/// A quota over three pods of 200m each, with a journal.
class Bench : public test::DrainBench {
 public:
  explicit Bench(const std::string& quota = kQuota)
      : DrainBench(quota + web()),
        log_(test::memory_file(disk_), "run-1", loop.clock()),
        journal(log_) {
    context.journal = &journal;
    journal.set_step("set", 1);
    pass(std::chrono::minutes(1));
  }

  runbook::ValueMap given(const std::map<std::string, std::string>& hard,
                          std::vector<std::string> remove = {},
                          bool below_used = false) {
    runbook::ValueMap amounts;
    for (const auto& [name, amount] : hard) {
      amounts[name] = runbook::Value(*base::Quantity::parse(amount));
    }
    return {{"quota",
             runbook::ValueMap{{"kind", "ResourceQuota"},
                               {"namespace", "shop"},
                               {"name", "small"},
                               {"uid", now().uid()}}},
            {"hard", std::move(amounts)},
            {"remove", runbook::ValueList(remove.begin(), remove.end())},
            {"below_used", below_used}};
  }

  kube::Object now() { return *client.get(kube::resources::resource_quotas(), "shop", "small"); }

  std::string hard(const std::string& name) {
    return now().json().string_or("/spec/hard/" + name, "");
  }

  Outcome take_back() {
    return quota_set().undo(context, client, journal.remembered().back().data);
  }

  void patch(const char* body) {
    EXPECT_TRUE(
        client.patch(kube::resources::resource_quotas(), "shop", "small", *Json::parse(body), {}));
    recorder.sent.clear();
  }

 private:
  static std::string web() {
    return "- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, "
           "spec: "
           "{replicas: 3, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: "
           "web}}, spec: {containers: [{name: it, image: shop/it, resources: {requests: {cpu: "
           "200m, memory: 64Mi}}}]}}}}\n";
  }

  test::MemoryDisk disk_;
  audit::Log log_;

 public:
  engine::Journal journal;
};

TEST(QuotaSet, RaisesWhatIsNamedAndLeavesTheRest) {
  Bench bench;
  const Outcome outcome = bench.apply(quota_set(), bench.given({{"pods", "20"}}));
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_TRUE(*outcome.outputs.at("changed").as<bool>());
  EXPECT_EQ(bench.hard("pods"), "20");
  EXPECT_EQ(bench.hard("requests.cpu"), "2");
  EXPECT_THAT(*outcome.outputs.at("lines").list(),
              ElementsAre(runbook::Value("pods: 3 of 20 used (15 %)"),
                          runbook::Value("requests.cpu: 600m of 2 used (30 %)")));
}

TEST(QuotaSet, DoesNotAllowLessThanIsUsed) {
  Bench bench;
  const auto plan = bench.plan(quota_set(), bench.given({{"pods", "2"}}));
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_TRUE(plan->changes.front().refused);
  const Outcome outcome = bench.apply(quota_set(), bench.given({{"pods", "2"}}));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("less than is used already: pods: 3 of 2 used (150 %)"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(QuotaSet, AllowsLessThanIsUsedWhereThatIsMeant) {
  Bench bench;
  const Outcome outcome = bench.apply(quota_set(), bench.given({{"pods", "2"}}, {}, true));
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(*outcome.outputs.at("over").list(), SizeIs(1));
}

TEST(QuotaSet, CountsWhatTheQuotaHasNotCountedSoFar) {
  Bench bench;
  const Outcome outcome = bench.apply(quota_set(), bench.given({{"requests.memory", "100Mi"}}));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("requests.memory: 192Mi of 100Mi used"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(QuotaSet, SaysWhatANewLimitAsksOfPods) {
  Bench bench;
  const auto plan = bench.plan(quota_set(), bench.given({{"limits.cpu", "10"}}));
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->disruption,
              ElementsAre(HasSubstr("containers do not all say their limits.cpu")));
  EXPECT_THAT(plan->notes, Contains("then pods: 3 of 6 used (50 %)"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(QuotaSet, RemovesALimit) {
  Bench bench;
  const Outcome outcome = bench.apply(quota_set(), bench.given({}, {"requests.cpu"}));
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(bench.hard("requests.cpu"), "");
  ASSERT_EQ(bench.take_back().kind, Outcome::Kind::Done);
  EXPECT_EQ(bench.hard("requests.cpu"), "2");
}

TEST(QuotaSet, IsTakenBackAsItWas) {
  Bench bench;
  ASSERT_EQ(bench.apply(quota_set(), bench.given({{"pods", "20"}, {"limits.cpu", "9"}})).kind,
            Outcome::Kind::Done);
  bench.patch(R"({"spec": {"hard": {"services": "5"}}})");
  const Outcome undone = bench.take_back();
  ASSERT_EQ(undone.kind, Outcome::Kind::Done) << undone.why;
  EXPECT_EQ(bench.hard("pods"), "6");
  EXPECT_EQ(bench.hard("limits.cpu"), "");
  EXPECT_EQ(bench.hard("services"), "5") << "what others have added stays";
}

TEST(QuotaSet, DoesNotTakeBackWhatSomebodyElseHasSetMeanwhile) {
  Bench bench;
  ASSERT_EQ(bench.apply(quota_set(), bench.given({{"pods", "20"}})).kind, Outcome::Kind::Done);
  bench.patch(R"({"spec": {"hard": {"pods": "30"}}})");
  const Outcome undone = bench.take_back();
  EXPECT_EQ(undone.kind, Outcome::Kind::Refused);
  EXPECT_THAT(undone.why, HasSubstr("somebody else has changed"));
  EXPECT_EQ(bench.hard("pods"), "30");
}

TEST(QuotaSet, DoesNothingWhereItIsSoAlready) {
  Bench bench;
  const Outcome outcome = bench.apply(quota_set(), bench.given({{"pods", "6"}}));
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_FALSE(*outcome.outputs.at("changed").as<bool>());
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
  EXPECT_THAT(bench.journal.remembered(), IsEmpty());
  const auto plan = bench.plan(quota_set(), bench.given({{"pods", "6"}}));
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->changes, IsEmpty());
}

TEST(QuotaSet, RefusesAQuotaThatSomebodyElseKeeps) {
  Bench bench;
  bench.patch(R"({"metadata": {"ownerReferences": [{"apiVersion": "x/v1", "kind": "Tenant",
                  "name": "shop", "uid": "1", "controller": true}]}})");
  const Outcome outcome = bench.apply(quota_set(), bench.given({{"pods", "20"}}));
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("belongs to Tenant shop"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(QuotaSet, WantsSomethingToDo) {
  Bench bench;
  EXPECT_THAT(bench.plan(quota_set(), bench.given({})),
              test::HasError(ErrorCode::InvalidInput, "is to change nothing"));
  EXPECT_THAT(bench.plan(quota_set(), bench.given({{"pods", "1"}}, {"pods"})),
              test::HasError(ErrorCode::InvalidInput, "to set pods and to remove it"));
}

TEST(QuotaSet, RefusesAQuotaThatIsAnotherOneNow) {
  Bench bench;
  runbook::ValueMap given = bench.given({{"pods", "20"}});
  given["quota"] = runbook::ValueMap{
      {"kind", "ResourceQuota"}, {"namespace", "shop"}, {"name", "small"}, {"uid", "other"}};
  EXPECT_EQ(bench.apply(quota_set(), given).kind, Outcome::Kind::Refused);
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

}  // namespace
}  // namespace cfkops::actions
