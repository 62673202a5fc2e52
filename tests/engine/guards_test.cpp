#include "guards.hpp"

#include "bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <utility>

namespace cfkops::engine {
namespace {

using std::chrono::seconds;
using test::Bench;
using test::mentions;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Turn = Hysteresis::Turn;

CheckResult says(Verdict verdict, std::string summary = "") {
  return {.verdict = verdict,
          .summary = std::move(summary),
          .details = {},
          .remedy = {},
          .outputs = {}};
}

/// Feeds one answer every ten seconds: "p" passes, "f" fails, "u" is unknown. Returns one letter
/// each: "B" breached, "W" well, "." nothing.
std::string turns(Duration hold, const std::string& answers) {
  Hysteresis health(hold);
  std::string out;
  Duration at = Duration::zero();
  for (const char answer : answers) {
    const Verdict verdict = answer == 'p'   ? Verdict::Pass
                            : answer == 'f' ? Verdict::Fail
                                            : Verdict::Unknown;
    const Turn turn = health.take(verdict, MonoTime(at), WallTime(at));
    out += turn == Turn::Breached ? 'B' : turn == Turn::Well ? 'W' : '.';
    at += seconds(10);
  }
  return out;
}

TEST(Hysteresis, WithoutAHoldOneAnswerIsEnough) {
  EXPECT_EQ(turns(Duration::zero(), "pfpf"), ".BWB");
  EXPECT_EQ(turns(Duration::zero(), "pffppu"), ".B.W..");
}

TEST(Hysteresis, MustFailForAsLongAndPassForAsLong) {
  EXPECT_EQ(turns(seconds(30), "pffffff"), "....B..");
  EXPECT_EQ(turns(seconds(30), "pffffpppp"), "....B...W");
  EXPECT_EQ(turns(seconds(30), "pfffpppp"), "........");
}

TEST(Hysteresis, CountsWhatFlapsAsFailing) {
  EXPECT_EQ(turns(seconds(30), "fpfpfpfp"), "....B...");
  EXPECT_EQ(turns(seconds(30), "ffffppfpppp"), "...B......W");
}

TEST(Hysteresis, AnUnknownAnswerNeitherFailsNorPasses) {
  EXPECT_EQ(turns(Duration::zero(), "uuuu"), "....");
  EXPECT_EQ(turns(seconds(30), "fuuuf"), "....B");
  EXPECT_EQ(turns(seconds(30), "ffffppupppp"), "...B......W");
}

TEST(Hysteresis, KnowsSinceWhen) {
  Hysteresis health(seconds(20));
  EXPECT_FALSE(health.since());
  health.take(Verdict::Fail, MonoTime(seconds(5)), WallTime(seconds(105)));
  health.take(Verdict::Fail, MonoTime(seconds(30)), WallTime(seconds(130)));
  EXPECT_TRUE(health.breached());
  EXPECT_EQ(health.since(), WallTime(seconds(105)));
}

/// A guard whose answer is what the test says, by the time that has passed since the steps began.
class GuardsTest : public testing::Test {
 protected:
  GuardsTest() {
    bench.script.live["it"] = [this] {
      asked.push_back(bench.transport.clock().passed());
      return answer(bench.transport.clock().passed());
    };
    bench.script.outcomes["look"] = std::deque<Outcome>(50, Outcome::not_yet("2 of 3"));
  }

  void fails_from(Duration from, Duration until = std::chrono::hours(1)) {
    answer = [from, until](Duration now) {
      return now >= from && now < until ? says(Verdict::Fail, "3 partitions offline")
                                        : says(Verdict::Pass, "0 partitions offline");
    };
  }

  void unknown_from(Duration from, Duration until = std::chrono::hours(1)) {
    answer = [from, until](Duration now) {
      return now >= from && now < until ? says(Verdict::Unknown, "kafka-1 does not answer")
                                        : says(Verdict::Pass);
    };
  }

  /// One guard with these keys besides, and these steps.
  RunReport run(const std::string& keys, const std::string& steps) {
    return bench.run("guard: [{check: fake.says, id: it, with: {of: it}" +
                     (keys.empty() ? "" : ", " + keys) + "}]\nsteps:\n" + steps);
  }

  /// The notes about guards, by their event.
  [[nodiscard]] std::vector<Json> notes(const std::string& event) const {
    std::vector<Json> found;
    for (const audit::LogLine& line : bench.log("note")) {
      if (line.data.string_or("/kind", "") == "guard" &&
          line.data.string_or("/event", "") == event) {
        found.push_back(line.data);
      }
    }
    return found;
  }

  /// The records of a step.
  [[nodiscard]] std::vector<audit::LogLine> of_step(const std::string& phase,
                                                    const std::string& step) const {
    std::vector<audit::LogLine> lines = bench.log(phase);
    std::erase_if(lines, [&](const audit::LogLine& line) { return line.step != step; });
    return lines;
  }

  /// The verdicts on record.
  [[nodiscard]] std::vector<std::string> verdicts() const {
    std::vector<std::string> found;
    for (const audit::LogLine& line : bench.log("check")) {
      if (line.data.string_or("/kind", "") == "guard") {
        found.push_back(line.data.string_or("/verdict", ""));
      }
    }
    return found;
  }

  [[nodiscard]] Duration passed() { return bench.transport.clock().passed(); }

  Bench bench;
  std::vector<Duration> asked;
  std::function<CheckResult(Duration)> answer = [](Duration) { return says(Verdict::Pass); };
};

const std::string kSetA = "  - {id: one, do: fake.set, with: {name: a}}\n";
const std::string kSetB = "  - {id: two, do: fake.set, with: {name: b}}\n";
const std::string kLook = "  - {id: look, do: fake.script, attempts: {max: 50, every: 7s}}\n";
const std::string kPause = "  - {id: pause, do: fake.script, attempts: {max: 9, every: 7s}}\n";

TEST_F(GuardsTest, StopsTheRunWhileAStepWaits) {
  fails_from(seconds(25));
  const RunReport report = run("", kSetA + kLook + kSetB);
  EXPECT_EQ(report.result, RunResult::Interrupted);
  EXPECT_EQ(report.signal_number, 0);
  EXPECT_EQ(report.error->reason, kGuardReason);
  EXPECT_THAT(report.summary, HasSubstr("stopped at a safe point: guard 'it' is breached since"));
  EXPECT_THAT(report.summary, HasSubstr("3 partitions offline"));
  EXPECT_EQ(passed(), seconds(30));
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2"));
  EXPECT_THAT(bench.script.undone, IsEmpty());
  EXPECT_EQ(report.steps[1].state, "stopped");
  EXPECT_TRUE(mentions(report.left, "step 'one' is done and stays so"));
  EXPECT_TRUE(mentions(report.left, "step 'two' was not started"));
  EXPECT_TRUE(mentions(report.next, "cfkops"));
  EXPECT_EQ(bench.verified().state, audit::VerifyReport::State::Intact);
}

TEST_F(GuardsTest, WritesDownWhenABreachBeganAndWhatWasMeasured) {
  fails_from(seconds(25));
  static_cast<void>(run("for: 20s", kLook));
  const std::vector<Json> breaches = notes("breached");
  ASSERT_EQ(breaches.size(), 1U);
  EXPECT_EQ(breaches[0].string_or("/since", ""), "2026-01-02T03:04:35.000000Z");
  EXPECT_EQ(breaches[0].string_or("/id", ""), "it");
  EXPECT_EQ(breaches[0].string_or("/onBreach", ""), "stop");
  EXPECT_EQ(breaches[0].string_or("/result/summary", ""), "3 partitions offline");
  EXPECT_EQ(passed(), seconds(50));
  EXPECT_TRUE(mentions(bench.observer.lines, "notice guard 'it' is breached since"));
  EXPECT_TRUE(mentions(bench.observer.lines, "guard guard: fake.says: fail"));
}

TEST_F(GuardsTest, TellsChangesAndNotEachAnswer) {
  fails_from(seconds(25), seconds(45));
  EXPECT_EQ(run("for: 1m", kLook).steps.front().state, "failed");
  EXPECT_THAT(verdicts(), ElementsAre("pass", "fail", "pass"));
  EXPECT_THAT(notes("breached"), IsEmpty());
}

TEST_F(GuardsTest, IsNotAskedMoreOftenThanItSays) {
  bench.script.outcomes["pause"] = std::deque<Outcome>(9, Outcome::not_yet("2 of 3"));
  static_cast<void>(run("every: 30s", kPause));
  EXPECT_EQ(passed(), seconds(56));
  EXPECT_THAT(asked, ElementsAre(Duration::zero(), seconds(30)));
}

TEST_F(GuardsTest, IsAskedBeforeAChangeWhereTheLastAnswerIsTooOld) {
  fails_from(seconds(5));
  bench.script.on_apply = [&](const Context& context) {
    if (context.step.id == "two") {
      bench.transport.clock().advance(seconds(11));  // a request that took long
    }
  };
  const RunReport report = run("", kSetA + kSetB);
  EXPECT_EQ(report.result, RunResult::Interrupted) << report.summary;
  EXPECT_THAT(asked, ElementsAre(Duration::zero(), seconds(11)));
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2"));
  EXPECT_EQ(of_step("intent", "one").size(), 1U);
  EXPECT_EQ(of_step("intent", "two").size(), 0U);
  EXPECT_EQ(report.steps[1].state, "stopped");
}

TEST_F(GuardsTest, LeavesTheNamesOfRequestsAsTheyWere) {
  bench.script.on_apply = [&](const Context&) { bench.transport.clock().advance(seconds(11)); };
  EXPECT_EQ(run("", kSetA).result, RunResult::Succeeded);
  EXPECT_EQ(asked.size(), 2U);
  ASSERT_EQ(of_step("intent", "one").size(), 1U);
  EXPECT_THAT(of_step("intent", "one")[0].data.string_or("/auditId", ""), HasSubstr("/one/1/"));
  EXPECT_EQ(of_step("effect", "one").size(), 1U);
}

TEST_F(GuardsTest, UndoesTheRunWhereTheBreachSaysSo) {
  fails_from(seconds(25));
  const RunReport report = run("on_breach: rollback", kSetA + kLook + kSetB);
  EXPECT_EQ(report.result, RunResult::Failed) << report.summary;
  EXPECT_EQ(report.error->code, ErrorCode::Refused);
  EXPECT_THAT(report.error->text(), HasSubstr("guard 'it' is breached since"));
  EXPECT_THAT(bench.script.undone, ElementsAre("a"));
  EXPECT_EQ(bench.world.values["a"], "1");
  EXPECT_EQ(bench.world.values["b"], "1");
}

TEST_F(GuardsTest, UndoesAlsoWhatWasDoneWhenTheBreachIsFoundBeforeAChange) {
  fails_from(seconds(5));
  bench.script.on_apply = [&](const Context& context) {
    if (context.step.id == "two") {
      bench.transport.clock().advance(seconds(11));
    }
  };
  EXPECT_EQ(run("on_breach: rollback", kSetA + kSetB).result, RunResult::Failed);
  EXPECT_EQ(bench.world.values["a"], "1");
  EXPECT_EQ(bench.world.values["b"], "1");
}

TEST_F(GuardsTest, KeepsNoUndoBack) {
  unknown_from(seconds(1));
  bench.script.outcomes["fail"] = {Outcome::refused("no")};
  bench.script.on_apply = [&](const Context& context) {
    if (context.step.id == "fail") {
      bench.transport.clock().advance(seconds(11));
    }
  };
  const RunReport report = run("", kSetA + "  - {id: fail, do: fake.script}\n");
  EXPECT_EQ(report.result, RunResult::Failed);
  EXPECT_EQ(bench.world.values["a"], "1");
  EXPECT_EQ(passed(), seconds(11));
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(GuardsTest, DoesNotBeginWhereOneFailsOrCannotBeTold) {
  for (const Verdict verdict : {Verdict::Fail, Verdict::Unknown}) {
    Bench other;
    other.script.live["it"] = [verdict] { return says(verdict, "not so"); };
    const RunReport report = other.run(
        "guard: [{check: fake.says, id: it, with: {of: it}, for: 10m}]\nsteps:\n" + kSetA);
    EXPECT_EQ(report.result, RunResult::PrerequisiteFailed);
    EXPECT_THAT(report.error->message, HasSubstr("not so"));
    EXPECT_THAT(other.world.changes, IsEmpty());
  }
}

TEST_F(GuardsTest, HoldsAChangeBackUntilItCanBeTold) {
  unknown_from(seconds(5), seconds(96));
  bench.script.on_apply = [&](const Context& context) {
    if (context.step.id == "two") {
      bench.transport.clock().advance(seconds(11));
    }
  };
  EXPECT_EQ(run("", kSetA + kSetB).result, RunResult::Succeeded);
  EXPECT_EQ(passed(), seconds(96));
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "b=2"));
  EXPECT_THAT(verdicts(), ElementsAre("pass", "unknown", "pass"));
  EXPECT_TRUE(mentions(bench.observer.lines, "guard 'it' cannot be told, nothing is changed"));
}

TEST_F(GuardsTest, StopsWhereItCannotBeToldForLong) {
  unknown_from(seconds(5));
  bench.script.on_apply = [&](const Context& context) {
    if (context.step.id == "two") {
      bench.transport.clock().advance(seconds(11));
    }
  };
  const RunReport report = run("on_breach: rollback", kSetA + kSetB);
  EXPECT_EQ(report.result, RunResult::Interrupted);
  EXPECT_THAT(report.error->text(), HasSubstr("cannot be told for 2m"));
  EXPECT_EQ(passed(), seconds(131));
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2"));
}

TEST_F(GuardsTest, APersonNeedNotWaitForWhatCannotBeTold) {
  unknown_from(seconds(5));
  bench.transport.at(seconds(50), [&] { bench.cancel.request(SIGINT); });
  bench.script.on_apply = [&](const Context& context) {
    if (context.step.id == "two") {
      bench.transport.clock().advance(seconds(11));
    }
  };
  const RunReport report = run("", kSetA + kSetB);
  EXPECT_EQ(report.result, RunResult::Interrupted);
  EXPECT_EQ(report.signal_number, SIGINT);
  EXPECT_EQ(passed(), seconds(50));
  EXPECT_EQ(report.summary, "stopped at a safe point, as asked");
}

/// What begins a stretch without a safe point, and what ends it.
class GuardsInAStretch : public GuardsTest {
 protected:
  void take_down_and_bring_back() {
    bench.script.on_apply = [this](const Context& context) {
      if (context.step.id != "roll") {
        return;
      }
      const kube::Loop::SafeStretch stretch(bench.loop);
      down = bench.client.evict("confluent", "kafka-0", {.uid = "uid-kafka-0"});
      if (!down) {
        return;
      }
      EXPECT_TRUE(bench.loop.pause(seconds(60)));
      up = bench.client.evict("confluent", "kafka-1", {.uid = "uid-kafka-1"});
    };
  }

  Status down;
  Status up = make_error(ErrorCode::Internal, "not sent");
};

TEST_F(GuardsInAStretch, StopAtItsEndAndKeepBackNothingInIt) {
  fails_from(seconds(15));
  take_down_and_bring_back();
  const RunReport report = run("", "  - {id: roll, do: fake.script}\n" + kSetB);
  EXPECT_EQ(report.result, RunResult::Interrupted);
  EXPECT_TRUE(down) << down.error().text();
  EXPECT_TRUE(up) << up.error().text();
  EXPECT_THAT(bench.world.changes, ElementsAre("evict kafka-0", "evict kafka-1"));
  EXPECT_EQ(passed(), seconds(60));
  EXPECT_TRUE(mentions(report.left, "step 'two' was not started"));
}

TEST(GuardsAtAStretch, KeepBackWhatWouldBeginIt) {
  Bench other;
  other.script.live["it"] = [&] {
    return says(other.transport.clock().passed() >= seconds(5) ? Verdict::Fail : Verdict::Pass);
  };
  Status refused;
  other.script.on_apply = [&](const Context&) {
    other.transport.clock().advance(seconds(11));
    const kube::Loop::SafeStretch stretch(other.loop);
    refused = other.client.evict("confluent", "kafka-0", {.uid = "uid-kafka-0"});
  };
  const RunReport report = other.run(
      "guard: [{check: fake.says, with: {of: it}}]\nsteps: [{id: roll, do: fake.script}]\n");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Cancelled);
  EXPECT_EQ(refused.error().reason, kGuardReason);
  EXPECT_THAT(other.world.changes, IsEmpty());
  EXPECT_EQ(report.result, RunResult::Interrupted);
}

TEST_F(GuardsTest, AsksAPersonOnceBeforeTheNextChange) {
  fails_from(seconds(25));
  bench.script.outcomes["pause"] = std::deque<Outcome>(5, Outcome::not_yet("2 of 3"));
  const RunReport report = run("on_breach: ask", kPause + kSetA + kSetB);
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  ASSERT_EQ(bench.questions.size(), 1U);
  EXPECT_THAT(bench.questions[0], HasSubstr("guard 'it' is breached since"));
  EXPECT_EQ(notes("asked").at(0).string_or("/text", ""), "a person says to go on");
  EXPECT_THAT(bench.world.changes, ElementsAre("a=2", "b=2"));
}

TEST_F(GuardsTest, AsksAgainAboutABreachAnew) {
  answer = [](Duration now) {
    const bool well = now < seconds(25) || (now >= seconds(60) && now < seconds(80));
    return says(well ? Verdict::Pass : Verdict::Fail);
  };
  bench.script.outcomes["pause"] = std::deque<Outcome>(5, Outcome::not_yet("2 of 3"));
  bench.script.outcomes["again"] = std::deque<Outcome>(8, Outcome::not_yet("2 of 3"));
  const RunReport report = run(
      "on_breach: ask",
      kPause + kSetA + "  - {id: again, do: fake.script, attempts: {max: 9, every: 7s}}\n" + kSetB);
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
  EXPECT_EQ(bench.questions.size(), 2U);
  EXPECT_EQ(notes("well").size(), 1U);
}

TEST_F(GuardsTest, StopsWhereThePersonSaysNo) {
  fails_from(seconds(25));
  bench.answer = make_error(ErrorCode::Refused, "nobody can be asked");
  bench.script.outcomes["pause"] = std::deque<Outcome>(5, Outcome::not_yet("2 of 3"));
  const RunReport report = run("on_breach: ask", kSetB + kPause + kSetA);
  EXPECT_EQ(report.result, RunResult::Interrupted);
  EXPECT_THAT(report.error->text(), HasSubstr("nobody can be asked"));
  EXPECT_THAT(bench.world.changes, ElementsAre("b=2"));
  EXPECT_THAT(bench.script.undone, IsEmpty());
}

TEST_F(GuardsTest, AreNoneOfARunWithoutThem) {
  EXPECT_EQ(bench.run("steps:\n" + kSetA).result, RunResult::Succeeded);
  EXPECT_THAT(asked, IsEmpty());
}

TEST(Guards, MayUseWhatThePrerequisitesMeasuredUnderTheSameName) {
  Bench bench;
  const RunReport report = bench.run(R"(
prerequisites: [{check: fake.says, id: it, with: {of: before}}]
guard:
  - {check: fake.says, id: it, with: {of: now}}
  - {check: expr, that: checks.it.measured == 7}
steps: [{id: one, do: fake.set, with: {name: a}}]
)");
  EXPECT_EQ(report.result, RunResult::Succeeded) << report.summary;
}

}  // namespace
}  // namespace cfkops::engine
