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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

kube::Object node_of(test::DrainBench& bench) {
  return *bench.client.get(kube::resources::nodes(), "", "node-1");
}

TEST(NodeUncordon, LetsPodsInAgainAndRemovesTheMark) {
  test::DrainBench bench("");
  ASSERT_EQ(
      bench.apply(node_cordon(), {{"node", bench.node("node-1")}, {"reason", "a kernel"}}).kind,
      Outcome::Kind::Done);
  const Outcome outcome = bench.apply(node_uncordon(), {{"node", bench.node("node-1")}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_TRUE(*outcome.outputs.at("changed").as<bool>());
  EXPECT_FALSE(is_cordoned(node_of(bench)));
  EXPECT_FALSE(node_of(bench).annotation(kCordonMark));
}

TEST(NodeUncordon, LeavesANodeThatIsNotCordonedAlone) {
  test::DrainBench bench("");
  const Outcome outcome = bench.apply(node_uncordon(), {{"node", bench.node("node-1")}});
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_FALSE(*outcome.outputs.at("changed").as<bool>());
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(NodeUncordon, IsTakenBackWithTheMarkThatWasThere) {
  test::DrainBench bench("");
  ASSERT_EQ(
      bench.apply(node_cordon(), {{"node", bench.node("node-1")}, {"reason", "a kernel"}}).kind,
      Outcome::Kind::Done);
  test::MemoryDisk disk;
  audit::Log log(test::memory_file(disk), "run-1", bench.loop.clock());
  engine::Journal journal(log);
  bench.context.journal = &journal;
  ASSERT_EQ(bench.apply(node_uncordon(), {{"node", bench.node("node-1")}}).kind,
            Outcome::Kind::Done);
  ASSERT_THAT(journal.remembered(), SizeIs(1));
  const Outcome undone =
      node_uncordon().undo(bench.context, bench.client, journal.remembered().front().data);
  ASSERT_EQ(undone.kind, Outcome::Kind::Done) << undone.why;
  EXPECT_TRUE(is_cordoned(node_of(bench)));
  EXPECT_THAT(cordon_text(node_of(bench)), HasSubstr("a kernel"));
}

TEST(NodeUncordon, PlansWithWhoHasCordonedItAndWhy) {
  test::DrainBench bench("");
  ASSERT_EQ(
      bench.apply(node_cordon(), {{"node", bench.node("node-1")}, {"reason", "a kernel"}}).kind,
      Outcome::Kind::Done);
  const auto plan = bench.plan(node_uncordon(), {{"node", bench.node("node-1")}});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->notes, ElementsAre(HasSubstr("is cordoned by run run-1 (ana@desk): a kernel")));
}

TEST(NodeUncordon, PlansForANodeThatAnEarlierStepWillCordon) {
  test::DrainBench bench("");
  const auto plan = bench.plan(node_uncordon(), {{"node", bench.node("node-1")}});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->changes, IsEmpty());
  EXPECT_THAT(plan->notes, ElementsAre(HasSubstr("unless an earlier step cordons it")));
}

}  // namespace
}  // namespace cfkops::actions
