#include "kinds.hpp"
#include "objects_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using engine::Verdict;
using test::HasError;
using test::IsOk;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const runbook::Value kFolder = "/nowhere/backup";
const runbook::ValueMap kFrom = {{"from", kFolder}};

/// With a backup of the namespace shop.
class Bench : public test::ObjectsBench {
 public:
  explicit Bench(bool secrets = true)
      : ObjectsBench(test::kShop) {
    pass(std::chrono::seconds(30));
    const Outcome outcome = apply(objects_backup(), {{"to", kFolder}, {"secrets", secrets}});
    EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
    recorder.sent.clear();
  }

  Outcome restore(const std::string& conflict, const std::string& ns = "") {
    return apply(objects_restore(), {{"from", kFolder}, {"conflict", conflict}, {"namespace", ns}});
  }

  engine::CheckResult check(const std::string& ns = "", bool live = true) {
    return check_backup().evaluate(
        context,
        client,
        test::ActionBench::arguments(check_backup().spec(),
                                     {{"from", kFolder}, {"live", live}, {"namespace", ns}}));
  }
};

const auto kDone = Field("kind", &Outcome::kind, Outcome::Kind::Done);

TEST(ObjectsRestore, MakesAFreshNamespaceAsTheOldOneWas) {
  Bench bench;
  const Outcome outcome = bench.restore("fail", "shop-copy");
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(*outcome.outputs.at("created").as<std::int64_t>(), 8);
  bench.pass(std::chrono::minutes(1));
  const engine::CheckResult check = bench.check("shop-copy");
  EXPECT_EQ(check.verdict, Verdict::Pass) << check.summary << testing::PrintToString(check.details);
  const auto pods = bench.client.list(kube::resources::pods(), "shop-copy");
  ASSERT_THAT(pods, IsOk());
  EXPECT_THAT(pods->items, SizeIs(2));
  const auto binding = bench.now("rolebindings", "shop-copy", "reader");
  ASSERT_THAT(binding, IsOk());
  EXPECT_EQ(binding->json().string_or("/subjects/0/namespace", ""), "shop-copy");
  EXPECT_EQ(bench.now("secret", "shop-copy", "password")->json().string_or("/data/it", ""),
            "aHVudGVyMg==");
}

TEST(ObjectsRestore, MakesWhatIsMissingAndLeavesTheRest) {
  Bench bench;
  bench.remove("configmap", "shop", "settings");
  EXPECT_EQ(bench.check().verdict, Verdict::Fail);
  EXPECT_THAT(bench.check().details, ElementsAre("configmap shop/settings is not there"));
  const Outcome outcome = bench.restore("fail");
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(*outcome.outputs.at("created").as<std::int64_t>(), 1);
  EXPECT_EQ(*outcome.outputs.at("left").as<std::int64_t>(), 7);
  EXPECT_EQ(bench.check().verdict, Verdict::Pass);
}

TEST(ObjectsRestore, TouchesNothingWhereOneObjectDiffersAndThatIsToFail) {
  Bench bench;
  bench.remove("service", "shop", "web");
  bench.patch("deployment", "shop", "web", R"({"spec": {"replicas": 5}})");
  bench.recorder.sent.clear();
  const Outcome outcome = bench.restore("fail");
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("deployment shop/web: it is there already"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
  const auto plan = bench.plan(objects_restore(), kFrom);
  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->changes, SizeIs(2));
  EXPECT_EQ(plan->changes.front().verdict, "accepted");
  EXPECT_TRUE(plan->changes.back().refused);
  EXPECT_THAT(plan->changes.back().diff, ElementsAre("~ /spec/replicas: 5 -> 2"));
}

TEST(ObjectsRestore, SkipsWhatIsThere) {
  Bench bench;
  bench.patch("deployment", "shop", "web", R"({"spec": {"replicas": 5}})");
  bench.remove("service", "shop", "web");
  ASSERT_EQ(bench.restore("skip").kind, Outcome::Kind::Done);
  EXPECT_EQ(bench.now("deployment", "shop", "web")->json().int_or("/spec/replicas", 0), 5);
  EXPECT_THAT(bench.now("service", "shop", "web"), IsOk());
}

TEST(ObjectsRestore, ReplacesAndPutsBack) {
  Bench bench;
  bench.patch("deployment", "shop", "web", R"({"spec": {"replicas": 5}})");
  bench.patch("configmap", "shop", "settings", R"({"data": {"color": "red", "more": "x"}})");
  const Outcome outcome = bench.restore("replace");
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(*outcome.outputs.at("replaced").as<std::int64_t>(), 2);
  EXPECT_EQ(bench.check().verdict, Verdict::Pass);
  EXPECT_THAT(bench.undo(objects_restore()), Each(kDone));
  EXPECT_EQ(bench.now("deployment", "shop", "web")->json().int_or("/spec/replicas", 0), 5);
  EXPECT_EQ(bench.now("configmap", "shop", "settings")->json().get("/data").dump(),
            R"({"color":"red","more":"x"})");
}

TEST(ObjectsRestore, DoesNotReplaceASecret) {
  Bench bench;
  bench.patch("secret", "shop", "password", R"({"data": {"it": "eA=="}})");
  const Outcome outcome = bench.restore("replace");
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("secret shop/password: a Secret is not replaced"));
}

TEST(ObjectsRestore, DeletesWhatItHasMadeAndTheNamespaceLast) {
  Bench bench;
  ASSERT_EQ(bench.restore("fail", "shop-copy").kind, Outcome::Kind::Done);
  bench.pass(std::chrono::minutes(1));
  const Json last = bench.journal.remembered().front().data;
  EXPECT_EQ(objects_restore().planned_undo(last).verb, "delete");
  EXPECT_EQ(objects_restore().planned_undo(last).object, "namespaces shop-copy");
  for (const Outcome& outcome : bench.undo(objects_restore())) {
    EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  }
  bench.pass(std::chrono::minutes(2));
  EXPECT_THAT(bench.now("namespace", "", "shop-copy"), HasError(ErrorCode::NotFound, "shop-copy"));
  EXPECT_THAT(bench.now("deployment", "shop", "web"), IsOk());
}

TEST(ObjectsRestore, KeepsANamespaceInWhichSomebodyElseHasPutSomething) {
  Bench bench;
  ASSERT_EQ(bench.restore("fail", "shop-copy").kind, Outcome::Kind::Done);
  bench.make("configmap", "shop-copy", R"({"metadata": {"name": "theirs"}})");
  const auto outcomes = bench.undo(objects_restore());
  EXPECT_EQ(outcomes.back().kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcomes.back().why, HasSubstr("configmap shop-copy/theirs"));
  EXPECT_THAT(bench.now("configmap", "shop-copy", "theirs"), IsOk());
}

TEST(ObjectsRestore, KeepsWhatSomebodyHasChangedOrMadeAnew) {
  Bench bench;
  bench.remove("configmap", "shop", "settings");
  bench.remove("service", "shop", "web");
  ASSERT_EQ(bench.restore("fail").kind, Outcome::Kind::Done);
  bench.patch("configmap", "shop", "settings", R"({"data": {"color": "red"}})");
  bench.remove("service", "shop", "web");
  bench.make(
      "service", "shop", R"({"metadata": {"name": "web"}, "spec": {"ports": [{"port": 1}]}})");
  const auto outcomes = bench.undo(objects_restore());
  EXPECT_THAT(outcomes, Each(Field("kind", &Outcome::kind, Outcome::Kind::Refused)));
  EXPECT_THAT(outcomes.front().why, HasSubstr("is not the one that this run has made"));
  EXPECT_THAT(outcomes.back().why, HasSubstr("somebody has changed it"));
  EXPECT_THAT(bench.now("configmap", "shop", "settings"), IsOk());
}

TEST(ObjectsRestore, GoesOnFromWhereverItWasCutShort) {
  Bench bench;
  for (std::size_t fits = 1;; ++fits) {
    bench.context.run_id = "run-" + std::to_string(fits);
    const std::string ns = "copy-" + std::to_string(fits);
    test::MemoryDisk full{.content = {}, .fail_append = fits};
    audit::Log log(test::memory_file(full), bench.context.run_id, bench.loop.clock());
    engine::Journal cut(log);
    bench.context.journal = &cut;
    const bool whole = bench.restore("fail", ns).kind == Outcome::Kind::Done && !cut.broken();
    bench.context.journal = &bench.journal;
    ASSERT_EQ(bench.restore("fail", ns).kind, Outcome::Kind::Done) << fits;
    EXPECT_EQ(bench.check(ns).verdict, Verdict::Pass) << fits;
    if (whole) {
      break;
    }
    ASSERT_LT(fits, 100U);
  }
}

TEST(ObjectsRestore, NeedsABackupThatIsWhole) {
  Bench bench;
  ASSERT_TRUE(bench.files.write("/nowhere/backup/shop/services/web.yaml", "kind: Service\n"));
  EXPECT_THAT(bench.plan(objects_restore(), kFrom),
              HasError(ErrorCode::Refused, "services/web.yaml is not what was written"));
  EXPECT_EQ(bench.check("", false).verdict, Verdict::Fail);
}

TEST(ObjectsRestore, PlansAFreshNamespaceAndWritesNothing) {
  Bench bench(false);
  const auto plan = bench.plan(objects_restore(), {{"from", kFolder}, {"namespace", "shop-copy"}});
  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->changes, SizeIs(7));
  EXPECT_EQ(plan->changes.front().object, "namespace shop-copy");
  EXPECT_EQ(plan->changes.front().verdict, "accepted");
  EXPECT_EQ(plan->changes.back().verdict, "not asked: its namespace is made before it");
  EXPECT_THAT(plan->changes, Each(Field(&engine::PlannedChange::refused, false)));
  EXPECT_THAT(plan->notes, Contains(HasSubstr("makes 7, replaces 0, leaves 0")));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(ObjectsRestore, RemembersNoSecretValues) {
  Bench bench;
  ASSERT_EQ(bench.restore("fail", "shop-copy").kind, Outcome::Kind::Done);
  EXPECT_THAT(
      bench.disk.content,
      AllOf(HasSubstr("password"), Not(HasSubstr("aHVudGVyMg==")), Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace cfkops::actions
