#include "cfkops/sandbox/cluster.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Keeps what comes of a stream.
class Heard final : public kube::StreamSink {
 public:
  void on_head(const kube::Response& head) override { status = head.status; }

  void on_data(std::string_view bytes) override { text += bytes; }

  void on_end(const Status& outcome) override { end.emplace(outcome); }

  int status = 0;
  std::string text;
  std::optional<Status> end;
};

/// Keeps how a socket ends.
class HeardSocket final : public kube::SocketSink {
 public:
  void on_open(std::string_view /*protocol*/) override {}

  void on_message(std::string_view /*bytes*/) override {}

  void on_close(const Result<int>& outcome) override { end.emplace(outcome); }

  std::optional<Result<int>> end;
};

/// What a client sees of faults.
class ClusterFaultsTest : public testing::Test {
 protected:
  static kube::Request get(const std::string& target) {
    return {.method = "GET", .target = target, .timeout = seconds(5)};
  }

  static kube::Request watch() {
    return {.method = "GET", .target = "/api/v1/namespaces/default/configmaps?watch=1"};
  }

  /// None where nothing came within the time.
  std::optional<Result<kube::Response>> submit(kube::Request request, Duration within) {
    std::optional<Result<kube::Response>> told;
    const kube::ExchangeId id = cluster.submit(
        std::move(request),
        [&told](Result<kube::Response> outcome) { told.emplace(std::move(outcome)); });
    const MonoTime until = cluster.clock().now() + within;
    while (!told && cluster.clock().now() < until) {
      cluster.pump(until);
    }
    cluster.cancel(id);
    return told;
  }

  void pass(Duration time) {
    const MonoTime until = cluster.clock().now() + time;
    while (cluster.clock().now() < until) {
      cluster.pump(until);
    }
  }

  Cluster cluster{{.seed = 7, .start = WallTime(hours(24 * 365 * 50)), .latency = milliseconds(4)}};
};

TEST_F(ClusterFaultsTest, BreaksWatchesOff) {
  Heard heard;
  cluster.stream(watch(), heard);
  cluster.inject({{.kind = FaultKind::WatchLost, .at = seconds(2)}});
  pass(seconds(3));
  EXPECT_EQ(heard.status, 200);
  ASSERT_TRUE(heard.end.has_value());
  ASSERT_FALSE(*heard.end);
  EXPECT_EQ(heard.end->error().code, ErrorCode::ConnectionLost);
  ASSERT_EQ(cluster.happened().size(), 1U);
  EXPECT_EQ(cluster.happened().front().at, Duration(seconds(2)));
}

TEST_F(ClusterFaultsTest, EndsWatchesWhoseRevisionsAreForgotten) {
  Heard heard;
  cluster.stream(watch(), heard);
  cluster.inject({{.kind = FaultKind::WatchExpired, .at = seconds(2)}});
  pass(seconds(3));
  ASSERT_TRUE(heard.end.has_value());
  EXPECT_TRUE(*heard.end);
  EXPECT_NE(heard.text.find("\"code\":410"), std::string::npos);
  Heard again;
  kube::Request late = watch();
  late.target += "&resourceVersion=5";
  cluster.stream(std::move(late), again);
  pass(seconds(1));
  EXPECT_NE(again.text.find("\"code\":410"), std::string::npos);
}

TEST_F(ClusterFaultsTest, HitsStreamsAndSockets) {
  cluster.inject({{.kind = FaultKind::AnswerLost, .on = RequestMatch{.resource = "configmaps"}},
                  {.kind = FaultKind::RequestRefused,
                   .on = RequestMatch{.resource = "pods/exec"},
                   .code = 503}});
  Heard heard;
  cluster.stream(watch(), heard);
  HeardSocket socket;
  cluster.open_socket(
      get("/api/v1/namespaces/default/pods/a/exec?command=true"), {"v5.channel.k8s.io"}, socket);
  pass(seconds(1));
  ASSERT_TRUE(heard.end.has_value() && !*heard.end);
  EXPECT_EQ(heard.status, 0);
  EXPECT_EQ(heard.end->error().code, ErrorCode::ConnectionLost);
  ASSERT_TRUE(socket.end.has_value() && !*socket.end);
  EXPECT_EQ(socket.end->error().http_status, 503);
}

TEST_F(ClusterFaultsTest, LeavesAnUnansweredRequestToTheClientsLimit) {
  cluster.inject({{.kind = FaultKind::RequestTimeout, .on = RequestMatch()}});
  const auto limited = submit(get("/version"), seconds(10));
  ASSERT_TRUE(limited && !*limited);
  EXPECT_EQ(limited->error().code, ErrorCode::Timeout);
  cluster.inject({{.kind = FaultKind::RequestTimeout, .on = RequestMatch()}});
  const auto unlimited = submit({.method = "GET", .target = "/version"}, seconds(100));
  ASSERT_TRUE(unlimited && !*unlimited);
  EXPECT_EQ(unlimited->error().code, ErrorCode::ConnectionLost);
}

TEST_F(ClusterFaultsTest, IsSlowAndThenAway) {
  cluster.inject({{.kind = FaultKind::SlowServer,
                   .at = seconds(0),
                   .lasting = seconds(10),
                   .lasting_each = seconds(2)},
                  {.kind = FaultKind::ServerAway, .at = seconds(20)}});
  pass(milliseconds(1));
  EXPECT_FALSE(submit(get("/version"), milliseconds(1900)).has_value());
  pass(seconds(20));
  const auto away = submit(get("/version"), seconds(1));
  ASSERT_TRUE(away && !*away);
  EXPECT_EQ(away->error().code, ErrorCode::Unreachable);
}

}  // namespace
}  // namespace cfkops::sandbox
