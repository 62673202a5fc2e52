// Locks that a step's plan asks for besides those of the runbook.
#include "bench.hpp"

#include "cfkops/engine/lock.hpp"
#include "cfkops/engine/lock_keeper.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cfkops::engine {
namespace {

using test::Bench;
using test::mentions;

const std::string kLease = "confluent/cfkops-kafka-it";

const std::string kEvictThenSet = R"(
params: {target: {type: "ref<StatefulSet>"}}
steps:
  - {id: out, do: fake.evict, with: {pod: kafka-0}}
  - {id: then, do: fake.set, with: {name: a}}
)";

class StepLocks : public testing::Test {
 protected:
  StepLocks() { bench_.script.locks["out"] = {kafka_}; }

  /// Who holds the lock while each step runs, "ID: held" or "ID: free".
  std::vector<std::string> run(const std::string& sections = kEvictThenSet) {
    std::vector<std::string> seen;
    bench_.script.on_apply = [&](const Context& context) {
      const bool held = !bench_.world.leases.holder(kLease).empty();
      seen.push_back(context.step.id + (held ? ": held" : ": free"));
    };
    report_ = bench_.run(sections);
    return seen;
  }

  /// Somebody whose lock lasts so long that nobody waits to see whether they live.
  void hold_by_other() {
    bench_.world.leases.set_spec(kLease,
                                 {{"holderIdentity", "20260101-000000-cafe ana@desk"},
                                  {"leaseDurationSeconds", 3600},
                                  {"leaseTransitions", 4}});
  }

  Bench bench_;
  LockTarget kafka_ = lock_target("Kafka", "confluent", "it");
  RunReport report_;
};

TEST_F(StepLocks, StandInThePlanBesideThoseOfTheRunbook) {
  const auto plan = bench_.plan(kEvictThenSet);
  ASSERT_TRUE(plan.has_value());
  ASSERT_EQ(plan->locks.size(), 2U);
  EXPECT_EQ(plan->locks.front().text, "kafka confluent/it");
  EXPECT_EQ(plan->locks.back().text, "statefulset confluent/kafka");
}

TEST_F(StepLocks, AreTakenBeforeTheFirstStepAndGivenBackAfterTheirOwn) {
  EXPECT_EQ(run(), (std::vector<std::string>{"out: held", "then: free"}));
  EXPECT_EQ(report_.result, RunResult::Succeeded) << report_.summary;
  EXPECT_EQ(bench_.world.leases.held(), 0U);
}

TEST_F(StepLocks, AreKeptForAnotherStepThatWantsThem) {
  bench_.script.locks["then"] = {kafka_};
  EXPECT_EQ(run(), (std::vector<std::string>{"out: held", "then: held"}));
  EXPECT_EQ(bench_.world.leases.held(), 0U);
}

TEST_F(StepLocks, OfAnotherRunKeepTheRunFromBeginning) {
  hold_by_other();
  EXPECT_TRUE(run().empty());
  EXPECT_EQ(report_.result, RunResult::Locked) << report_.summary;
  EXPECT_TRUE(bench_.world.changes.empty());
}

TEST_F(StepLocks, CanBeTakenByAStepThatFindsOutLate) {
  bench_.script.locks.clear();
  std::string holder;
  bench_.script.on_apply = [&](const Context& context) {
    EXPECT_TRUE(context.hold(kafka_).has_value());
    EXPECT_TRUE(context.hold(kafka_).has_value()) << "it is held already";
    holder = bench_.world.leases.holder(kLease);
  };
  EXPECT_EQ(bench_.run(kEvictThenSet).result, RunResult::Succeeded);
  EXPECT_NE(holder, "");
  EXPECT_EQ(bench_.world.leases.held(), 0U) << "given back at the end";
}

TEST_F(StepLocks, OfAnotherRunAreRefusedToAStepThatFindsOutLate) {
  bench_.script.locks.clear();
  hold_by_other();
  Status taken;
  bench_.script.on_apply = [&](const Context& context) { taken = context.hold(kafka_); };
  static_cast<void>(bench_.run(kEvictThenSet));
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code, ErrorCode::Refused);
  EXPECT_EQ(taken.error().reason, kLockHeld);
}

}  // namespace
}  // namespace cfkops::engine
