#include "http2_server.hpp"
#include "kube/transport_harness.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace cfkops::kube
