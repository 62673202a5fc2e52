#include "cfkops/kube/curl_transport.hpp"

#include "kube/transport_harness.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace cfkops::kube {
namespace {

using test::Gate;
using test::HasError;
using test::HttpConversation;
using test::HttpServer;
using test::IsOk;
using testing::ElementsAre;
using testing::StartsWith;

using namespace std::chrono_literals;

TEST(CurlTransport, GetsOverVerifiedTls) {
  HttpServer server([](HttpConversation& c) { c.respond(200, "{}", "X-Thing: a\r\n"); },
                    serving_tls());
  const TransportHarness harness(config_for(server));
  const Result<Response> answer = harness.get("/api?x=%2F");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "{}");
  EXPECT_EQ(answer->header("x-thing"), "a");
  const test::HttpRequest request = server.requests().at(0);
  EXPECT_EQ(request.target, "/api?x=%2F");
  EXPECT_EQ(request.header("Authorization"), "Bearer secret-token");
  EXPECT_THAT(request.header("User-Agent"), StartsWith("cfkops/"));
  EXPECT_EQ(request.header("Accept-Encoding"), "gzip");
  EXPECT_EQ(request.header("Host"), "127.0.0.1:" + std::to_string(server.port()));
}

TEST(CurlTransport, GivesNoRefusalOnThatRepeatsTheCredential) {
  HttpServer server(
      [](HttpConversation& c) { c.respond(403, "who is " + c.request().header("Authorization")); },
      serving_tls());
  const TransportHarness harness(config_for(server));
  const Result<Response> answer = harness.get("/x");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->body, "who is Bearer ***");
}

TEST(CurlTransport, SendsMethodBodyAndHeadersAsTheyAre) {
  HttpServer server([](HttpConversation& c) { c.respond(201, "made"); }, serving_tls());
  const TransportHarness harness(config_for(server));
  const Result<Response> answer =
      harness.exchange({.method = "PATCH",
                        .target = "/x",
                        .headers = {{"Content-Type", "application/merge-patch+json"}},
                        .body = std::string("{\"a\":\0}", 7)});
  ASSERT_THAT(answer, IsOk());
  const test::HttpRequest request = server.requests().at(0);
  EXPECT_EQ(request.method, "PATCH");
  EXPECT_EQ(request.body, std::string("{\"a\":\0}", 7));
  EXPECT_EQ(request.header("Content-Type"), "application/merge-patch+json");
  EXPECT_EQ(request.header("Expect"), "");
}

TEST(CurlTransport, InventsNoContentTypeAndNoContinue) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); }, serving_tls());
  const TransportHarness harness(config_for(server));
  ASSERT_THAT(harness.exchange({.method = "DELETE", .target = "/x"}), IsOk());
  ASSERT_THAT(
      harness.exchange({.method = "POST", .target = "/x", .body = std::string(2'000'000, 'x')}),
      IsOk());
  EXPECT_EQ(server.requests().at(0).method, "DELETE");
  EXPECT_EQ(server.requests().at(1).header("Content-Type"), "");
  EXPECT_EQ(server.requests().at(1).header("Expect"), "");
  EXPECT_EQ(server.requests().at(1).body.size(), 2'000'000U);
}

TEST(CurlTransport, ReusesOneConnection) {
  HttpServer server([](HttpConversation& c) { c.respond(200, c.request().target); }, serving_tls());
  const TransportHarness harness(config_for(server));
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(harness.get("/" + std::to_string(i)), IsOk());
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, CarriesManyExchangesAtOnce) {
  Gate gate;
  std::atomic<int> waiting = 0;
  HttpServer server(
      [&](HttpConversation& c) {
        if (++waiting == 3) {
          gate.open();
        }
        gate.wait();
        c.respond(200, c.request().target);
      },
      serving_tls());
  const TransportHarness harness(config_for(server));
  std::vector<std::string> bodies(3);
  int done = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    harness.transport->submit({.target = "/" + std::to_string(i)}, [&, i](Result<Response> answer) {
      bodies[i] = answer ? answer->body : answer.error().text();
      ++done;
    });
  }
  ASSERT_TRUE(harness.pump_until([&] { return done == 3; }));
  EXPECT_THAT(bodies, ElementsAre("/0", "/1", "/2"));
}

TEST(CurlTransport, FollowsNoRedirect) {
  HttpServer server([](HttpConversation& c) { c.respond(302, "", "Location: /elsewhere\r\n"); },
                    serving_tls());
  const TransportHarness harness(config_for(server));
  const Result<Response> answer = harness.get("/x");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(CurlTransport, KeepsThePathPrefixOfTheServer) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); }, serving_tls());
  ClientConfig config = config_for(server);
  config.cluster.server += "/k8s/clusters/c-1/";
  const TransportHarness harness(config);
  ASSERT_THAT(harness.get("/api/v1/pods"), IsOk());
  EXPECT_EQ(server.requests().at(0).target, "/k8s/clusters/c-1/api/v1/pods");
}

TEST(CurlTransport, ShowsNoCredentialsToAPlainHttpServer) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); });
  ClientConfig config = config_for(server);
  config.user.username = "u";
  const TransportHarness harness(config);
  ASSERT_THAT(harness.get("/x"), IsOk());
  EXPECT_EQ(server.requests().at(0).header("Authorization"), "");
}

TEST(CurlTransport, DisableCompressionOffersNone) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); }, serving_tls());
  ClientConfig config = config_for(server);
  config.cluster.disable_compression = true;
  const TransportHarness harness(config);
  ASSERT_THAT(harness.get("/x"), IsOk());
  EXPECT_EQ(server.requests().at(0).header("Accept-Encoding"), "");
}

TEST(CurlTransport, AStatusOf400OrMoreIsNoErrorHere) {
  HttpServer server([](HttpConversation& c) { c.respond(429, "slow down", "Retry-After: 1\r\n"); },
                    serving_tls());
  const TransportHarness harness(config_for(server));
  const Result<Response> answer = harness.get("/x");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->status, 429);
  EXPECT_EQ(answer->header("Retry-After"), "1");
}

// What goes wrong on the way.

TEST(CurlTransport, SaysThatTheConnectionWasRefused) {
  ClientConfig config;
  config.source = "the-kubeconfig";
  config.cluster.server = "https://127.0.0.1:" + std::to_string(closed_port());
  const TransportHarness harness(config);
  EXPECT_THAT(harness.get("/x"),
              HasError(ErrorCode::Unreachable,
                       "The connection to the server " + config.cluster.server.substr(8) +
                           " was refused - did you specify the right host or port?"));
}

TEST(CurlTransport, SaysThatANameCannotBeResolved) {
  ClientConfig config;
  config.source = "the-kubeconfig";
  config.cluster.server = "https://no-such-host.invalid:6443";
  const TransportHarness harness(config);
  EXPECT_THAT(
      harness.get("/x"),
      HasError(ErrorCode::Unreachable, "the name of no-such-host.invalid:6443 cannot be resolved"));
}

TEST(CurlTransport, AnAnswerBrokenOffIsNeverASuccess) {
  const std::vector<std::string> cut_short = {
      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"items\":[",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhel",
  };
  for (const std::string& bytes : cut_short) {
    HttpServer server(
        [&bytes](HttpConversation& c) {
          c.raw(bytes);
          c.close();
        },
        serving_tls());
    const TransportHarness harness(config_for(server));
    EXPECT_THAT(harness.get("/x"),
                HasError(ErrorCode::ConnectionLost, "broke in the middle of the answer"))
        << bytes;
  }
}

TEST(CurlTransport, AResetInMidAnswerIsALostConnection) {
  for (const bool secure : {true, false}) {
    Gate started;
    HttpServer server(
        [](HttpConversation& c) {
          c.begin(200);
          c.chunk("part");
          c.abort();
        },
        secure ? serving_tls() : test::HttpServerOptions());
    const TransportHarness harness(config_for(server));
    EXPECT_THAT(harness.get("/x"), HasError(ErrorCode::ConnectionLost, "127.0.0.1"));
  }
}

TEST(CurlTransport, AConnectionThatEndsWithoutAnAnswerIsLost) {
  HttpServer server([](HttpConversation& c) { c.close(); }, serving_tls());
  const TransportHarness harness(config_for(server));
  EXPECT_THAT(harness.exchange({.method = "POST", .target = "/x", .body = "{}"}),
              HasError(ErrorCode::ConnectionLost, "before an answer came"));
}

TEST(CurlTransport, DoesNotRepeatAMutationByItself) {
  // The first request leaves a connection to be kept; the second breaks it after it was read.
  for (const std::string method : {"POST", "DELETE", "PATCH"}) {
    HttpServer server(
        [](HttpConversation& c) {
          if (c.request().method == "GET") {
            c.respond(200, "");
          } else {
            c.close();
          }
        },
        serving_tls());
    const TransportHarness harness(config_for(server));
    ASSERT_THAT(harness.get("/x"), IsOk());
    EXPECT_THAT(harness.exchange({.method = method, .target = "/x"}),
                HasError(ErrorCode::ConnectionLost, "127.0.0.1"));
    EXPECT_EQ(server.requests().size(), 2U) << "libcurl sent the mutation again";
  }
}

TEST(CurlTransport, TimesOut) {
  Gate gate;
  HttpServer server(
      [&gate](HttpConversation& c) {
        c.raw("HTTP/1.1 ");
        gate.wait();
      },
      serving_tls());
  const TransportHarness harness(config_for(server));
  const Result<Response> answer = harness.exchange({.target = "/x", .timeout = 150ms});
  EXPECT_THAT(answer, HasError(ErrorCode::Timeout, "no answer from 127.0.0.1"));
  EXPECT_TRUE(answer.error().outcome_unknown());
  gate.open();
}

TEST(CurlTransport, RefusesWhatIsNotHttp) {
  HttpServer server([](HttpConversation& c) {
    c.raw("SSH-2.0-OpenSSH_9.2\r\n");
    c.close();
  });
  const TransportHarness harness(config_for(server));
  EXPECT_THAT(harness.get("/x"), HasError(ErrorCode::Protocol, "127.0.0.1"));
}

TEST(CurlTransport, RefusesEndlessHeaders) {
  HttpServer server([](HttpConversation& c) {
    c.raw("HTTP/1.1 200 OK\r\n");
    const std::string line = "X: " + std::string(60'000, 'x') + "\r\n";
    for (int i = 0; i < 100; ++i) {
      c.raw(line);
    }
    c.close();
  });
  const TransportHarness harness(config_for(server));
  const Result<Response> answer = harness.get("/x");
  EXPECT_THAT(answer, HasError(ErrorCode::Protocol, "headers are larger"));
  EXPECT_THAT(answer, HasError(ErrorCode::Protocol, "a proxy in front of it"));
}

TEST(CurlTransport, AServerThatIsNoUrlIsRefusedAtOnce) {
  ClientConfig config;
  config.cluster.server = "ftp://x";
  base::SystemClock clock;
  FakeProcess process;
  EXPECT_THAT(make_curl_transport(config, clock, process),
              HasError(ErrorCode::InvalidInput, "ftp://x"));
}

// Pumping.

TEST(CurlTransport, NothingIsDeliveredOutsidePump) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); }, serving_tls());
  const TransportHarness harness(config_for(server));
  bool told = false;
  harness.transport->submit({.target = "/x"}, [&told](const Result<Response>&) { told = true; });
  EXPECT_FALSE(told);
  EXPECT_TRUE(harness.pump_until([&told] { return told; }));
}

TEST(CurlTransport, ACancelledExchangeIsNotTold) {
  Gate gate;
  HttpServer server(
      [&gate](HttpConversation& c) {
        gate.wait();
        c.respond(200, c.request().target);
      },
      serving_tls());
  const TransportHarness harness(config_for(server));
  bool first = false;
  bool second = false;
  const ExchangeId id =
      harness.transport->submit({.target = "/1"}, [&](const Result<Response>&) { first = true; });
  harness.transport->submit({.target = "/2"}, [&](const Result<Response>&) { second = true; });
  harness.transport->pump(harness.clock.now() + 20ms);
  harness.transport->cancel(id);
  harness.transport->cancel(id);
  harness.transport->cancel(12345);
  gate.open();
  EXPECT_TRUE(harness.pump_until([&] { return second; }));
  EXPECT_FALSE(first);
}

TEST(CurlTransport, ACompletionMaySubmitCancelAndPump) {
  HttpServer server([](HttpConversation& c) { c.respond(200, c.request().target); }, serving_tls());
  const TransportHarness harness(config_for(server));
  std::string inner;
  bool third = false;
  bool done = false;
  harness.transport->submit({.target = "/1"}, [&](const Result<Response>&) {
    const ExchangeId other =
        harness.transport->submit({.target = "/3"}, [&](const Result<Response>&) { third = true; });
    const Result<Response> answer = harness.get("/2");
    inner = answer ? answer->body : answer.error().text();
    harness.transport->cancel(other);
    done = true;
  });
  EXPECT_TRUE(harness.pump_until([&] { return done; }));
  EXPECT_EQ(inner, "/2");
}

TEST(CurlTransport, WakeEndsAPump) {
  for (const bool used : {false, true}) {
    HttpServer server([](HttpConversation& c) { c.respond(200, ""); }, serving_tls());
    const TransportHarness harness(config_for(server));
    if (used) {
      ASSERT_THAT(harness.get("/x"), IsOk());
    }
    std::thread waker([&harness] { harness.transport->wake(); });
    const MonoTime limit = harness.clock.now() + 20s;
    harness.transport->pump(limit);
    EXPECT_LT(harness.clock.now(), limit);
    waker.join();
  }
}

TEST(CurlTransport, PumpReturnsWhenItsTimeIsUp) {
  ClientConfig config;
  config.cluster.server = "https://127.0.0.1:1";
  const TransportHarness harness(config);
  const MonoTime until = harness.clock.now() + 10ms;
  harness.transport->pump(until);
  EXPECT_GE(harness.clock.now(), until);
}

// Streams.

TEST(CurlStream, DeliversHeadDataAndEndAsTheyCome) {
  Gate gate;
  HttpServer server(
      [&gate](HttpConversation& c) {
        c.begin(200);
        c.chunk("one\n");
        gate.wait();
        c.chunk("two\n");
        c.finish();
      },
      serving_tls());
  const TransportHarness harness(config_for(server));
  RecordingStream sink;
  harness.transport->stream({.target = "/watch"}, sink);
  ASSERT_TRUE(harness.pump_until([&] { return sink.data == "one\n"; }));
  EXPECT_EQ(sink.status, 200);
  EXPECT_FALSE(sink.end);
  gate.open();
  ASSERT_TRUE(harness.pump_until([&] { return sink.end.has_value(); }));
  EXPECT_EQ(sink.data, "one\ntwo\n");
  EXPECT_THAT(*sink.end, IsOk());
  EXPECT_EQ(server.requests().at(0).header("Accept-Encoding"), "");
}

TEST(CurlStream, ABrokenStreamEndsWithAnErrorAfterItsData) {
  HttpServer server(
      [](HttpConversation& c) {
        c.begin(200);
        c.chunk("one\n");
        c.close();
      },
      serving_tls());
  const TransportHarness harness(config_for(server));
  RecordingStream sink;
  harness.transport->stream({.target = "/watch"}, sink);
  ASSERT_TRUE(harness.pump_until([&] { return sink.end.has_value(); }));
  EXPECT_EQ(sink.data, "one\n");
  EXPECT_THAT(*sink.end, HasError(ErrorCode::ConnectionLost, "middle of the answer"));
}

TEST(CurlStream, MayBeCancelledFromItsOwnData) {
  Gate gate;
  HttpServer server(
      [&gate](HttpConversation& c) {
        c.begin(200);
        c.chunk("one\n");
        gate.wait();
        c.chunk("two\n");
      },
      serving_tls());
  const TransportHarness harness(config_for(server));
  RecordingStream sink;
  const ExchangeId id = harness.transport->stream({.target = "/watch"}, sink);
  sink.on_bytes = [&] { harness.transport->cancel(id); };
  ASSERT_TRUE(harness.pump_until([&] { return !sink.data.empty(); }));
  gate.open();
  harness.transport->pump(harness.clock.now() + 20ms);
  EXPECT_EQ(sink.data, "one\n");
  EXPECT_FALSE(sink.end);
}

TEST(CurlStream, AnErrorStatusIsDeliveredLikeAnyOther) {
  HttpServer server([](HttpConversation& c) { c.respond(410, "gone"); }, serving_tls());
  const TransportHarness harness(config_for(server));
  RecordingStream sink;
  harness.transport->stream({.target = "/watch"}, sink);
  ASSERT_TRUE(harness.pump_until([&] { return sink.end.has_value(); }));
  EXPECT_EQ(sink.status, 410);
  EXPECT_EQ(sink.data, "gone");
}

}  // namespace
}  // namespace cfkops::kube
