// Makes every write of the journal and every call of the API fail, one after the other, and holds
// what must then be true. The runbook changes three objects, evicts a pod and checks the result.
#include "bench.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace cfkops::engine {
namespace {

using test::Bench;
using test::Fault;
using State = audit::VerifyReport::State;

const std::string kSample = R"(
params: {target: {type: "ref<StatefulSet>"}}
prerequisites: [{check: permission}, {check: fake.says, with: {of: x}}]
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: two, do: fake.set, with: {name: b}}
  - {id: out, do: fake.evict, with: {pod: kafka-0}}
  - {id: three, do: fake.set, with: {name: c}, expect: [{check: fake.says, with: {of: y}}]}
validation: [{check: fake.says, with: {of: z}}]
)";

/// The same with a last step that fails, so that the undo is swept too.
const std::string kFailing = kSample.substr(0, kSample.find("validation")) +
                             "  - {id: fail, do: fake.script}\n" +
                             kSample.substr(kSample.find("validation"));

/// What a run writes after its validation, less its end: that it gives back its lock.
constexpr std::size_t kAtTheEnd = 2;

const std::map<std::string, std::string> kBefore = {{"a", "1"}, {"b", "1"}, {"c", "1"}};
const std::map<std::string, std::string> kAfter = {{"a", "2"}, {"b", "2"}, {"c", "2"}};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

/// What holds whatever went wrong.
void expect_honest(const Bench& bench, const RunReport& report) {
  EXPECT_TRUE(bench.world.unannounced.empty()) << bench.world.unannounced.front();
  const bool before = bench.world.values == kBefore && bench.world.pods.size() == 2;
  const bool after = bench.world.values == kAfter;
  switch (report.result) {
    case RunResult::Succeeded:
      EXPECT_TRUE(after);
      EXPECT_TRUE(report.left.empty());
      break;
    case RunResult::InvalidInput:
    case RunResult::PrerequisiteFailed:
    case RunResult::NotConfirmed:
    case RunResult::Drifted:
    case RunResult::PolicyRefused:
      EXPECT_TRUE(before) << report.summary;
      break;
    case RunResult::Failed:
      // All that can be undone is undone; the rest is said.
      EXPECT_TRUE(bench.world.values == kBefore || !bench.journal.unresolved().empty() ||
                  bench.journal.broken())
          << report.summary;
      EXPECT_TRUE(before || !report.left.empty());
      EXPECT_TRUE(report.error.has_value());
      break;
    case RunResult::Interrupted:
    case RunResult::Locked:
      EXPECT_TRUE(before || !report.left.empty());
      break;
    case RunResult::UndoIncomplete:
    case RunResult::ValidationFailed:
      EXPECT_FALSE(report.left.empty());
      break;
  }
  EXPECT_FALSE(report.next.empty());
}

void prepare(Bench& bench) {
  bench.script.outcomes["fail"] = {Outcome::refused("it may not be")};
}

class SweepTest : public testing::TestWithParam<std::string> {
 protected:
  const runbook::Runbook runbook_ = Bench().load(GetParam());  // once: a sweep runs it often
};

TEST_P(SweepTest, StopsAtAJournalWriteThatFailsBeforeAnyFurtherChange) {
  Bench clean;
  prepare(clean);
  static_cast<void>(clean.run(runbook_));
  ASSERT_EQ(clean.verified().state, State::Intact);
  ASSERT_GT(clean.disk.appends, 20U);
  for (const bool torn : {false, true}) {
    for (std::size_t n = 1; n <= clean.disk.appends; ++n) {
      SCOPED_TRACE("append " + std::to_string(n) + (torn ? ", torn" : ""));
      Bench bench;
      prepare(bench);
      bench.disk.fail_append = n;
      bench.disk.torn = torn;
      std::size_t changes_then = 0;
      bench.disk.on_append = [&](std::size_t number) {
        if (number == n) {
          changes_then = bench.world.changes.size();
        }
      };
      const RunReport report = bench.run(runbook_);
      EXPECT_NE(report.result, RunResult::Succeeded);
      EXPECT_EQ(bench.world.changes.size(), changes_then) << "something was changed afterwards";
      EXPECT_EQ(bench.disk.appends, n) << "something was written afterwards";
      EXPECT_EQ(bench.verified().state, State::Open);
      EXPECT_EQ(bench.verified().line > 0, torn);
      if (bench.world.values != kBefore && n + kAtTheEnd < clean.disk.appends) {
        EXPECT_EQ(report.result,
                  bench.world.values == kAfter && report.steps.back().state == "done"
                      ? RunResult::ValidationFailed
                      : RunResult::UndoIncomplete);
        EXPECT_TRUE(test::mentions(report.left, "audit log"));
      }
      expect_honest(bench, report);
    }
  }
}

TEST_P(SweepTest, StopsAtASyncThatFails) {
  Bench clean;
  prepare(clean);
  static_cast<void>(clean.run(runbook_));
  for (std::size_t n = 1; n <= clean.disk.appends; ++n) {
    SCOPED_TRACE("sync from append " + std::to_string(n));
    Bench bench;
    prepare(bench);
    bench.disk.fail_sync_after = n;
    const RunReport report = bench.run(runbook_);
    EXPECT_NE(report.result, RunResult::Succeeded);
    expect_honest(bench, report);
  }
}

TEST_P(SweepTest, TellsTheTruthWhateverCallFails) {
  Bench clean;
  prepare(clean);
  static_cast<void>(clean.run(runbook_));
  const std::size_t calls = clean.transport.calls().size();
  ASSERT_GT(calls, 15U);
  for (const Fault fault : test::all_faults()) {
    for (std::size_t n = 1; n <= calls + 1; ++n) {
      SCOPED_TRACE(to_string(fault) + " at call " + std::to_string(n));
      Bench bench;
      prepare(bench);
      bench.transport.break_call(n, fault);
      const RunReport report = bench.run(runbook_);
      EXPECT_EQ(bench.verified().state, State::Intact) << bench.verified().reason;
      EXPECT_EQ(count(bench.disk.content, "\"phase\":\"intent\""),
                count(bench.disk.content, "\"phase\":\"effect\""));
      expect_honest(bench, report);
      if (n == calls + 1) {
        EXPECT_EQ(bench.disk.appends, clean.disk.appends) << "a clean run again";
      }
    }
  }
}

TEST_P(SweepTest, LeavesAnOpenLogWhereverItIsKilled) {
  Bench bench;
  prepare(bench);
  static_cast<void>(bench.run(runbook_));
  const std::string& log = bench.disk.content;
  for (std::size_t end = log.find('\n'); end + 1 < log.size(); end = log.find('\n', end + 1)) {
    const audit::VerifyReport at_line = audit::verify(log.substr(0, end + 1));
    EXPECT_EQ(at_line.state, State::Open);
    EXPECT_EQ(at_line.line, 0);
    EXPECT_EQ(audit::verify(log.substr(0, end + 20)).reason, "the last line is torn");
    EXPECT_TRUE(audit::read_log(log.substr(0, end + 20)).has_value()) << "a resume can read it";
  }
}

TEST_P(SweepTest, StopsAtASafePointWheneverAsked) {
  Bench clean;
  prepare(clean);
  static_cast<void>(clean.run(runbook_));
  for (std::size_t n = 1; n <= clean.disk.appends; ++n) {
    SCOPED_TRACE("asked at append " + std::to_string(n));
    Bench bench;
    prepare(bench);
    bench.disk.on_append = [&](std::size_t number) {
      if (number == n) {
        bench.cancel.request(2);
      }
    };
    const RunReport report = bench.run(runbook_);
    EXPECT_EQ(bench.verified().state, State::Intact);
    expect_honest(bench, report);
    if (report.result == RunResult::Interrupted) {
      EXPECT_EQ(report.signal_number, 2);
      EXPECT_TRUE(bench.script.undone.empty()) << "a stop is not a failure";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Engine,
                         SweepTest,
                         testing::Values(kSample, kFailing),
                         [](const testing::TestParamInfo<std::string>& one) {
                           return one.index == 0 ? "GoodRun" : "FailingRun";
                         });

}  // namespace
}  // namespace cfkops::engine
