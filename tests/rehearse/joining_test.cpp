#include "joining.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace cfkops::rehearse {
namespace {

using namespace std::chrono_literals;

Removal removal(int broker, Duration at) {
  Removal one;
  one.ns = "ns";
  one.pod = "kafka-" + std::to_string(broker);
  one.at = at;
  one.outcome = Removal::Outcome::Accepted;
  return one;
}

/// Six brokers, one each ten seconds, done after a minute.
PlainPath plain_path() {
  std::vector<Removal> removals;
  removals.reserve(6);
  for (int i = 0; i < 6; ++i) {
    removals.push_back(removal(i, i * 10s));
  }
  PlainPath plain;
  plain.marks = marks_of(removals);
  plain.run.report.result = engine::RunResult::Succeeded;
  plain.run.report.took = 60s;
  return plain;
}

/// The answer to the second was lost, which took five seconds more; the sixth is about to go.
Evidence recovered() {
  Evidence evidence;
  for (int i = 0; i < 6; ++i) {
    evidence.removals.push_back(removal(i, i * 10s + (i > 1 ? 5s : 0s)));
  }
  evidence.happened.push_back(
      {.fault = {.kind = sandbox::FaultKind::AnswerLost}, .at = 10s, .what = "answer lost"});
  return evidence;
}

TEST(JoinTest, TakesTheRestFromThePlainRun) {
  Evidence evidence = recovered();
  const auto run = join(plain_path(), evidence);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->joined, 55s);
  EXPECT_EQ(run->report.took, 65s);
}

/// With that many partitions that had this gap.
sandbox::KafkaReport with_gaps(std::size_t partitions, Duration gap) {
  sandbox::KafkaReport kafka;
  kafka.longest_partition_gap = gap;
  kafka.worst.resize(partitions);
  return kafka;
}

TEST(JoinTest, TellsOfThePartitionsOfTheWholeWayWhereNoneWasWorseSoFar) {
  PlainPath plain = plain_path();
  plain.run.kafka.push_back(with_gaps(2, 2s));
  Evidence evidence = recovered();
  evidence.after.kafka.push_back(with_gaps(1, 2s));
  const auto same = join(plain, evidence);
  ASSERT_TRUE(same);
  EXPECT_EQ(same->kafka.front().worst.size(), 2U);
  evidence = recovered();
  evidence.after.kafka.push_back(with_gaps(1, 3s));
  const auto worse = join(plain, evidence);
  ASSERT_TRUE(worse);
  EXPECT_EQ(worse->kafka.front().worst.size(), 1U);
}

TEST(JoinTest, NotAfterAnotherOrder) {
  Evidence evidence = recovered();
  std::swap(evidence.removals[2].pod, evidence.removals[3].pod);
  EXPECT_FALSE(join(plain_path(), evidence));
}

TEST(JoinTest, NotBeforeAWholeRestart) {
  Evidence evidence = recovered();
  evidence.happened.front().at = 44s;
  EXPECT_TRUE(join(plain_path(), evidence));
  evidence.happened.front().at = 46s;
  EXPECT_FALSE(join(plain_path(), evidence));
}

TEST(JoinTest, NotWhileAFaultStaysOrSomethingIsDown) {
  Evidence evidence = recovered();
  evidence.happened.front().fault.kind = sandbox::FaultKind::DiskFull;
  EXPECT_FALSE(join(plain_path(), evidence));
  evidence = recovered();
  evidence.after.unready = {"ns/kafka-1 (Pending)"};
  EXPECT_FALSE(join(plain_path(), evidence));
}

}  // namespace
}  // namespace cfkops::rehearse
