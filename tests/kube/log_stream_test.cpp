#include "cfkops/kube/log_stream.hpp"

#include "fixture.hpp"

#include <chrono>
#include <string>

namespace cfkops::kube {
namespace {

using std::chrono::seconds;
using test::HasError;
using test::IsOk;

class LogStreamTest : public KubeTest {
 protected:
  LogStream::Sink into(std::string& text) {
    return [&text](std::string_view bytes) { text += bytes; };
  }

  void wait_for(const LogStream& stream) {
    EXPECT_THAT(loop.run_until([&stream] { return stream.ended(); }, in(seconds(60))), IsOk());
  }

  const std::string kLog = kPod + "/log";
};

TEST_F(LogStreamTest, SeveralComeAtOnce) {
  transport.on("GET", kLog + "?container=a").stream({"a1\n"}).piece(seconds(2), "a2\n");
  transport.on("GET", kLog + "?container=b").stream({"b1\n"}).piece(seconds(1), "b2\n");
  std::string text;
  LogWindow window;
  window.container = "a";
  const LogStream a(client, "confluent", "kafka-0", window, Follow::No, into(text));
  window.container = "b";
  const LogStream b(client, "confluent", "kafka-0", window, Follow::No, into(text));
  wait_for(a);
  EXPECT_TRUE(b.ended());
  EXPECT_THAT(a.outcome(), IsOk());
  EXPECT_EQ(text, "a1\nb1\nb2\na2\n");
}

TEST_F(LogStreamTest, AsksSinceAMoment) {
  transport.on("GET", kLog + "*").stream({"x\n"});
  std::string text;
  LogWindow window;
  window.container = "kafka";
  window.timestamps = true;
  window.since_time = *base::parse_rfc3339("2026-01-02T03:00:00Z");
  const LogStream stream(client, "confluent", "kafka-0", window, Follow::No, into(text));
  wait_for(stream);
  EXPECT_EQ(transport.calls().at(0).request.target,
            kLog + "?container=kafka&sinceTime=2026-01-02T03%3A00%3A00.000000Z&timestamps=true");
}

TEST_F(LogStreamTest, RefusalIsTheServersWord) {
  transport.on("GET", kLog).refuse(403, "Forbidden", "no");
  std::string text;
  const LogStream stream(client, "confluent", "kafka-0", {}, Follow::Yes, into(text));
  wait_for(stream);
  EXPECT_THAT(stream.outcome(), HasError(ErrorCode::Forbidden, "no"));
  EXPECT_EQ(text, "");
}

TEST_F(LogStreamTest, LostConnectionIsNoEnd) {
  transport.on("GET", kLog)
      .stream({"half"})
      .fail_with(make_error(ErrorCode::ConnectionLost, "reset"));
  std::string text;
  const LogStream stream(client, "confluent", "kafka-0", {}, Follow::No, into(text));
  wait_for(stream);
  EXPECT_THAT(stream.outcome(), HasError(ErrorCode::ConnectionLost, "reset"));
  EXPECT_EQ(text, "half");
}

TEST_F(LogStreamTest, IsGivenUpWhenItDies) {
  transport.on("GET", kLog).stream({"x\n"}).open();
  std::string text;
  {
    const LogStream stream(client, "confluent", "kafka-0", {}, Follow::Yes, into(text));
    transport.advance(seconds(1));
    EXPECT_FALSE(stream.ended());
  }
  EXPECT_EQ(transport.in_flight(), 0U);
}

}  // namespace
}  // namespace cfkops::kube
