#include "http2_server.hpp"
#include "kube/transport_harness.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::kube {
namespace {

TEST(CurlHttp2, CarriesRequestsSideBySideOverOneConnection) {
  Http2Server server(test_ca().issue(), 3);
  ClientConfig config;
  config.cluster.server = server.url();
  config.cluster.ca_pem = test_ca().pem();
  const TransportHarness harness(config);
  std::vector<std::string> bodies;
  for (const char* method : {"GET", "POST", "GET"}) {
    harness.transport->submit(
        {.method = method, .target = "/api", .body = method == std::string("POST") ? "{}" : ""},
        [&bodies](const Result<Response>& answer) {
          ASSERT_THAT(answer, test::IsOk());
          EXPECT_EQ(answer->status, 200);
          bodies.push_back(answer->body);
        });
  }
  EXPECT_TRUE(harness.pump_until([&bodies] { return bodies.size() == 3; }));
  EXPECT_THAT(bodies, testing::UnorderedElementsAre("stream 1", "stream 3", "stream 5"));
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlHttp2, LeavesNoAnswerBehindThatCameWithTheEndOfAnotherOne) {
  // Larger with its headers than libcurl's buffer of 16 KiB, and all of it in one record with the
  // next answer: libcurl holds that one back, and the first is complete before it is looked at.
  constexpr std::size_t kFirstBody = 15'900;
  Http2Server server(test_ca().issue(), 3, kFirstBody);
  ClientConfig config;
  config.cluster.server = server.url();
  config.cluster.ca_pem = test_ca().pem();
  const TransportHarness harness(config);
  std::vector<std::size_t> sizes;
  for (int i = 0; i < 3; ++i) {
    harness.transport->submit(
        {.method = "GET", .target = "/api", .timeout = std::chrono::seconds(5)},
        [&sizes](const Result<Response>& answer) {
          ASSERT_THAT(answer, test::IsOk());
          sizes.push_back(answer->body.size());
        });
  }
  EXPECT_TRUE(harness.pump_until([&sizes] { return sizes.size() == 3; }));
  EXPECT_THAT(sizes, testing::UnorderedElementsAre(kFirstBody, 8, 8));
}

}  // namespace
}  // namespace cfkops::kube
