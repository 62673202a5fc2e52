#include "cfkops/sandbox/faults.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cfkops::sandbox {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST(FaultKind, EachHasANameThatIsReadBack) {
  std::set<std::string> names;
  for (const FaultKind kind : all_fault_kinds()) {
    const std::string name(to_string(kind));
    EXPECT_EQ(fault_kind(name), kind) << name;
    names.insert(name);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(FaultKind::Kill) + 1);
  EXPECT_EQ(to_string(FaultKind::BrokerNeverCatchesUp), "broker-never-catches-up");
  EXPECT_FALSE(fault_kind("AnswerLost").has_value());
}

TEST(DescribeFault, TellsWhichRequests) {
  Fault fault{.kind = FaultKind::AnswerLost};
  fault.on = RequestMatch{
      .method = "POST", .resource = "pods/eviction", .ns = "confluent", .name = "kafka-1"};
  EXPECT_EQ(describe(fault), "answer-lost on POST pods/eviction confluent/kafka-1 (1st)");
  fault.on = RequestMatch{.resource = "pods", .ns = "confluent"};
  fault.nth = 11;
  fault.times = 3;
  EXPECT_EQ(describe(fault), "answer-lost on pods in confluent (11th to 13th)");
  fault.on = RequestMatch();
  fault.nth = 22;
  fault.times = 1;
  EXPECT_EQ(describe(fault), "answer-lost on any request (22nd)");
}

TEST(DescribeFault, TellsTargetLengthAndMoment) {
  EXPECT_EQ(describe({.kind = FaultKind::NodeLost,
                      .at = seconds(20),
                      .lasting = seconds(60),
                      .target = "node-2"}),
            "node-lost node-2 for 1m at 20s");
  EXPECT_EQ(describe({.kind = FaultKind::ClockJump, .at = seconds(0), .lasting = -hours(1)}),
            "clock-jump by -1h at 0s");
  EXPECT_EQ(describe({.kind = FaultKind::Kill, .nth = 4}), "kill at write 4");
}

TEST(DescribeFault, PrefersTheTitle) {
  EXPECT_EQ(describe({.kind = FaultKind::WatchLost, .title = "a bad moment"}), "a bad moment");
}

}  // namespace
}  // namespace cfkops::sandbox
