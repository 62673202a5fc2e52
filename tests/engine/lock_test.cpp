// A run on a cluster where others hold, take, delete and renew the lock, on a virtual clock.
#include "cfkops/engine/lock.hpp"

#include "bench.hpp"

#include "cfkops/base/process_identity.hpp"
#include "cfkops/base/text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

namespace cfkops::engine {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using test::Bench;
using test::mentions;

const std::string kLease = "confluent/cfkops-statefulset-kafka";
const std::string kOurs = "20260102-030405-beef ana@desk";
const std::string kOther = "20260101-000000-cafe ana@desk";

const std::string kTwoSteps = R"(
params: {target: {type: "ref<StatefulSet>"}}
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: two, do: fake.set, with: {name: b}}
)";

const std::string kWithPrerequisite =
    "prerequisites: [{check: fake.says, with: {of: x}}]" + kTwoSteps;

json held_by_other(int token = 4) {
  return {{"holderIdentity", kOther},
          {"leaseDurationSeconds", 60},
          {"acquireTime", "2026-01-01T00:00:00.000000Z"},
          {"renewTime", "2030-01-01T00:00:00.000000Z"},
          {"leaseTransitions", token}};
}

class Yes final : public Approver {
 public:
  Status approve(const Plan& /*plan*/) override { return {}; }

  Status ask(const Question& /*question*/) override { return {}; }
};

class LockTest : public testing::Test {
 protected:
  RunReport run(const std::string& sections = kTwoSteps) {
    const runbook::Runbook runbook = bench_.load(sections);
    RunRequest request = bench_.request(runbook, {});
    request.locks = settings_;
    Yes yes;
    return engine::run(request,
                       {.catalogue = bench_.fakes.catalogue(),
                        .client = bench_.client,
                        .journal = bench_.journal,
                        .observer = bench_.observer,
                        .approver = yes});
  }

  /// That of `kWithPrerequisite`.
  void fail_the_prerequisite() {
    bench_.script.checks["x"].push_back({.verdict = Verdict::Fail,
                                         .summary = "11 of 33 partitions not in sync",
                                         .details = {},
                                         .remedy = "",
                                         .outputs = {}});
  }

  /// Does something when step `id` begins.
  void at_step(const std::string& id, std::function<void()> action) {
    bench_.script.on_apply = [id, action = std::move(action)](const Context& context) {
      if (context.step.id == id) {
        action();
      }
    };
  }

  [[nodiscard]] test::ScriptedLeases& leases() { return bench_.world.leases; }

  [[nodiscard]] std::vector<std::string> notes() const {
    std::vector<std::string> texts;
    for (const audit::LogLine& line : bench_.log("note")) {
      if (line.data.string_or("/kind", "") == "lock") {
        EXPECT_EQ(line.step, "lock");
        texts.push_back(line.data.string_or("/event", "") + ": " +
                        line.data.string_or("/text", ""));
      }
    }
    return texts;
  }

  /// What was sent, but for reads and reviews of ourselves.
  [[nodiscard]] std::vector<std::string> sent() const {
    std::vector<std::string> all = bench_.transport.log();
    std::erase_if(all, [](const std::string& text) {
      return text.starts_with("GET") || text.find("selfsubject") != std::string::npos ||
             text.find("dryRun=All") != std::string::npos;
    });
    return all;
  }

  void expect_lost(const RunReport& report, const std::string& why) {
    EXPECT_EQ(report.result, RunResult::Locked) << report.summary;
    ASSERT_TRUE(report.error);
    EXPECT_NE(report.error->text().find(why), std::string::npos) << report.error->text();
    EXPECT_EQ(bench_.world.changes, std::vector<std::string>{"a=2"}) << "nothing is undone either";
    EXPECT_TRUE(mentions(report.left, "nothing was undone"));
    EXPECT_TRUE(mentions(report.left, "step 'one' is done and stays so"));
    EXPECT_TRUE(mentions(report.next, "cfkops locks -n confluent"));
    EXPECT_TRUE(mentions(report.next, "cfkops resume 20260102-030405-beef"));
    EXPECT_TRUE(mentions(report.next, "cfkops rollback 20260102-030405-beef"));
    EXPECT_FALSE(mentions(report.next, "cfkops run ")) << "it is not begun anew";
    EXPECT_TRUE(mentions(notes(), "lost: "));
    EXPECT_EQ(bench_.verified().state, audit::VerifyReport::State::Intact);
  }

  Bench bench_;
  LockSettings settings_;
};

TEST_F(LockTest, IsTakenBeforeTheFirstChangeAndGivenBackAtTheEnd) {
  json during;
  at_step("one", [&] { during = leases().spec(kLease); });
  EXPECT_EQ(run().result, RunResult::Succeeded);
  EXPECT_TRUE(during.value("holderIdentity", "").starts_with("20260102-030405-beef "));
  EXPECT_EQ(during.value("leaseTransitions", 0), 1);
  EXPECT_EQ(during.value("leaseDurationSeconds", 0), 60);
  EXPECT_EQ(leases().holder(kLease), "");
  EXPECT_TRUE(mentions(notes(), "taken: lock on statefulset confluent/kafka taken, token 1"));
  std::vector<std::string> intents;
  for (const audit::LogLine& line : bench_.log("intent")) {
    intents.push_back(line.step + " " + line.data.string_or("/verb", "") + " " +
                      line.data.string_or("/auditId", ""));
  }
  ASSERT_EQ(intents.size(), 4U);
  EXPECT_EQ(intents.front().rfind("lock create 20260102-030405-beef/lock/1/", 0), 0U);
  EXPECT_EQ(intents.back().rfind("lock patch 20260102-030405-beef/lock/1/", 0), 0U);
}

TEST_F(LockTest, IsGivenBackAfterAFailureToo) {
  bench_.script.outcomes["fail"] = {Outcome::refused("it may not be")};
  EXPECT_EQ(run(kTwoSteps + "  - {id: fail, do: fake.script}\n").result, RunResult::Failed);
  EXPECT_EQ(bench_.world.changes, (std::vector<std::string>{"a=2", "b=2", "b=1", "a=1"}));
  EXPECT_EQ(leases().holder(kLease), "");
}

TEST_F(LockTest, IsGivenBackWhenThePersonStopsTheRun) {
  at_step("one", [&] { bench_.cancel.request(2); });
  EXPECT_EQ(run().result, RunResult::Interrupted);
  EXPECT_EQ(leases().holder(kLease), "");
}

TEST_F(LockTest, IsNotTakenByAPlan) {
  const auto plan = bench_.plan(kTwoSteps);
  ASSERT_TRUE(plan.has_value());
  ASSERT_EQ(plan->locks.size(), 1U);
  EXPECT_EQ(plan->locks.front().text, "statefulset confluent/kafka");
  EXPECT_EQ(plan->to_json().string_or("/locks/0/lease", ""), "cfkops-statefulset-kafka");
  EXPECT_TRUE(leases().spec(kLease).is_null());
}

TEST_F(LockTest, OfALivingRunIsNotTakenAndItsHolderIsNamed) {
  leases().set_spec(kLease, held_by_other());
  bench_.transport.at(seconds(9), [&] {
    leases().set_spec(kLease, {{"renewTime", "2030-01-01T00:00:09.000000Z"}});
  });
  const RunReport report = run();
  EXPECT_EQ(report.result, RunResult::Locked);
  ASSERT_TRUE(report.error);
  EXPECT_NE(report.error->text().find(kOther), std::string::npos) << report.error->text();
  EXPECT_NE(report.error->text().find("since 2026-01-01T00:00:00"), std::string::npos);
  EXPECT_NE(report.error->hint.find("--break-lock REASON"), std::string::npos);
  EXPECT_LT(bench_.transport.clock().passed(), seconds(15));
  EXPECT_EQ(leases().holder(kLease), kOther);
  EXPECT_TRUE(bench_.world.changes.empty());
  EXPECT_TRUE(sent().empty()) << sent().front();
}

TEST_F(LockTest, ThatNobodyRenewsIsTakenAfterItsWholeTimeByOurClock) {
  leases().set_spec(kLease, held_by_other(4));
  EXPECT_EQ(run().result, RunResult::Succeeded);
  EXPECT_GE(bench_.transport.clock().passed(), seconds(60));
  EXPECT_LT(bench_.transport.clock().passed(), seconds(70));
  EXPECT_EQ(leases().spec(kLease).value("leaseTransitions", 0), 5);
  EXPECT_TRUE(mentions(notes(), "not renewed for 1m"));
  EXPECT_TRUE(mentions(bench_.observer.lines, "wait lock: the lock on statefulset"));
}

TEST_F(LockTest, ThatIsGivenBackMeanwhileIsTakenAtOnce) {
  leases().set_spec(kLease, held_by_other());
  bench_.transport.at(seconds(11), [&] {
    leases().set_spec(kLease, {{"holderIdentity", nullptr}});
  });
  EXPECT_EQ(run().result, RunResult::Succeeded);
  EXPECT_LT(bench_.transport.clock().passed(), seconds(15));
}

TEST_F(LockTest, ThatHoldsForVeryLongIsNotWaitedFor) {
  leases().set_spec(kLease, held_by_other());
  leases().set_spec(kLease, {{"leaseDurationSeconds", 3600}});
  EXPECT_EQ(run().result, RunResult::Locked);
  EXPECT_LT(bench_.transport.clock().passed(), seconds(5));
}

TEST_F(LockTest, OfAnEarlierProcessOfTheSameRunIsTakenAtOnce) {
  std::string gone = base::own_process_identity();
  gone.back() = gone.back() == '1' ? '2' : '1';
  leases().set_spec(kLease, held_by_other(7));
  leases().set_spec(kLease, {{"holderIdentity", kOurs}});
  leases().annotate(kLease, "cfkops.dev/process", gone);
  EXPECT_EQ(run().result, RunResult::Succeeded);
  EXPECT_LT(bench_.transport.clock().passed(), seconds(5));
  EXPECT_EQ(leases().spec(kLease).value("leaseTransitions", 0), 8);
}

TEST_F(LockTest, OfTheSameRunIsNotTakenWhileItsProcessLivesOnWithACopyOfTheLog) {
  leases().set_spec(kLease, held_by_other(7));
  leases().set_spec(kLease, {{"holderIdentity", kOurs}});
  leases().annotate(kLease, "cfkops.dev/process", base::process_identity(getppid()));
  bench_.transport.at(seconds(9), [&] {
    leases().set_spec(kLease, {{"renewTime", "2030-01-01T00:00:09.000000Z"}});
  });
  EXPECT_EQ(run().result, RunResult::Locked);
  EXPECT_TRUE(bench_.world.changes.empty());
}

TEST_F(LockTest, OfTheSameRunElsewhereIsNotTakenWhileThatMayLive) {
  leases().set_spec(kLease, held_by_other(7));
  leases().set_spec(kLease, {{"holderIdentity", "20260102-030405-beef ana@elsewhere"}});
  leases().annotate(kLease, "cfkops.dev/process", "another-boot/1/2/3");
  EXPECT_EQ(run().result, RunResult::Succeeded);
  EXPECT_GE(bench_.transport.clock().passed(), seconds(60));
}

TEST_F(LockTest, OfALivingRunIsTheReasonWhereAPrerequisiteFailsForWhatThatDoes) {
  fail_the_prerequisite();
  leases().set_spec(kLease, held_by_other());
  bench_.transport.at(seconds(19), [&] {
    leases().set_spec(kLease, {{"renewTime", "2030-01-01T00:00:19.000000Z"}});
  });
  const RunReport report = run(kWithPrerequisite);
  EXPECT_EQ(report.result, RunResult::Locked);
  ASSERT_TRUE(report.error);
  EXPECT_NE(report.error->text().find(kOther), std::string::npos) << report.error->text();
  EXPECT_TRUE(sent().empty()) << sent().front();
}

TEST_F(LockTest, ThatNobodyRenewsIsNotTheReasonWhereAPrerequisiteFails) {
  fail_the_prerequisite();
  leases().set_spec(kLease, held_by_other());
  const RunReport report = run(kWithPrerequisite);
  EXPECT_EQ(report.result, RunResult::PrerequisiteFailed);
  EXPECT_TRUE(mentions(bench_.observer.lines, "cfkops resume 20260101-000000-cafe"));
  EXPECT_GE(bench_.transport.clock().passed(), seconds(30));
  EXPECT_LT(bench_.transport.clock().passed(), seconds(40));
  EXPECT_EQ(leases().holder(kLease), kOther);
  EXPECT_TRUE(sent().empty()) << sent().front();
}

TEST_F(LockTest, IsBrokenForAReasonThatIsWrittenDown) {
  leases().set_spec(kLease, held_by_other());
  settings_.break_reason = "that machine is gone";
  EXPECT_EQ(run().result, RunResult::Succeeded);
  EXPECT_TRUE(mentions(notes(), "broken: "));
  EXPECT_TRUE(mentions(notes(), "that machine is gone"));
  EXPECT_TRUE(mentions(notes(), kOther));
}

TEST_F(LockTest, IsRenewedWhileAStepWaits) {
  std::string before;
  json after;
  at_step("two", [&] {
    before = leases().spec(kLease).value("renewTime", "");
    ASSERT_TRUE(bench_.loop.pause(seconds(600)).has_value());
    after = leases().spec(kLease);
  });
  const RunReport report = run();
  EXPECT_EQ(report.result, RunResult::Succeeded);
  EXPECT_TRUE(report.left.empty());
  EXPECT_NE(after.value("renewTime", ""), before);
  EXPECT_EQ(after.value("leaseTransitions", 0), 1) << "it is the same holder";
}

TEST_F(LockTest, IsRenewedInsideAPeriodicThatTakesItsTime) {
  at_step("two", [&] {
    const kube::Loop::Periodic slow(bench_.loop, seconds(5), kube::Loop::When::Idle, [&] {
      EXPECT_TRUE(bench_.loop.pause(seconds(90)).has_value());
    });
    EXPECT_TRUE(bench_.loop.pause(seconds(60)).has_value());
  });
  EXPECT_EQ(run().result, RunResult::Succeeded);
}

TEST_F(LockTest, ThatAnotherRunTakesStopsThisOneAtOnce) {
  at_step("two", [&] {
    bench_.transport.at(bench_.transport.clock().passed() + seconds(5),
                        [&] { leases().set_spec(kLease, held_by_other(2)); });
    const kube::Loop::SafeStretch stretch(bench_.loop);
    const Status waited = bench_.loop.pause(seconds(600));
    ASSERT_FALSE(waited.has_value()) << "a wait ends, even where a person could not end it";
    EXPECT_EQ(waited.error().reason, kLockLost);
  });
  expect_lost(run(), "it was taken by run " + kOther);
  EXPECT_LT(bench_.transport.clock().passed(), seconds(40));
  EXPECT_EQ(leases().holder(kLease), kOther) << "it is not ours to give back";
}

TEST_F(LockTest, IsGivenBackThoughTheServerRefusesOnce) {
  at_step("two", [&] { leases().refuse_next_patch(); });
  const RunReport report = run();
  EXPECT_EQ(report.result, RunResult::Succeeded);
  EXPECT_TRUE(report.left.empty());
  EXPECT_EQ(leases().holder(kLease), "");
}

TEST_F(LockTest, ThatIsDeletedStopsTheRun) {
  at_step("two", [&] {
    leases().erase(kLease);
    EXPECT_FALSE(bench_.loop.pause(seconds(600)).has_value());
  });
  expect_lost(run(), "its Lease was deleted");
}

TEST_F(LockTest, SurvivesThatSomebodyElseWritesToItsLease) {
  at_step("two", [&] {
    leases().set_spec(kLease, {{"preferredHolder", nullptr}});
    EXPECT_TRUE(bench_.loop.pause(seconds(300)).has_value());
  });
  EXPECT_EQ(run().result, RunResult::Succeeded);
  EXPECT_EQ(leases().holder(kLease), "");
}

TEST_F(LockTest, LetsNothingLeaveAfterAHaltLongerThanItHolds) {
  std::size_t before = 0;
  at_step("two", [&] {
    before = sent().size();
    bench_.transport.advance(seconds(61));  // as after SIGSTOP and SIGCONT
  });
  expect_lost(run(), "last renewed 1m01s ago");
  EXPECT_EQ(sent().size(), before) << "not even a renewal: " << sent().back();
}

TEST_F(LockTest, OutlivesAHaltThatIsShortEnough) {
  at_step("two", [&] { bench_.transport.advance(seconds(40)); });
  EXPECT_EQ(run().result, RunResult::Succeeded);
}

TEST_F(LockTest, IsLostToAServerThatIsAwayForLonger) {
  at_step("two", [&] {
    bench_.transport.set_down(true);
    EXPECT_FALSE(bench_.loop.pause(seconds(600)).has_value());
    bench_.transport.set_down(false);
  });
  expect_lost(run(), "may be another run's by now");
  EXPECT_LE(bench_.transport.clock().passed(), seconds(60));
  EXPECT_TRUE(mentions(bench_.observer.lines, "could not be renewed, which is tried again"));
}

TEST_F(LockTest, OutlivesAServerThatIsAwayForAWhile) {
  at_step("two", [&] {
    bench_.transport.set_down(true);
    EXPECT_TRUE(bench_.loop.pause(seconds(25)).has_value());
    bench_.transport.set_down(false);
    EXPECT_TRUE(bench_.loop.pause(seconds(120)).has_value());
  });
  EXPECT_EQ(run().result, RunResult::Succeeded);
}

TEST_F(LockTest, ThatIsForbiddenSaysWhatIsNeeded) {
  bench_.transport.on("POST", "/apis/coordination.k8s.io/v1/namespaces/*")
      .refuse(403, "Forbidden", "leases is forbidden");
  const RunReport report = run();
  EXPECT_EQ(report.result, RunResult::PrerequisiteFailed);
  ASSERT_TRUE(report.error);
  EXPECT_NE(report.error->hint.find("get, create and patch on leases"), std::string::npos);
  EXPECT_TRUE(bench_.world.changes.empty());
}

TEST_F(LockTest, IsNotNeededToRead) {
  EXPECT_EQ(run("steps: [{id: look, do: fake.script}]\n").result, RunResult::Succeeded);
  EXPECT_EQ(leases().held(), 0U);
  EXPECT_TRUE(notes().empty());
}

TEST_F(LockTest, OfTwoTargetsIsTakenForBothOrNone) {
  const std::string both = "locks: [\"Kafka/kafka\", \"load\"]\n" + kTwoSteps;
  leases().set_spec("confluent/cfkops-load", held_by_other());
  leases().set_spec("confluent/cfkops-load", {{"leaseDurationSeconds", 3600}});
  EXPECT_EQ(run(both).result, RunResult::Locked);
  EXPECT_EQ(leases().holder("confluent/cfkops-kafka-kafka"), "");
  EXPECT_TRUE(mentions(notes(), "taken: lock on kafka confluent/kafka"));
}

std::vector<std::string> leases_of(const Bench& bench,
                                   const std::string& sections,
                                   const runbook::ValueMap& params = {}) {
  const auto targets = lock_targets(bench.load(sections),
                                    bench.fakes.catalogue(),
                                    {{"params", runbook::Value(params)}},
                                    "confluent");
  if (!targets) {
    return {targets.error().text()};
  }
  std::vector<std::string> names;
  for (const LockTarget& target : *targets) {
    names.push_back(target.ns + "/" + target.lease);
  }
  return names;
}

TEST(LockTargets, AreWhatTheRunbookSays) {
  const Bench bench;
  const std::string steps = "steps: [{id: one, do: fake.set, with: {name: a}}]\n";
  EXPECT_EQ(leases_of(bench, steps),
            std::vector<std::string>{"confluent/cfkops-namespace-confluent"});
  EXPECT_EQ(leases_of(bench, "locks: [Kafka/other/k1, sts/kafka, load, load]\n" + steps),
            (std::vector<std::string>{
                "confluent/cfkops-load", "confluent/cfkops-sts-kafka", "other/cfkops-kafka-k1"}));
  EXPECT_NE(leases_of(bench, "locks: [a/b/c/d]\n" + steps).front().find("KIND/NAMESPACE/NAME"),
            std::string::npos);
}

TEST(LockTargets, HaveNamesThatALeaseMayHave) {
  EXPECT_EQ(lock_target("Node", "", "node-1.example").ns, "default");
  EXPECT_EQ(lock_target("Node", "", "node-1.example").lease, "cfkops-node-node-1.example");
  EXPECT_EQ(lock_target("Namespace", "", "confluent").text, "namespace confluent");
  const std::string odd = lock_target("Kafka", "c", "My Cluster").lease;
  EXPECT_TRUE(odd.starts_with("cfkops-kafka-my-cluster-")) << odd;
  const std::string long_one = lock_target("Kafka", "c", std::string(300, 'x') + "1").lease;
  EXPECT_LE(long_one.size(), 200U);
  EXPECT_NE(long_one, lock_target("Kafka", "c", std::string(300, 'x') + "2").lease);
}

}  // namespace
}  // namespace cfkops::engine
