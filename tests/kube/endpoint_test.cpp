#include "endpoint.hpp"

#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::kube {
namespace {

using test::HasError;
using test::IsOk;

TEST(ServerUrl, IsReadAsClientGoDoes) {
  const auto read = [](const std::string& text) {
    const Result<Url> url = parse_server_url(text);
    return url ? url->scheme + " " + url->authority() + " " + url->path : "error";
  };
  EXPECT_EQ(read("https://10.0.0.1:6443"), "https 10.0.0.1:6443 ");
  EXPECT_EQ(read("HTTPS://host/"), "https host:443 ");
  EXPECT_EQ(read("http://host/a/b/?x#y"), "http host:80 /a/b");
  EXPECT_EQ(read("host:8080"), "http host:8080 ") << "no scheme means http";
  EXPECT_EQ(read("https://[::1]:6443/p"), "https [::1]:6443 /p");
  for (const std::string bad : {"",
                                "https://",
                                "ftp://x",
                                "https://h:0",
                                "https://h:70000",
                                "https://h:x",
                                "https://u:p@h",
                                "https://a b",
                                "https://[::1",
                                "https://h/a b"}) {
    EXPECT_THAT(parse_server_url(bad), HasError(ErrorCode::InvalidInput, "https://10.0.0.1:6443"))
        << bad;
  }
}

std::string proxy_of(const std::string& server, const std::string& no_proxy) {
  const ProxyEnvironment environment{
      .https_proxy = "http://proxy:3128", .http_proxy = "", .no_proxy = no_proxy};
  return proxy_for(*parse_server_url(server), environment);
}

TEST(ProxyFor, FollowsGosRules) {
  const std::string proxy = "http://proxy:3128";
  EXPECT_EQ(proxy_of("https://10.0.0.1:6443", ""), proxy);
  EXPECT_EQ(proxy_of("http://10.0.0.1:6443", ""), "") << "HTTPS_PROXY is for https";
  EXPECT_EQ(proxy_of("https://127.0.0.1:6443", ""), "") << "loopback never goes through a proxy";
  EXPECT_EQ(proxy_of("https://localhost:6443", ""), "");
  EXPECT_EQ(proxy_of("https://[::1]:6443", ""), "");
  EXPECT_EQ(proxy_of("https://10.0.0.1:6443", "*"), "");
  EXPECT_EQ(proxy_of("https://10.0.0.1:6443", "192.168.0.0/16, 10.0.0.0/8"), "");
  EXPECT_EQ(proxy_of("https://11.0.0.1:6443", "10.0.0.0/8"), proxy);
  EXPECT_EQ(proxy_of("https://[fd00::5]:6443", "fd00::/8"), "");
  EXPECT_EQ(proxy_of("https://10.0.0.1:6443", "10.0.0.1"), "");
  EXPECT_EQ(proxy_of("https://10.0.0.1:6443", "10.0.0.1:443"), proxy) << "another port";
  EXPECT_EQ(proxy_of("https://api.example.com", "example.com"), "");
  EXPECT_EQ(proxy_of("https://example.com", "example.com"), "");
  EXPECT_EQ(proxy_of("https://example.com", ".example.com"), proxy)
      << "a leading dot means subdomains only";
  EXPECT_EQ(proxy_of("https://api.EXAMPLE.com", "*.example.COM"), "");
  EXPECT_EQ(proxy_of("https://notexample.com", "example.com"), proxy);
}

TEST(ProxyFor, CompletesASchemelessProxy) {
  EXPECT_EQ(proxy_for(*parse_server_url("https://h"),
                      {.https_proxy = "proxy:3128", .http_proxy = "", .no_proxy = ""}),
            "http://proxy:3128");
}

TEST(HideUserInfo, LeavesNoPartOfAPassword) {
  EXPECT_EQ(hide_user_info("https://h:6443/p"), "https://h:6443/p");
  EXPECT_EQ(hide_user_info("https://user:secret@h:6443"), "https://h:6443");
  EXPECT_EQ(hide_user_info("http://user:se/c#r@e t@h"), "http://h");
  EXPECT_EQ(hide_user_info("user:secret@h"), "h");
  EXPECT_EQ(hide_user_info("bad proxy 'http://user:secret@h:x': no port"),
            "bad proxy 'http://h:x': no port");
}

TEST(ParseServerUrl, QuotesNoPassword) {
  for (const char* bad : {"https://user:secret@h", "ftp://user:secret@h", "user:secret@h"}) {
    EXPECT_THAT(parse_server_url(bad).error().text(), testing::Not(testing::HasSubstr("secret")))
        << bad;
  }
}

TEST(ProxyUrl, QuotesNoPassword) {
  EXPECT_EQ(proxy_url_problem("http://user:secret@:x"), "could not parse: http://:x");
}

TEST(ProxyUrl, MustHaveAKnownScheme) {
  EXPECT_EQ(proxy_url_problem("http://user:pw@proxy:3128"), "");
  EXPECT_EQ(proxy_url_problem("https://proxy"), "");
  EXPECT_EQ(proxy_url_problem("socks5://127.0.0.1:1080"), "");
  EXPECT_EQ(proxy_url_problem("ftp://x"),
            "unsupported scheme \"ftp\", must be http, https, or socks5");
  EXPECT_EQ(proxy_url_problem("proxy"), "unsupported scheme \"\", must be http, https, or socks5");
  EXPECT_EQ(proxy_url_problem("http://:x"), "could not parse: http://:x");
}

TEST(MakeEndpoint, PutsTheTlsServerNameIntoTheUrl) {
  ClusterAccess cluster;
  cluster.server = "https://10.0.0.1/p/";
  cluster.tls_server_name = "kubernetes";
  const Result<Endpoint> endpoint = make_endpoint(cluster, {});
  ASSERT_THAT(endpoint, IsOk());
  EXPECT_EQ(endpoint->url, "https://kubernetes:443/p");
  EXPECT_EQ(endpoint->connect_to, "kubernetes:443:10.0.0.1:443");
  EXPECT_EQ(endpoint->host_header, "10.0.0.1:443");
  EXPECT_EQ(endpoint->authority, "10.0.0.1:443");
}

TEST(MakeEndpoint, LetsTheSocksProxyResolve) {
  ClusterAccess cluster;
  cluster.server = "https://h";
  cluster.proxy_url = "socks5://p:1080";
  const Result<Endpoint> endpoint = make_endpoint(cluster, {});
  ASSERT_THAT(endpoint, IsOk());
  EXPECT_EQ(endpoint->proxy, "socks5h://p:1080");
}

}  // namespace
}  // namespace cfkops::kube
