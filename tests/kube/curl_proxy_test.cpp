#include "kube/transport_harness.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::kube {
namespace {

using test::HasError;
using test::HttpConversation;
using test::HttpServer;
using test::IsOk;

/// An https server that only the proxy could reach.
ClientConfig behind(const std::string& proxy) {
  ClientConfig config;
  config.source = "the-kubeconfig";
  config.cluster.server = "https://api.invalid:6443";
  config.cluster.proxy_url = proxy;
  return config;
}

TEST(CurlProxy, CarriesPlainHttpForAServerThatOnlyItReaches) {
  HttpServer proxy([](HttpConversation& c) { c.respond(200, "from the proxy"); });
  ClientConfig config;
  config.cluster.server = "http://api.invalid:8080";
  config.cluster.proxy_url = proxy.url();
  const TransportHarness harness(config);
  const Result<Response> answer = harness.get("/api");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->body, "from the proxy");
  EXPECT_EQ(proxy.requests().at(0).target, "http://api.invalid:8080/api");
}

TEST(CurlProxy, IsAskedForATunnelToAnHttpsServer) {
  HttpServer proxy([](HttpConversation& c) { c.respond(403, "not there"); });
  ClientConfig config = behind("http://user:password@127.0.0.1:" + std::to_string(proxy.port()));
  config.user.token = Redacted("secret-token");
  const TransportHarness harness(config);
  const Result<Response> answer =
      harness.exchange({.method = "POST", .target = "/api", .body = "{}"});
  EXPECT_THAT(answer,
              HasError(ErrorCode::Unreachable,
                       "through the proxy http://127.0.0.1:" + std::to_string(proxy.port())));
  EXPECT_THAT(answer.error().text(), testing::Not(testing::HasSubstr("password")));
  const test::HttpRequest request = proxy.requests().at(0);
  EXPECT_EQ(request.method + " " + request.target, "CONNECT api.invalid:6443");
  EXPECT_THAT(request.header("Authorization"), "") << "the proxy must not see our credentials";
}

TEST(CurlProxy, ThatCannotBeUsedIsNamedWithoutItsPassword) {
  for (const char* proxy : {"foo://user:secret@proxy.example:1", "http://user:secret@h:99999"}) {
    const TransportHarness harness(behind(proxy));
    const Result<Response> answer = harness.get("/api");
    ASSERT_FALSE(answer.has_value());
    EXPECT_THAT(answer.error().text(), testing::HasSubstr("proxy"));
    EXPECT_THAT(answer.error().text() + answer.error().hint,
                testing::Not(testing::HasSubstr("secret")));
  }
}

TEST(CurlProxy, ThatIsNotThereIsNamed) {
  const std::string proxy = "http://127.0.0.1:" + std::to_string(closed_port());
  const TransportHarness harness(behind(proxy));
  EXPECT_THAT(harness.get("/api"), HasError(ErrorCode::Unreachable, "through the proxy " + proxy));
}

}  // namespace
}  // namespace cfkops::kube
