#include "kube/transport_harness.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::kube {
namespace {

using test::Gate;
using test::HasError;
using test::HttpConversation;
using test::HttpServer;
using test::IsOkAnd;
using testing::ElementsAre;
using testing::Eq;

using namespace std::chrono_literals;

constexpr int kBinary = 2;
constexpr int kClose = 8;
constexpr int kPing = 9;

const std::vector<std::string> kProtocols = {"v5.channel.k8s.io", "v4.channel.k8s.io"};

/// Sends back what comes until the client says goodbye.
void echo(HttpConversation& c) {
  c.upgrade("v5.channel.k8s.io");
  while (const auto frame = c.read_frame()) {
    if (frame->first == kClose) {
      break;
    }
    c.frame(frame->first, frame->second);
  }
  c.close();
}

class CurlSocket : public testing::TestWithParam<bool> {
 protected:
  static test::HttpServerOptions options() {
    return GetParam() ? serving_tls() : test::HttpServerOptions();
  }
};

INSTANTIATE_TEST_SUITE_P(PlainAndTls,
                         CurlSocket,
                         testing::Bool(),
                         [](const testing::TestParamInfo<bool>& tested) {
                           return tested.param ? "Tls" : "Plain";
                         });

TEST_P(CurlSocket, OpensAndCarriesMessagesBothWays) {
  HttpServer server(&echo, options());
  const TransportHarness harness(config_for(server));
  RecordingSocket sink;
  const ExchangeId id =
      harness.transport->open_socket({.target = "/exec?command=a%20b"}, kProtocols, sink);
  harness.transport->send(id, std::string("\0queued before it is open", 24));
  ASSERT_TRUE(harness.pump_until([&] { return !sink.messages.empty(); }));
  EXPECT_EQ(sink.protocol, "v5.channel.k8s.io");
  const std::string large(300'000, 'x');
  harness.transport->send(id, large);
  ASSERT_TRUE(harness.pump_until([&] { return sink.messages.size() == 2; }));
  EXPECT_THAT(sink.messages, ElementsAre(std::string("\0queued before it is open", 24), large));
  const test::HttpRequest request = server.requests().at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/exec?command=a%20b");
  EXPECT_EQ(request.header("Sec-WebSocket-Protocol"), "v5.channel.k8s.io, v4.channel.k8s.io");
  EXPECT_EQ(request.header("Authorization"), GetParam() ? "Bearer secret-token" : "");
  EXPECT_EQ(request.header("Host"), "127.0.0.1:" + std::to_string(server.port()));
}

TEST_P(CurlSocket, AnswersPingsAndReportsACleanClose) {
  std::string answer;
  HttpServer server(
      [&answer](HttpConversation& c) {
        c.upgrade("");
        c.frame(kPing, "are you there");
        answer = c.read_frame().value_or(std::pair(0, std::string())).second;
        c.frame(kBinary, "bye");
        c.frame(kClose, std::string("\x03\xe8", 2));
        c.wait_for_end();
      },
      options());
  const TransportHarness harness(config_for(server));
  RecordingSocket sink;
  harness.transport->open_socket({.target = "/x"}, kProtocols, sink);
  ASSERT_TRUE(harness.pump_until([&] { return sink.closed.has_value(); }));
  EXPECT_THAT(*sink.closed, IsOkAnd(Eq(1000)));
  EXPECT_THAT(sink.messages, ElementsAre("bye"));
  EXPECT_EQ(sink.protocol, "");
  EXPECT_EQ(answer, "are you there");
}

TEST_P(CurlSocket, ARefusedUpgradeTellsTheServersAnswer) {
  HttpServer server(
      [](HttpConversation& c) {
        c.respond(
            403,
            R"({"kind":"Status","status":"Failure","message":"pods \"kafka-0\" is forbidden","reason":"Forbidden","code":403})",
            "Content-Type: application/json\r\n");
      },
      options());
  const TransportHarness harness(config_for(server));
  RecordingSocket sink;
  harness.transport->open_socket({.target = "/x"}, kProtocols, sink);
  ASSERT_TRUE(harness.pump_until([&] { return sink.closed.has_value(); }));
  EXPECT_THAT(*sink.closed, HasError(ErrorCode::Forbidden, "pods \"kafka-0\" is forbidden"));
  EXPECT_FALSE(sink.protocol);
}

TEST_P(CurlSocket, ALostConnectionIsNoCleanClose) {
  for (const bool reset : {false, true}) {
    HttpServer server(
        [reset](HttpConversation& c) {
          c.upgrade("");
          c.frame(kBinary, "one");
          reset ? c.abort() : c.close();
        },
        options());
    const TransportHarness harness(config_for(server));
    RecordingSocket sink;
    harness.transport->open_socket({.target = "/x"}, kProtocols, sink);
    ASSERT_TRUE(harness.pump_until([&] { return sink.closed.has_value(); }));
    EXPECT_THAT(*sink.closed, HasError(ErrorCode::ConnectionLost, ""));
  }
}

TEST_P(CurlSocket, CancellingSaysGoodbye) {
  Gate seen;
  std::optional<std::pair<int, std::string>> last;
  HttpServer server(
      [&](HttpConversation& c) {
        c.upgrade("");
        c.frame(kBinary, "one");
        last = c.read_frame();
        seen.open();
      },
      options());
  const TransportHarness harness(config_for(server));
  RecordingSocket sink;
  const ExchangeId id = harness.transport->open_socket({.target = "/x"}, kProtocols, sink);
  ASSERT_TRUE(harness.pump_until([&] { return !sink.messages.empty(); }));
  harness.transport->cancel(id);
  harness.transport->send(id, "ignored");
  ASSERT_TRUE(seen.wait());
  ASSERT_TRUE(last);
  EXPECT_EQ(last->first, kClose);
  EXPECT_FALSE(sink.closed);
}

TEST_P(CurlSocket, LivesBesideOrdinaryRequests) {
  HttpServer server(
      [](HttpConversation& c) {
        if (c.request().target == "/socket") {
          echo(c);
        } else {
          c.respond(200, "plain");
        }
      },
      options());
  const TransportHarness harness(config_for(server));
  RecordingSocket one;
  RecordingSocket two;
  const ExchangeId first = harness.transport->open_socket({.target = "/socket"}, kProtocols, one);
  const ExchangeId second = harness.transport->open_socket({.target = "/socket"}, kProtocols, two);
  ASSERT_TRUE(harness.pump_until([&] { return one.protocol && two.protocol; }));
  const Result<Response> answer = harness.get("/x");
  ASSERT_THAT(answer, test::IsOk());
  EXPECT_EQ(answer->body, "plain");
  harness.transport->send(first, "1");
  harness.transport->send(second, "2");
  ASSERT_TRUE(harness.pump_until([&] { return !one.messages.empty() && !two.messages.empty(); }));
  EXPECT_THAT(one.messages, ElementsAre("1"));
  EXPECT_THAT(two.messages, ElementsAre("2"));
}

TEST_P(CurlSocket, ItsTimeoutBoundsItsOpening) {
  HttpServer server([](HttpConversation& c) { c.wait_for_end(); }, options());
  const TransportHarness harness(config_for(server));
  RecordingSocket sink;
  harness.transport->open_socket({.target = "/x", .timeout = 100ms}, kProtocols, sink);
  ASSERT_TRUE(harness.pump_until([&] { return sink.closed.has_value(); }));
  EXPECT_THAT(*sink.closed, HasError(ErrorCode::Timeout, "in time"));
  EXPECT_FALSE(sink.closed->error().hint.empty());
}

TEST_P(CurlSocket, LivesOnPastItsTimeoutOnceItIsOpen) {
  HttpServer server(&echo, options());
  const TransportHarness harness(config_for(server));
  RecordingSocket sink;
  const ExchangeId id =
      harness.transport->open_socket({.target = "/x", .timeout = 500ms}, kProtocols, sink);
  ASSERT_TRUE(harness.pump_until([&] { return sink.protocol || sink.closed; }));
  const MonoTime later = harness.clock.now() + 600ms;
  while (harness.clock.now() < later) {
    harness.transport->pump(later);
  }
  harness.transport->send(id, "still here");
  ASSERT_TRUE(harness.pump_until([&] { return !sink.messages.empty() || sink.closed; }));
  EXPECT_FALSE(sink.closed);
  EXPECT_THAT(sink.messages, ElementsAre("still here"));
}

TEST_P(CurlSocket, DeliversAFloodBitByBit) {
  constexpr std::size_t kMessage = std::size_t{64} << 10U;
  constexpr std::size_t kMessages = 256;
  HttpServer server(
      [](HttpConversation& c) {
        c.upgrade("");
        for (std::size_t i = 0; i < kMessages; ++i) {
          c.frame(kBinary, std::string(kMessage, 'x'));
        }
        c.wait_for_end();
      },
      options());
  const TransportHarness harness(config_for(server));
  RecordingSocket sink;
  harness.transport->open_socket({.target = "/x"}, kProtocols, sink);
  std::size_t most = 0;
  const MonoTime limit = harness.clock.now() + 10s;
  while (sink.messages.size() < kMessages && harness.clock.now() < limit) {
    const std::size_t before = sink.messages.size();
    harness.transport->pump(limit);
    most = std::max(most, sink.messages.size() - before);
  }
  EXPECT_EQ(sink.messages.size(), kMessages);
  EXPECT_LE(most * kMessage, (std::size_t{1} << 20U) + 2 * kMessage);
}

TEST_P(CurlSocket, BreaksOffWhereTheServerBreaksTheProtocol) {
  HttpServer server(
      [](HttpConversation& c) {
        c.upgrade("");
        c.raw("\xf2\x01x");
        c.wait_for_end();
      },
      options());
  const TransportHarness harness(config_for(server));
  RecordingSocket sink;
  harness.transport->open_socket({.target = "/x"}, kProtocols, sink);
  ASSERT_TRUE(harness.pump_until([&] { return sink.closed.has_value(); }));
  EXPECT_THAT(*sink.closed, HasError(ErrorCode::Protocol, "reserved bits"));
}

TEST(CurlSocketErrors, AWrongCaIsToldAsForRequests) {
  HttpServer server(&echo, serving_tls());
  ClientConfig config = config_for(server);
  config.cluster.ca_pem = test::CertificateAuthority("other").pem();
  const TransportHarness harness(config);
  RecordingSocket sink;
  harness.transport->open_socket({.target = "/x"}, kProtocols, sink);
  ASSERT_TRUE(harness.pump_until([&] { return sink.closed.has_value(); }));
  EXPECT_THAT(*sink.closed, HasError(ErrorCode::Tls, "is not signed by the CA"));
}

TEST(CurlSocketErrors, ARefusedConnectionIsTold) {
  ClientConfig config;
  config.cluster.server = "https://127.0.0.1:" + std::to_string(closed_port());
  const TransportHarness harness(config);
  RecordingSocket sink;
  harness.transport->open_socket({.target = "/x"}, kProtocols, sink);
  ASSERT_TRUE(harness.pump_until([&] { return sink.closed.has_value(); }));
  EXPECT_THAT(*sink.closed, HasError(ErrorCode::Unreachable, "was refused"));
}

TEST(CurlSocketErrors, ARejectedClientCertificateIsToldThoughTls13TellsItLate) {
  const test::CertificateAuthority client_ca("client CA");
  HttpServer server(&echo, {.identity = test_ca().issue(), .client_ca_pem = client_ca.pem()});
  const TransportHarness harness(config_for(server));
  RecordingSocket sink;
  harness.transport->open_socket({.target = "/x"}, kProtocols, sink);
  ASSERT_TRUE(harness.pump_until([&] { return sink.closed.has_value(); }));
  EXPECT_THAT(*sink.closed, HasError(ErrorCode::Tls, "requires a client certificate"));
}

TEST(CurlSocketErrors, APluginRunsAgainAfterA401) {
  HttpServer server(
      [](HttpConversation& c) {
        if (c.request().header("Authorization") == "Bearer new") {
          echo(c);
        } else {
          c.respond(401, "no");
        }
      },
      serving_tls());
  TransportHarness harness(with_plugin(server));
  harness.process.outcomes = {token_answer("old"), token_answer("new")};
  RecordingSocket sink;
  const ExchangeId id = harness.transport->open_socket({.target = "/x"}, kProtocols, sink);
  harness.transport->send(id, "kept over the second attempt");
  ASSERT_TRUE(harness.pump_until([&] { return !sink.messages.empty() || sink.closed; }));
  EXPECT_FALSE(sink.closed);
  EXPECT_THAT(sink.messages, ElementsAre("kept over the second attempt"));
}

}  // namespace
}  // namespace cfkops::kube
