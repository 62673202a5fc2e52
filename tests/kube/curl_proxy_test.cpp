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
  ClientConfig config;
  config.source = "the-kubeconfig";
  config.user.token = Redacted("secret-token");
  config.cluster.server = "https://api.invalid:6443";
  config.cluster.proxy_url = "http://user:password@127.0.0.1:" + std::to_string(proxy.port());
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
    ClientConfig config;
    config.cluster.server = "https://api.invalid:6443";
    config.cluster.proxy_url = proxy;
    const TransportHarness harness(config);
    const Result<Response> answer = harness.get("/api");
    ASSERT_FALSE(answer.has_value());
    EXPECT_THAT(answer.error().text(), testing::HasSubstr("proxy"));
    EXPECT_THAT(answer.error().text() + answer.error().hint,
                testing::Not(testing::HasSubstr("secret")));
  }
}

TEST(CurlProxy, ThatIsNotThereIsNamed) {
  ClientConfig config;
  config.source = "the-kubeconfig";
  config.cluster.server = "https://api.invalid:6443";
  config.cluster.proxy_url = "http://127.0.0.1:" + std::to_string(closed_port());
  const TransportHarness harness(config);
  EXPECT_THAT(harness.get("/api"),
              HasError(ErrorCode::Unreachable, "through the proxy " + config.cluster.proxy_url));
}

}  // namespace
}  // namespace cfkops::kube
