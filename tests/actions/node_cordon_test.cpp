#include "drain_bench.hpp"
#include "kinds.hpp"
#include "node_schedule.hpp"
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

/// With a journal, so that what was done can be taken back.
class Bench : public test::DrainBench {
 public:
  Bench()
      : DrainBench(""),
        log_(test::memory_file(disk_), "run-1", loop.clock()),
        journal(log_) {
    context.journal = &journal;
    context.step.id = "cordon";
    journal.set_step("cordon", 1);
  }

  Outcome cordon_it() {
    return apply(node_cordon(), {{"node", node("node-1")}, {"reason", "a new kernel"}});
  }

  kube::Object now() { return *client.get(kube::resources::nodes(), "", "node-1"); }

  void patch(const char* body) {
    EXPECT_TRUE(client.patch(kube::resources::nodes(), "", "node-1", *Json::parse(body), {}));
  }

 private:
  test::MemoryDisk disk_;
  audit::Log log_;

 public:
  engine::Journal journal;
};

TEST(NodeCordon, KeepsNewPodsAwayAndSaysWhoAndWhy) {
  Bench bench;
  const Outcome outcome = bench.cordon_it();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_TRUE(*outcome.outputs.at("changed").as<bool>());
  EXPECT_NE(outcome.outputs.at("boot_id").text(), "");
  EXPECT_TRUE(is_cordoned(bench.now()));
  EXPECT_EQ(cordon_text(bench.now()), "by run run-1 (ana@desk): a new kernel");
}

TEST(NodeCordon, LeavesItToAPersonToLetPodsInLater) {
  Bench bench;
  const Outcome cordoned = bench.cordon_it();
  EXPECT_THAT(
      node_cordon().later(cordoned.outputs),
      ElementsAre(testing::Pair("node node-1", "cfkops run node-uncordon --param node=node-1")));
  const Outcome uncordoned = bench.apply(node_uncordon(), {{"node", bench.node("node-1")}});
  EXPECT_THAT(node_uncordon().later(uncordoned.outputs),
              ElementsAre(testing::Pair("node node-1", "")));
}

TEST(NodeCordon, LeavesANodeThatIsCordonedAlreadyAsItIs) {
  Bench bench;
  bench.cordon("node-1");
  const Outcome outcome = bench.cordon_it();
  EXPECT_THAT(node_cordon().later(outcome.outputs), IsEmpty()) << "it is somebody else's";
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_FALSE(*outcome.outputs.at("changed").as<bool>());
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
  EXPECT_THAT(bench.journal.remembered(), IsEmpty()) << "it is not ours to take back";
  EXPECT_EQ(cordon_text(bench.now()), "");
}

TEST(NodeCordon, IsTakenBackAsItWas) {
  Bench bench;
  const Json before = bench.now().json();
  ASSERT_EQ(bench.cordon_it().kind, Outcome::Kind::Done);
  ASSERT_THAT(bench.journal.remembered(), SizeIs(1));
  const Json remembered = bench.journal.remembered().front().data;
  EXPECT_EQ(node_cordon().planned_undo(remembered).object, "node node-1");
  const Outcome undone = node_cordon().undo(bench.context, bench.client, remembered);
  ASSERT_EQ(undone.kind, Outcome::Kind::Done) << undone.why;
  EXPECT_FALSE(is_cordoned(bench.now()));
  EXPECT_FALSE(bench.now().annotation(kCordonMark));
  EXPECT_EQ(bench.now().json().get("/metadata/annotations"), before.get("/metadata/annotations"));
}

TEST(NodeCordon, LeavesANodeThatAnotherRunHasCordonedMeanwhile) {
  Bench bench;
  ASSERT_EQ(bench.cordon_it().kind, Outcome::Kind::Done);
  bench.patch(R"({"metadata": {"annotations": {"cfkops.dev/cordon": "{\"run\":\"other\"}"}}})");
  const Outcome undone =
      node_cordon().undo(bench.context, bench.client, bench.journal.remembered().front().data);
  EXPECT_EQ(undone.kind, Outcome::Kind::Refused);
  EXPECT_THAT(undone.why, HasSubstr("somebody else has changed node node-1"));
  EXPECT_TRUE(is_cordoned(bench.now()));
}

constexpr const char* kCordon = R"({"spec": {"unschedulable": true}})";
constexpr const char* kUncordon = R"({"spec": {"unschedulable": null}})";

TEST(NodeCordon, DoesNotTakeBackACordonThatCameBeforeItsOwn) {
  Bench bench;
  bench.recorder.before = [&bench] { bench.kubectl_patch("node-1", kCordon); };
  const Outcome outcome = bench.cordon_it();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_FALSE(*outcome.outputs.at("changed").as<bool>()) << "it was somebody else";
  ASSERT_THAT(bench.journal.remembered(), SizeIs(1));
  EXPECT_TRUE(bench.journal.remembered().front().undone) << "there is nothing to take back";
}

TEST(NodeCordon, LeavesACordonThatDoesNotBearItsMark) {
  Bench bench;
  ASSERT_EQ(bench.cordon_it().kind, Outcome::Kind::Done);
  const Json remembered = bench.journal.remembered().front().data;
  // As if the process had been killed before its request left, and somebody else had cordoned it.
  bench.kubectl_patch("node-1",
                      R"({"metadata": {"annotations": {"cfkops.dev/cordon": null}},
                          "spec": {"unschedulable": null}})");
  bench.kubectl_patch("node-1", kCordon);
  const Outcome undone = node_cordon().undo(bench.context, bench.client, remembered);
  EXPECT_EQ(undone.kind, Outcome::Kind::Refused);
  EXPECT_THAT(undone.why, HasSubstr("does not say by whom"));
  EXPECT_TRUE(is_cordoned(bench.now()));
}

TEST(NodeCordon, GoingOnForgetsWhatItDidNotSendWhereSomebodyElseHasCordonedIt) {
  Bench bench;
  ASSERT_TRUE(bench.journal.remember_undo(Json()));
  bench.kubectl_patch("node-1", kCordon);
  const std::vector<engine::SentMutation> earlier;
  bench.context.earlier = &earlier;
  const Outcome outcome = bench.cordon_it();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_FALSE(*outcome.outputs.at("changed").as<bool>());
  EXPECT_TRUE(bench.journal.remembered().front().undone);
}

TEST(NodeCordon, GoingOnKnowsItsOwnCordonByTheMark) {
  Bench bench;
  ASSERT_EQ(bench.cordon_it().kind, Outcome::Kind::Done);
  const Outcome again = bench.cordon_it();
  ASSERT_EQ(again.kind, Outcome::Kind::Done) << again.why;
  EXPECT_TRUE(*again.outputs.at("changed").as<bool>());
  EXPECT_FALSE(bench.journal.remembered().front().undone);
}

TEST(NodeCordon, LeavesANodeThatSomebodyHasUncordonedAndCordonedAgain) {
  Bench bench;
  ASSERT_EQ(bench.cordon_it().kind, Outcome::Kind::Done);
  bench.kubectl_patch("node-1", kUncordon);
  bench.kubectl_patch("node-1", kCordon);
  EXPECT_THAT(cordon_text(bench.now()), HasSubstr("by kubectl; an older mark says: by run run-1"));
  const Outcome undone =
      node_cordon().undo(bench.context, bench.client, bench.journal.remembered().front().data);
  EXPECT_EQ(undone.kind, Outcome::Kind::Refused);
  EXPECT_THAT(undone.why, HasSubstr("kubectl has cordoned it since"));
  EXPECT_TRUE(is_cordoned(bench.now()));
}

TEST(NodeCordon, LeavesANodeCordonedThatIsNotReadyAnyMore) {
  Bench bench;
  ASSERT_EQ(bench.cordon_it().kind, Outcome::Kind::Done);
  bench.cluster().inject(
      {{.kind = sandbox::FaultKind::NodeLost, .at = Duration(0), .target = "node-1"}});
  bench.pass(std::chrono::minutes(2));
  const Outcome undone =
      node_cordon().undo(bench.context, bench.client, bench.journal.remembered().front().data);
  EXPECT_EQ(undone.kind, Outcome::Kind::Refused);
  EXPECT_THAT(undone.why, HasSubstr("cfkops run node-uncordon --param node=node-1"));
  EXPECT_TRUE(is_cordoned(bench.now()));
}

TEST(NodeCordon, GivesANodeThatWasNotReadyBeforeItsFormerState) {
  Bench bench;
  bench.cluster().inject(
      {{.kind = sandbox::FaultKind::NodeLost, .at = Duration(0), .target = "node-1"}});
  bench.pass(std::chrono::minutes(2));
  ASSERT_NE(kube::condition(bench.now(), "Ready"), "True");
  ASSERT_EQ(bench.cordon_it().kind, Outcome::Kind::Done);
  const Outcome undone =
      node_cordon().undo(bench.context, bench.client, bench.journal.remembered().front().data);
  EXPECT_EQ(undone.kind, Outcome::Kind::Done) << undone.why;
  EXPECT_FALSE(is_cordoned(bench.now()));
}

TEST(NodeCordon, RefusesANodeThatIsAnotherOneNow) {
  Bench bench;
  runbook::ValueMap node = bench.node("node-1");
  node["uid"] = "another";
  const Outcome outcome = bench.apply(node_cordon(), {{"node", node}, {"reason", "a new kernel"}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("is another one now"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(NodeCordon, PlansTheChangeAndWritesNothing) {
  Bench bench;
  const auto plan =
      bench.plan(node_cordon(), {{"node", bench.node("node-1")}, {"reason", "a new kernel"}});
  ASSERT_THAT(plan, test::IsOk());
  ASSERT_THAT(plan->changes, SizeIs(1));
  EXPECT_THAT(plan->changes.front().diff, Contains(HasSubstr("/spec/unschedulable")));
  EXPECT_EQ(plan->changes.front().verdict, "accepted");
  EXPECT_THAT(plan->changes.front().diff, Contains(HasSubstr("RUN")))
      << "it is the same plan whichever run carries it out";
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
  EXPECT_FALSE(is_cordoned(bench.now()));
}

TEST(NodeCordon, PlansNothingWhereItIsSoAlready) {
  Bench bench;
  bench.kubectl_patch("node-1", kCordon);
  const auto plan =
      bench.plan(node_cordon(), {{"node", bench.node("node-1")}, {"reason", "a new kernel"}});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->changes, IsEmpty());
  EXPECT_THAT(plan->notes,
              ElementsAre(testing::AllOf(HasSubstr("is cordoned already, by kubectl"),
                                         HasSubstr("it stays so when the run is over"),
                                         HasSubstr("is not written on it"))));
}

}  // namespace
}  // namespace cfkops::actions
