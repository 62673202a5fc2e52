// A drain and others who are at work on the same Kafka.
#include "drain_bench.hpp"
#include "kinds.hpp"
#include "support/matchers.hpp"
#include "support/memory_file.hpp"

#include "cfkops/audit/log.hpp"
#include "cfkops/engine/lock_keeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using nlohmann::json;
using test::kKafka;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// A node with a broker, cordoned, and a run that can take locks.
class Bench : public test::DrainBench {
 public:
  Bench()
      : DrainBench(test::workload("Deployment", "web", 12), kKafka),
        node_(test::broker_node(*this)),
        log_(test::memory_file(disk_), "run-1", loop.clock()),
        journal_(log_) {
    runbook_.name = "node-drain";
    request_.runbook = &runbook_;
    request_.run_id = "run-1";
    cordon(node_);
  }

  /// As the runbooks give it, but that Kafka need not settle.
  runbook::ValueMap given() {
    runbook::ValueMap all = test::usual(*this, node_);
    all["settle"] = Duration(0);
    return all;
  }

  Outcome drain() {
    engine::LockKeeper keeper(request_, loop, journal_, observer);
    context.locks = &keeper;
    return apply(node_drain(), given());
  }

  Result<engine::StepPlan> plan_it() { return plan(node_drain(), given()); }

  void create_lease(const std::string& ns, json lease) {
    lease["apiVersion"] = "coordination.k8s.io/v1";
    lease["kind"] = "Lease";
    EXPECT_TRUE(client.create(kube::resources::leases(), ns, Json(std::move(lease))));
    recorder.sent.clear();
  }

  /// The mark of a roll of that broker; `uid` is what it had before.
  void mark_roll(const std::string& pod, const std::string& uid, const std::string& begun) {
    const json roll = {{"version", 1},
                       {"run", "run-0"},
                       {"who", "bob@desk"},
                       {"begun", begun},
                       {"roles", "brokers"},
                       {"pods", {{pod, uid}}}};
    create_lease("confluent",
                 {{"metadata",
                   {{"name", "cfkops.roll.kafka"},
                    {"namespace", "confluent"},
                    {"annotations", {{"cfkops.dev/roll", roll.dump()}}}}},
                  {"spec", json::object()}});
  }

  /// A broker of the node.
  kube::Object broker() {
    const std::string name = pods_on(node_, test::kBroker).front();
    return *client.get(kube::resources::pods(), "confluent", name.substr(name.find('/') + 1));
  }

 private:
  std::string node_;
  test::MemoryDisk disk_;
  audit::Log log_;
  engine::Journal journal_;
  runbook::Runbook runbook_;
  engine::RunRequest request_;
};

TEST(NodeDrainRivals, PlansTheLockOfEachKafkaThatItMoves) {
  Bench bench;
  const auto plan = bench.plan_it();
  ASSERT_THAT(plan, test::IsOk());
  ASSERT_EQ(plan->locks.size(), 1U);
  EXPECT_THAT(plan->locks.front().text, HasSubstr("confluent/kafka"));
}

TEST(NodeDrainRivals, EvictsNothingWhileAnotherRunHoldsTheKafka) {
  Bench bench;
  const auto plan = bench.plan_it();
  ASSERT_THAT(plan, test::IsOk());
  const engine::LockTarget lock = plan->locks.at(0);
  bench.create_lease(lock.ns,
                     {{"metadata", {{"name", lock.lease}, {"namespace", lock.ns}}},
                      {"spec",
                       {{"holderIdentity", "20260101-000000-cafe bob@desk"},
                        {"leaseDurationSeconds", 3600},
                        {"leaseTransitions", 4}}}});
  const Outcome outcome = bench.drain();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused) << outcome.why;
  EXPECT_THAT(outcome.why, AllOf(HasSubstr("confluent/kafka"), HasSubstr("bob@desk")));
  EXPECT_THAT(bench.recorder.evicted(), IsEmpty());
}

TEST(NodeDrainRivals, HoldsTheLockWhileItMovesKafka) {
  Bench bench;
  const Outcome outcome = bench.drain();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  const auto leases = bench.client.list(kube::resources::leases(), "confluent");
  ASSERT_THAT(leases, test::IsOk());
  EXPECT_TRUE(std::ranges::any_of(leases->items, [](const kube::Object& lease) {
    return lease.json().string_or("/spec/holderIdentity", "").starts_with("run-1 ");
  }));
}

TEST(NodeDrainRivals, RefusesAKafkaThatAnotherRunHasHalfRestarted) {
  Bench bench;
  const kube::Object broker = bench.broker();
  bench.mark_roll(broker.name(), broker.uid(), "1970-01-01T00:00:00Z");
  const Outcome outcome = bench.drain();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused) << outcome.why;
  EXPECT_THAT(outcome.why,
              AllOf(HasSubstr("the roll of run run-0 (bob@desk)"), HasSubstr("is not finished")));
  EXPECT_THAT(bench.recorder.evicted(), IsEmpty());
  const auto plan = bench.plan_it();
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_TRUE(std::ranges::any_of(plan->changes, [](const engine::PlannedChange& change) {
    return change.refused && change.verdict.find("run-0") != std::string::npos;
  }));
}

TEST(NodeDrainRivals, NamesARollThatHasRestartedAllAndGoesOn) {
  Bench bench;
  bench.mark_roll(bench.broker().name(), "the-one-before", "1970-01-01T00:00:00Z");
  const auto plan = bench.plan_it();
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->notes, Contains(AllOf(HasSubstr("run-0"), HasSubstr("does not count"))));
  EXPECT_EQ(bench.drain().kind, Outcome::Kind::Done);
}

TEST(NodeDrainRivals, DoesNotCountARollThatLiesFarInTheFuture) {
  Bench bench;
  const kube::Object broker = bench.broker();
  bench.mark_roll(broker.name(), broker.uid(), "1970-01-09T00:00:00Z");
  const auto plan = bench.plan_it();
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->notes, Contains(AllOf(HasSubstr("run-0"), HasSubstr("does not count"))));
}

}  // namespace
}  // namespace cfkops::actions
