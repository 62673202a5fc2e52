#include "support/matchers.hpp"
#include "support/memory_recorder.hpp"

#include "cfkops/base/cancel.hpp"
#include "cfkops/kube/client.hpp"
#include "cfkops/sandbox/cluster.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace cfkops::sandbox {
namespace {

using std::chrono::seconds;
using test::HasError;
using test::IsOk;

class FlightTest : public testing::Test {
 protected:
  Result<kube::ExecOutcome> exec(const std::string& pod,
                                 const std::string& command,
                                 const std::string& input = {}) {
    return client.exec("confluent", pod, "kafka", {command, "x"}, input, seconds(10));
  }

  std::unique_ptr<Cluster> cluster = *Cluster::begin(*find_scenario("healthy"), WallTime());
  Cancel cancel;
  kube::Loop loop{*cluster, cluster->clock(), cancel};
  test::MemoryRecorder recorder;
  kube::Client client{loop, {}, recorder};
};

TEST_F(FlightTest, CarriesASocketFromCommandToOutcome) {
  const auto echoed = exec("kafka-0", "echo", "unread");
  ASSERT_THAT(echoed, IsOk());
  EXPECT_EQ(echoed->exit_code, 0);
  EXPECT_EQ(echoed->output, "x\n");
  EXPECT_THAT(exec("kafka-0", "absent"),
              HasError(ErrorCode::ServerError, "executable file not found in $PATH: unknown"));
  EXPECT_THAT(exec("kafka-9", "echo"), HasError(ErrorCode::NotFound, "pods \"kafka-9\" not found"));
}

TEST_F(FlightTest, CarriesALogThatIsFollowedUntilTheDeadline) {
  kube::LogOptions options;
  options.tail_lines = 1;
  std::string text;
  const MonoTime began = cluster->clock().now();
  const Status followed = client.follow_logs(
      "confluent",
      "kafka-0",
      options,
      [&text](std::string_view bytes) {
        text += bytes;
        return true;
      },
      began + seconds(5));
  EXPECT_THAT(followed, IsOk());
  EXPECT_NE(text.find("Kafka Server started"), std::string::npos);
  EXPECT_GE(cluster->clock().now() - began, Duration(seconds(5)));
}

}  // namespace
}  // namespace cfkops::sandbox
