#include "fixture.hpp"

#include "cfkops/kube/reader.hpp"

#include <string>
#include <vector>

namespace cfkops::kube {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::HasError;
using test::IsOk;
using test::IsOkAnd;

using ReaderLogs = KubeTest;

/// Ends each stream at once, without the head of an answer.
class EndingTransport final : public Transport {
 public:
  ExchangeId submit(Request, Completion) override { return 1; }

  ExchangeId stream(Request, StreamSink& sink) override {
    sink_ = &sink;
    return 1;
  }

  ExchangeId open_socket(Request, std::vector<std::string>, SocketSink&) override { return 1; }

  void send(ExchangeId, std::string_view) override {}

  void cancel(ExchangeId) override {}

  void pump(MonoTime) override { sink_->on_end({}); }

  void wake() noexcept override {}

  [[nodiscard]] std::string server() const override { return "https://10.0.0.1:6443"; }

 private:
  StreamSink* sink_ = nullptr;
};

TEST_F(ReaderLogs, FollowingALogThatEndsWithoutAnAnswerIsNoSuccess) {
  EndingTransport ending;
  Loop its_loop(ending, transport.clock(), cancel);
  Reader reader(its_loop, {});
  EXPECT_THAT(
      reader.follow_logs(
          "confluent", "kafka-0", {}, [](std::string_view) { return true; }, in(seconds(9))),
      HasError(ErrorCode::ConnectionLost, "no answer from https://10.0.0.1:6443"));
}

TEST_F(ReaderLogs, FollowingALogThatNeverAnswersIsNoSuccess) {
  transport.on("GET", kPod + "/log").hang();
  EXPECT_THAT(
      client.follow_logs(
          "confluent", "kafka-0", {}, [](std::string_view) { return true; }, in(seconds(9))),
      HasError(ErrorCode::Timeout, "no answer from https://10.0.0.1:6443"));
}

TEST_F(ReaderLogs, ReadsPartOfALog) {
  transport
      .expect("GET",
              kPod +
                  "/log?container=kafka&previous=true&sinceSeconds=2&timestamps=true&tailLines=5&"
                  "limitBytes=4")
      .reply(200, "0123456789");
  EXPECT_THAT(client.logs("confluent",
                          "kafka-0",
                          {.container = "kafka",
                           .previous = true,
                           .timestamps = true,
                           .tail_lines = 5,
                           .limit_bytes = 4,
                           .since = std::chrono::milliseconds(1500)}),
              IsOkAnd("0123"));
}

TEST_F(ReaderLogs, FollowsALogToItsEnd) {
  transport.on("GET", kPod + "/log?follow=true")
      .stream({})
      .piece(seconds(1), "one\n")
      .piece(seconds(60), "two\n");
  std::string text;
  EXPECT_THAT(client.follow_logs(
                  "confluent",
                  "kafka-0",
                  {},
                  [&text](std::string_view bytes) {
                    text += bytes;
                    return true;
                  },
                  in(minutes(5))),
              IsOk());
  EXPECT_EQ(text, "one\ntwo\n");
  EXPECT_EQ(transport.clock().passed(), seconds(61));
}

TEST_F(ReaderLogs, StopsFollowingWhenTheSinkHasSeenEnough) {
  transport.on("GET", kPod + "/log").stream({"one\n", "two\n"}).open();
  int pieces = 0;
  EXPECT_THAT(client.follow_logs(
                  "confluent",
                  "kafka-0",
                  {},
                  [&pieces](std::string_view) { return ++pieces < 1; },
                  in(minutes(5))),
              IsOk());
  EXPECT_EQ(pieces, 1);
  EXPECT_EQ(transport.in_flight(), 0U);
}

TEST_F(ReaderLogs, StopsFollowingAtTheDeadline) {
  transport.on("GET", kPod + "/log").stream({"one\n"}).open();
  EXPECT_THAT(
      client.follow_logs(
          "confluent", "kafka-0", {}, [](std::string_view) { return true; }, in(seconds(9))),
      IsOk());
  EXPECT_EQ(transport.clock().passed(), seconds(9));
  EXPECT_EQ(transport.in_flight(), 0U);
}

TEST_F(ReaderLogs, ReadsTheRefusalOfAFollowedLog) {
  transport.on("GET", kPod + "/log").refuse(400, "BadRequest", "container is waiting to start");
  int pieces = 0;
  EXPECT_THAT(client.follow_logs(
                  "confluent",
                  "kafka-0",
                  {},
                  [&pieces](std::string_view) { return ++pieces < 100; },
                  in(seconds(9))),
              HasError(ErrorCode::Invalid, "container is waiting to start"));
  EXPECT_EQ(pieces, 0);
}

}  // namespace
}  // namespace cfkops::kube
