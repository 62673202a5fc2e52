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

TEST(NodeCordon, LeavesANodeThatIsCordonedAlreadyAsItIs) {
  Bench bench;
  bench.cordon("node-1");
  const Outcome outcome = bench.cordon_it();
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
  bench.cordon("node-1");
  const auto plan =
      bench.plan(node_cordon(), {{"node", bench.node("node-1")}, {"reason", "a new kernel"}});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->changes, IsEmpty());
  EXPECT_THAT(plan->notes, ElementsAre(HasSubstr("is cordoned already")));
}

}  // namespace
}  // namespace cfkops::actions
