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

using test::HasError;
using test::HttpConversation;
using test::HttpServer;
using test::IsOk;

using namespace std::chrono_literals;

// TLS: who the server is.

TEST(CurlTransportTls, RefusesAServerOfAnotherCa) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); }, serving_tls());
  const test::CertificateAuthority other("another CA");
  ClientConfig config = config_for(server);
  config.cluster.ca_pem = other.pem();
  const TransportHarness harness(config);
  const Result<Response> answer = harness.get("/x");
  EXPECT_THAT(answer,
              HasError(ErrorCode::Tls,
                       "certificate of 127.0.0.1:" + std::to_string(server.port()) +
                           " is not signed by the CA in the-kubeconfig"));
  EXPECT_THAT(answer, HasError(ErrorCode::Tls, "certificate-authority(-data)"));
  EXPECT_TRUE(server.requests().empty())
      << "nothing must be sent to a server that was not verified";
}

TEST(CurlTransportTls, RefusesAnUnknownCaWithoutOneOfOurOwn) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); }, serving_tls());
  ClientConfig config = config_for(server);
  config.cluster.ca_pem = "";
  const TransportHarness harness(config);
  EXPECT_THAT(harness.get("/x"), HasError(ErrorCode::Tls, "a CA that this system knows"));
}

TEST(CurlTransportTls, RefusesAnExpiredCertificate) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); },
                    {.identity = test_ca().issue({.valid_from = -2h, .valid_until = -1h})});
  const TransportHarness harness(config_for(server));
  const Result<Response> answer = harness.get("/x");
  EXPECT_THAT(answer, HasError(ErrorCode::Tls, "has expired"));
  EXPECT_THAT(answer, HasError(ErrorCode::Tls, "clock"));
}

TEST(CurlTransportTls, RefusesACertificateThatIsNotValidYet) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); },
                    {.identity = test_ca().issue({.valid_from = 1h, .valid_until = 2h})});
  const TransportHarness harness(config_for(server));
  EXPECT_THAT(harness.get("/x"), HasError(ErrorCode::Tls, "not valid yet"));
}

TEST(CurlTransportTls, RefusesAWrongNameAndTellsTheRightOnes) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); },
                    {.identity = test_ca().issue({.dns_names = {"kafka.example", "kubernetes"},
                                                  .ip_addresses = {"10.0.0.1"}})});
  const TransportHarness harness(config_for(server));
  const Result<Response> answer = harness.get("/x");
  EXPECT_THAT(answer,
              HasError(ErrorCode::Tls,
                       "valid for kafka.example, kubernetes and 10.0.0.1, not for 127.0.0.1"));
  EXPECT_THAT(answer, HasError(ErrorCode::Tls, "tls-server-name"));
}

TEST(CurlTransportTls, TlsServerNameIsVerifiedInsteadOfTheHost) {
  HttpServer server(
      [](HttpConversation& c) { c.respond(200, ""); },
      {.identity = test_ca().issue({.dns_names = {"kubernetes"}, .ip_addresses = {}})});
  ClientConfig config = config_for(server);
  config.cluster.tls_server_name = "kubernetes";
  const TransportHarness harness(config);
  ASSERT_THAT(harness.get("/x"), IsOk());
  EXPECT_EQ(server.requests().at(0).header("Host"), "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(harness.transport->server(), server.url());
}

TEST(CurlTransportTls, InsecureTakesAnyCertificate) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); },
                    {.identity = test::CertificateAuthority("x").issue(
                         {.dns_names = {"other"}, .ip_addresses = {}})});
  ClientConfig config = config_for(server);
  config.cluster.ca_pem = "";
  config.cluster.insecure_skip_tls_verify = true;
  const TransportHarness harness(config);
  EXPECT_THAT(harness.get("/x"), IsOk());
}

TEST(CurlTransportTls, SaysThatTheServerSpeaksNoTls) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); },
                    {.greeting = "HTTP/1.1 400 Bad Request\r\n\r\n"});
  ClientConfig config = config_for(server);
  config.cluster.server = "https://127.0.0.1:" + std::to_string(server.port());
  const TransportHarness harness(config);
  EXPECT_THAT(harness.get("/x"), HasError(ErrorCode::Tls, "does not speak TLS"));
}

TEST(CurlTransportTls, ACaThatIsNoCertificateIsNamed) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); }, serving_tls());
  ClientConfig config = config_for(server);
  config.cluster.ca_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const TransportHarness harness(config);
  EXPECT_THAT(harness.get("/x"),
              HasError(ErrorCode::Tls, "the CA in the-kubeconfig cannot be used"));
}

// TLS: who we are.

TEST(CurlTransportTls, PresentsTheClientCertificateFromMemory) {
  const test::CertificateAuthority client_ca("client CA");
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); },
                    {.identity = test_ca().issue(), .client_ca_pem = client_ca.pem()});
  ClientConfig config = config_for(server);
  const test::Identity me = client_ca.issue({.common_name = "me"});
  config.user.client_certificate_pem = me.certificate_pem;
  config.user.client_key_pem = Redacted(me.key_pem);
  const TransportHarness harness(config);
  EXPECT_THAT(harness.get("/x"), IsOk());
}

TEST(CurlTransportTls, SaysThatAClientCertificateIsMissing) {
  const test::CertificateAuthority client_ca("client CA");
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); },
                    {.identity = test_ca().issue(), .client_ca_pem = client_ca.pem()});
  const TransportHarness harness(config_for(server));
  EXPECT_THAT(harness.get("/x"), HasError(ErrorCode::Tls, "requires a client certificate"));
}

TEST(CurlTransportTls, SaysWhyAClientCertificateWasRejected) {
  const test::CertificateAuthority client_ca("client CA");
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); },
                    {.identity = test_ca().issue(), .client_ca_pem = client_ca.pem()});
  const test::CertificateAuthority stranger("stranger");
  for (const auto& [me, why] :
       {std::pair(stranger.issue(), "does not know the CA"),
        std::pair(client_ca.issue({.valid_from = -2h, .valid_until = -1h}), "expired")}) {
    ClientConfig config = config_for(server);
    config.user.client_certificate_pem = me.certificate_pem;
    config.user.client_key_pem = Redacted(me.key_pem);
    const TransportHarness harness(config);
    EXPECT_THAT(harness.get("/x"), HasError(ErrorCode::Tls, "rejected our client certificate"));
    EXPECT_THAT(harness.get("/x"), HasError(ErrorCode::Tls, why));
  }
}

TEST(CurlTransportTls, SaysThatKeyAndCertificateDoNotBelongTogether) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); }, serving_tls());
  ClientConfig config = config_for(server);
  config.user.client_certificate_pem = test_ca().issue().certificate_pem;
  config.user.client_key_pem = Redacted(test_ca().issue().key_pem);
  const TransportHarness harness(config);
  EXPECT_THAT(harness.get("/x"),
              HasError(ErrorCode::Tls, "client certificate or its key cannot be used"));
}

// Credentials that a plug-in gives.

TEST(CurlTransportExec, RunsThePluginAgainAfterA401AndRepeatsOnce) {
  HttpServer server(
      [](HttpConversation& c) {
        c.respond(c.request().header("Authorization") == "Bearer new" ? 200 : 401, "x");
      },
      serving_tls());
  TransportHarness harness(with_plugin(server));
  harness.process.outcomes = {token_answer("old"), token_answer("new")};
  const Result<Response> answer =
      harness.exchange({.method = "POST", .target = "/x", .body = "{}"});
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(harness.process.requests.size(), 2U);
  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(server.requests().at(1).body, "{}");
  ASSERT_THAT(harness.get("/y"), IsOk());
  EXPECT_EQ(harness.process.requests.size(), 2U) << "the new credential is kept";
}

TEST(CurlTransportExec, ASecond401IsTheAnswer) {
  HttpServer server([](HttpConversation& c) { c.respond(401, "no"); }, serving_tls());
  TransportHarness harness(with_plugin(server));
  harness.process.outcomes = {token_answer("old"), token_answer("new")};
  const Result<Response> answer = harness.get("/x");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->status, 401);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(CurlTransportExec, AStreamIsRepeatedBeforeItsSinkHears) {
  HttpServer server(
      [](HttpConversation& c) {
        const bool known = c.request().header("Authorization") == "Bearer new";
        c.respond(known ? 200 : 401, known ? "events" : "no");
      },
      serving_tls());
  TransportHarness harness(with_plugin(server));
  harness.process.outcomes = {token_answer("old"), token_answer("new")};
  RecordingStream sink;
  harness.transport->stream({.target = "/watch"}, sink);
  ASSERT_TRUE(harness.pump_until([&] { return sink.end.has_value(); }));
  EXPECT_EQ(sink.status, 200);
  EXPECT_EQ(sink.data, "events");
}

TEST(CurlTransportExec, AWrongTokenIsNotTriedTwice) {
  HttpServer server([](HttpConversation& c) { c.respond(401, "no"); }, serving_tls());
  const TransportHarness harness(config_for(server));
  const Result<Response> answer = harness.get("/x");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->status, 401);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(CurlTransportExec, APluginThatCannotRunEndsTheExchange) {
  HttpServer server([](HttpConversation& c) { c.respond(200, ""); }, serving_tls());
  const TransportHarness harness(with_plugin(server));
  const Result<Response> answer = harness.get("/x");
  EXPECT_THAT(answer,
              HasError(ErrorCode::Unauthorized,
                       "getting credentials: exec: executable get-token not found"));
  EXPECT_THAT(answer, HasError(ErrorCode::Unauthorized, "install get-token from example.org"));
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace cfkops::kube
