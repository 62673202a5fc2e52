// The mark that a roll leaves, and what the next run makes of it.
#include "roll_bench.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::actions {
namespace {

using namespace std::chrono_literals;
using engine::Outcome;
using nlohmann::json;
using test::Fault;
using test::HasError;
using test::KafkaProcess;
using test::RollBench;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const std::string kLeases = "/apis/coordination.k8s.io/v1/namespaces/confluent/leases";
const std::string kLease = kLeases + "/cfkops.roll.kafka";

std::int64_t number(const Outcome& outcome, const std::string& name) {
  const auto* value = outcome.outputs.at(name).as<std::int64_t>();
  return value == nullptr ? -1 : *value;
}

std::vector<std::string> left_out(const Outcome& outcome) {
  std::vector<std::string> pods;
  for (const runbook::Value& pod : *outcome.outputs.at("left_out").list()) {
    pods.push_back(pod.text());
  }
  return pods;
}

/// As the run "run-0" left it, that began so long ago.
json mark_of(RollBench& bench, Duration age = 10min) {
  return {
      {"version", 1},
      {"run", "run-0"},
      {"who", "bo@desk"},
      {"begun", base::format_rfc3339(bench.transport.clock().wall() - age)},
      {"roles", "brokers"},
      {"pods",
       {{"kafka-0", "kafka-0-uid-1"}, {"kafka-1", "kafka-1-uid-1"}, {"kafka-2", "kafka-2-uid-1"}}}};
}

void put(RollBench& bench, const json& mark) {
  bench.leases.annotate(RollBench::kMark, "cfkops.dev/roll", mark.dump());
}

/// They have other pods than the mark tells of.
void restart(RollBench& bench, const std::vector<std::string>& pods) {
  for (const std::string& pod : pods) {
    ++bench.model().process(pod).incarnation;
  }
}

/// run-0 has restarted kafka-0 and kafka-1, and was killed.
void leave_half(RollBench& bench) {
  put(bench, mark_of(bench));
  restart(bench, {"kafka-0", "kafka-1"});
}

Result<engine::StepPlan> plan(RollBench& bench, const runbook::ValueMap& more = {}) {
  return bench.ActionBench::plan(kafka_roll(), RollBench::quickly(more));
}

/// The mutations in words, the pods' as well: "create cfkops.roll.kafka", "evict kafka-0".
std::vector<std::string> sent(const RollBench& bench) {
  std::vector<std::string> words;
  for (const kube::Mutation& one : bench.recorder.mutations) {
    words.push_back(one.verb + " " + one.name);
  }
  return words;
}

/// An eviction by an earlier process of the run.
engine::SentMutation evicted(const std::string& pod) {
  engine::SentMutation one;
  one.step = "roll";
  one.mutation.verb = "evict";
  one.mutation.name = pod;
  one.mutation.uid = pod + "-uid-1";
  one.known = true;
  one.fate = engine::Fate::Applied;
  return one;
}

void expect_none_twice(const RollBench& bench) {
  const std::vector<std::string> pods = bench.server.evicted_pods();
  EXPECT_EQ(std::set<std::string>(pods.begin(), pods.end()).size(), pods.size());
}

TEST(KafkaRollMark, StandsFromBeforeTheFirstEvictionUntilAllAreBack) {
  RollBench bench;
  json seen;
  bench.transport.at(4s, [&] { seen = json::parse(bench.mark()); });
  const WallTime begun = bench.transport.clock().wall();
  ASSERT_EQ(bench.roll().kind, Outcome::Kind::Done);
  EXPECT_THAT(sent(bench),
              ElementsAre("create cfkops.roll.kafka",
                          "evict kafka-0",
                          "evict kafka-1",
                          "evict kafka-2",
                          "delete cfkops.roll.kafka"));
  EXPECT_EQ(bench.mark(), "");
  EXPECT_EQ(seen["run"], "run-1");
  EXPECT_EQ(seen["who"], "ana@desk");
  EXPECT_EQ(seen["roles"], "brokers");
  EXPECT_EQ(seen["pods"], mark_of(bench)["pods"]);
  EXPECT_LT(*base::parse_rfc3339(seen["begun"].get<std::string>()) - begun, Duration(2s));
}

TEST(KafkaRollMark, IsDeletedByItsUidAndVersion) {
  RollBench bench;
  bench.roll();
  const kube::Mutation& last = bench.recorder.mutations.back();
  EXPECT_NE(last.uid, "");
  EXPECT_NE(last.resource_version, "");
}

TEST(KafkaRollMark, ARunThatEvictsNothingLeavesNone) {
  RollBench bench;
  bench.server.hold_budget_until(24h);
  bench.context.deadline = bench.transport.clock().now() + 1min;
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_EQ(bench.mark(), "");
  RollBench closed;
  closed.model().process("kafka-2").silent = true;
  closed.context.deadline = closed.transport.clock().now() + 1min;
  closed.roll();
  EXPECT_THAT(sent(closed), IsEmpty());
}

TEST(KafkaRollMark, StaysWhereSomethingIsLeftToDo) {
  RollBench bench;
  bench.model().process("kafka-1").crashes = true;
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(outcome.left,
              Contains("lease confluent/cfkops.roll.kafka tells which are restarted: for a day a "
                       "new run goes on with the others"));
  EXPECT_EQ(json::parse(bench.mark())["run"], "run-1");
}

TEST(KafkaRollMark, ANewRunGoesOnWhereAnotherOneEnded) {
  RollBench bench;
  bench.transport.at(2s, [&] { bench.server.hold_budget_until(24h); });
  bench.context.deadline = bench.transport.clock().now() + 1min;
  ASSERT_EQ(bench.roll().kind, Outcome::Kind::Failed);
  ASSERT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-0"));
  const json before = json::parse(bench.mark());
  bench.server.hold_budget_until(0s);
  bench.context.run_id = "run-2";
  bench.context.who = "bo@desk";
  bench.context.deadline = bench.transport.clock().now() + 1h;
  json seen;
  bench.transport.at(bench.transport.clock().passed() + 4s,
                     [&] { seen = json::parse(bench.mark()); });
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  // Who leads the fewest partitions goes first.
  EXPECT_THAT(bench.server.evicted_pods(), UnorderedElementsAre("kafka-0", "kafka-1", "kafka-2"));
  EXPECT_EQ(number(outcome, "planned"), 2);
  EXPECT_EQ(number(outcome, "restarted"), 2);
  EXPECT_THAT(left_out(outcome), ElementsAre("kafka-0"));
  EXPECT_EQ(bench.mark(), "");
  EXPECT_EQ(seen["run"], "run-2");
  EXPECT_EQ(seen["who"], "bo@desk");
  EXPECT_EQ(seen["begun"], before["begun"]);
  EXPECT_EQ(seen["pods"], before["pods"]);
}

TEST(KafkaRollMark, ThePlanNamesTheRunTheTimeAndThePods) {
  RollBench bench;
  leave_half(bench);
  const auto told = plan(bench);
  ASSERT_THAT(told, test::IsOk());
  ASSERT_THAT(told->changes, SizeIs(1));
  EXPECT_EQ(told->changes[0].object, "pod confluent/kafka-2");
  const std::string begun = mark_of(bench)["begun"].get<std::string>().substr(0, 19);
  EXPECT_THAT(told->notes,
              Contains("kafka-0 and kafka-1 were restarted by the roll of run run-0 (bo@desk), "
                       "begun " +
                       begun + "Z: left out; restart_all=true restarts them too"));
  EXPECT_THAT(sent(bench), IsEmpty());
}

TEST(KafkaRollMark, PodsOfTheMarkedUidAreStillToBeDone) {
  RollBench bench;
  put(bench, mark_of(bench));
  const auto told = plan(bench);
  ASSERT_THAT(told->changes, SizeIs(3));
  EXPECT_THAT(told->notes, Not(Contains(HasSubstr("run-0"))));
  const Outcome outcome = bench.roll();
  EXPECT_EQ(number(outcome, "restarted"), 3);
  EXPECT_EQ(bench.mark(), "");
}

TEST(KafkaRollMark, APodOfAnOutdatedRevisionIsRestartedAgain) {
  RollBench bench;
  leave_half(bench);
  bench.model().process("kafka-1").revision = "rev-0";
  const auto told = plan(bench);
  ASSERT_THAT(told->changes, SizeIs(2));
  EXPECT_THAT(told->notes, Contains(HasSubstr("kafka-0 was restarted by the roll of run run-0")));
}

TEST(KafkaRollMark, APodThatIsNotBackYetIsLeftOutAndWaitedFor) {
  RollBench bench;
  put(bench, mark_of(bench));
  bench.server.model().take_down("kafka-0");
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.server.evicted_pods(), UnorderedElementsAre("kafka-1", "kafka-2"));
  EXPECT_THAT(left_out(outcome), ElementsAre("kafka-0"));
  EXPECT_TRUE(bench.observer.waited_for("kafka-0"));
  EXPECT_EQ(bench.model().most_down(), 1);
}

TEST(KafkaRollMark, APodThatIsStuckEndsTheRollAsEver) {
  RollBench bench;
  leave_half(bench);
  KafkaProcess& stuck = bench.model().process("kafka-1");
  stuck.stuck = "CrashLoopBackOff";
  stuck.ready = false;
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("pod kafka-1 is stuck at the current revision"));
  EXPECT_EQ(json::parse(bench.mark())["run"], "run-0");
}

/// All are restarted, whatever the mark tells, and the note says why.
void expect_replaced(RollBench& bench, const std::string& why, const runbook::ValueMap& more = {}) {
  const auto told = plan(bench, more);
  ASSERT_THAT(told, test::IsOk());
  EXPECT_THAT(told->changes, SizeIs(3));
  EXPECT_THAT(told->notes, Contains(HasSubstr(why)));
  EXPECT_THAT(sent(bench), IsEmpty());
  json seen;
  bench.transport.at(bench.transport.clock().passed() + 4s,
                     [&] { seen = json::parse(bench.mark()); });
  const Outcome outcome = bench.roll(more);
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.server.evicted_pods(), SizeIs(3));
  EXPECT_THAT(left_out(outcome), IsEmpty());
  EXPECT_EQ(sent(bench).front(), "patch cfkops.roll.kafka");
  EXPECT_EQ(seen["run"], "run-1");
  EXPECT_EQ(seen["pods"].size(), 3U);
  EXPECT_EQ(bench.mark(), "");
}

TEST(KafkaRollMark, AnOldOneIsReplaced) {
  RollBench bench;
  put(bench, mark_of(bench, 24h + 1min));
  restart(bench, {"kafka-0"});
  expect_replaced(bench, "is not finished, but older than a day: it is not followed");
  RollBench young;
  put(young, mark_of(young, 24h - 1min));
  restart(young, {"kafka-0"});
  EXPECT_THAT(plan(young)->changes, SizeIs(2));
}

TEST(KafkaRollMark, OneFromTheFutureIsReplaced) {
  RollBench bench;
  put(bench, mark_of(bench, -2h));
  restart(bench, {"kafka-0"});
  expect_replaced(bench, "lies in the future");
}

TEST(KafkaRollMark, ASpentOneIsReplaced) {
  RollBench bench;
  put(bench, mark_of(bench));
  restart(bench, {"kafka-0", "kafka-1", "kafka-2"});
  expect_replaced(bench, "has restarted all of them: it is not followed");
}

TEST(KafkaRollMark, OneOfOtherProcessesIsReplaced) {
  for (const char* roles : {"all", "controllers"}) {
    RollBench bench;
    json mark = mark_of(bench);
    mark["roles"] = roles;
    put(bench, mark);
    restart(bench, {"kafka-0"});
    expect_replaced(bench, std::string("about other processes (") + roles + ")");
  }
  RollBench smaller;
  json mark = mark_of(smaller);
  mark["pods"].erase("kafka-2");
  put(smaller, mark);
  restart(smaller, {"kafka-0"});
  expect_replaced(smaller, "about other processes (brokers)");
  RollBench larger;
  mark = mark_of(larger);
  mark["pods"]["kafka-3"] = "kafka-3-uid-1";
  put(larger, mark);
  restart(larger, {"kafka-0"});
  expect_replaced(larger, "about other processes (brokers)");
}

TEST(KafkaRollMark, OneThatCannotBeReadIsReplaced) {
  RollBench bench;
  bench.leases.annotate(RollBench::kMark, "cfkops.dev/roll", "{\"version\": 1");
  expect_replaced(bench, "the mark in lease confluent/cfkops.roll.kafka cannot be read: ");
  RollBench bare;
  bare.leases.set_spec(RollBench::kMark, json::object());
  expect_replaced(bare, "it has no annotation cfkops.dev/roll: it is not followed");
}

TEST(KafkaRollMark, IsNotFollowedWhereAllAreAskedFor) {
  RollBench bench;
  leave_half(bench);
  expect_replaced(bench,
                  "kafka-0 and kafka-1 were restarted by the roll of run run-0",
                  {{"restart_all", true}});
}

TEST(KafkaRollMark, AResumedRunGoesOnAfterADayAsWell) {
  RollBench bench;
  json mark = mark_of(bench, 48h);
  mark["run"] = "run-1";
  put(bench, mark);
  restart(bench, {"kafka-0", "kafka-1"});
  // kafka-0 was restarted by a run that this one went on with, kafka-1 by itself.
  const std::vector<engine::SentMutation> earlier = {evicted("kafka-1")};
  bench.context.earlier = &earlier;
  const Outcome outcome = bench.roll();
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.server.evicted_pods(), ElementsAre("kafka-2"));
  EXPECT_EQ(number(outcome, "planned"), 2);
  EXPECT_EQ(number(outcome, "restarted"), 2);
  EXPECT_THAT(left_out(outcome), ElementsAre("kafka-0"));
  EXPECT_EQ(bench.mark(), "");
}

TEST(KafkaRollMark, KilledBeforeItWasDeletedItIsDeletedByTheResumedRun) {
  RollBench bench;
  json mark = mark_of(bench);
  mark["run"] = "run-1";
  mark["who"] = "somebody else";  // who took the run over
  put(bench, mark);
  restart(bench, {"kafka-0", "kafka-1", "kafka-2"});
  const std::vector<engine::SentMutation> earlier = {
      evicted("kafka-0"), evicted("kafka-1"), evicted("kafka-2")};
  bench.context.earlier = &earlier;
  ASSERT_EQ(bench.roll().kind, Outcome::Kind::Done);
  EXPECT_THAT(sent(bench), ElementsAre("delete cfkops.roll.kafka"));
  EXPECT_EQ(bench.mark(), "");
}

TEST(KafkaRollMark, WithoutTheRightToReadItNothingIsPlannedOrDone) {
  RollBench bench;
  bench.transport.on("GET", kLease).refuse(403, "Forbidden", "leases is forbidden");
  const auto told = plan(bench);
  ASSERT_THAT(told, HasError(ErrorCode::Forbidden));
  EXPECT_THAT(told.error().hint, HasSubstr("get, create, patch and delete on leases"));
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
}

TEST(KafkaRollMark, WithoutTheRightToWriteItNothingIsEvicted) {
  RollBench bench;
  bench.transport.on("POST", kLeases + "*").refuse(403, "Forbidden", "leases is forbidden");
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_EQ(outcome.error->code, ErrorCode::Forbidden);
  EXPECT_THAT(outcome.error->hint, HasSubstr("get, create, patch and delete on leases"));
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
}

TEST(KafkaRollMark, WithoutTheRightToDeleteItTheRollIsDoneAllTheSame) {
  RollBench bench;
  bench.transport.on("DELETE", kLease).refuse(403, "Forbidden", "leases is forbidden");
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Done);
  EXPECT_THAT(bench.observer.progress, Contains(HasSubstr("stays, which harms nobody")));
  bench.context.run_id = "run-2";
  const Outcome again = bench.roll();
  EXPECT_EQ(number(again, "restarted"), 3) << "a mark that is spent is none";
}

TEST(KafkaRollMark, ARunThatMarkedMeanwhileIsNotInterferedWith) {
  RollBench bench;
  bench.transport.on("POST", kLeases + "*").handle([&](const kube::Request& /*request*/) {
    put(bench, mark_of(bench));  // after it was looked for
    return test::refuse(409, "AlreadyExists", "it exists");
  });
  const Outcome outcome = bench.roll();
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("run run-0 (bo@desk) has begun to restart the same Kafka"));
  EXPECT_THAT(bench.server.evicted(), IsEmpty());
  EXPECT_EQ(json::parse(bench.mark())["run"], "run-0");
}

TEST(KafkaRollMark, AnAnswerThatIsLostIsLookedFor) {
  for (const char* verb : {"POST", "PATCH", "DELETE"}) {
    for (const Fault fault : test::all_faults()) {
      SCOPED_TRACE(std::string(verb) + " " + test::to_string(fault));
      RollBench clean;
      RollBench bench;
      for (RollBench* one : {&clean, &bench}) {
        if (verb == std::string("PATCH")) {
          leave_half(*one);
        }
      }
      clean.roll();
      std::size_t at = 0;
      const auto& calls = clean.transport.calls();
      for (std::size_t i = 0; i < calls.size() && at == 0; ++i) {
        const bool meant =
            calls[i].request.method == verb && calls[i].text().find("/leases") != std::string::npos;
        at = meant ? i + 1 : 0;
      }
      ASSERT_GT(at, 0U);
      bench.transport.break_call(at, fault);
      const Outcome outcome = bench.roll();
      expect_none_twice(bench);
      if (outcome.kind == Outcome::Kind::Done) {
        EXPECT_EQ(bench.server.evicted_pods(), clean.server.evicted_pods());
      } else {
        EXPECT_THAT(bench.server.evicted(), IsEmpty()) << outcome.why;
      }
    }
  }
}

TEST(KafkaRollMark, AStopWhileTheLastOneComesBackDeletesItStill) {
  RollBench bench;
  bench.transport.at(14s, [&] { bench.cancel.request(SIGINT); });
  ASSERT_EQ(bench.roll().kind, Outcome::Kind::Done);
  EXPECT_THAT(bench.server.evicted_pods(), SizeIs(3));
  EXPECT_EQ(bench.mark(), "");
}

TEST(KafkaRollMark, IsAmongWhatThePlanAsksToBeAllowed) {
  RollBench bench;
  const auto told = plan(bench);
  ASSERT_THAT(told, test::IsOk());
  std::vector<std::string> questions;
  for (const kube::AccessQuestion& question : told->permissions) {
    if (question.resource.plural == "leases") {
      questions.push_back(question.verb + " " + question.ns + "/" + question.name);
    }
  }
  EXPECT_THAT(questions,
              ElementsAre("get confluent/cfkops.roll.kafka",
                          "create confluent/",
                          "patch confluent/cfkops.roll.kafka",
                          "delete confluent/cfkops.roll.kafka"));
}

}  // namespace
}  // namespace cfkops::actions
