#include "cfkops/sandbox/audit.hpp"

#include "cfkops/sandbox/cluster.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cfkops::sandbox {
namespace {

class AuditTest : public testing::Test {
 protected:
  AuditTest()
      : cluster(ClusterOptions{}) {
    cluster.on_answered([this](const AuditEvent& event) { told.push_back(event); });
  }

  void run(Duration time) { cluster.advance(cluster.clock().now() + time); }

  static kube::Request request(std::string method, std::string target) {
    kube::Request made;
    made.method = std::move(method);
    made.target = std::move(target);
    made.headers = {{"Audit-ID", "a/1"}};
    return made;
  }

  std::vector<AuditEvent> told;
  Cluster cluster;
};

class Sink final : public kube::StreamSink {
 public:
  void on_head(const kube::Response& /*head*/) override {}

  void on_data(std::string_view /*bytes*/) override {}

  void on_end(const Status& /*outcome*/) override {}
};

TEST_F(AuditTest, NamesWhatWasAskedAndHowItEnded) {
  cluster.submit(request("POST", "/api/v1/namespaces/default/pods/web-0/eviction?dryRun=All"),
                 [](const auto& /*response*/) {});
  run(std::chrono::seconds(1));
  ASSERT_EQ(told.size(), 1U);
  const nlohmann::json line = nlohmann::json::parse(to_line(told.front()));
  EXPECT_EQ(line["auditID"], "a/1");
  EXPECT_EQ(line["verb"], "create");
  EXPECT_EQ(line["requestURI"], "/api/v1/namespaces/default/pods/web-0/eviction?dryRun=All");
  EXPECT_EQ(line["objectRef"],
            nlohmann::json({{"resource", "pods"},
                            {"namespace", "default"},
                            {"name", "web-0"},
                            {"apiVersion", "v1"},
                            {"subresource", "eviction"}}));
  EXPECT_NE(line["responseStatus"]["code"], 0);
}

TEST_F(AuditTest, AWatchIsToldOfOnceItEnds) {
  Sink sink;
  const auto id = cluster.stream(request("GET", "/api/v1/pods?watch=true"), sink);
  run(std::chrono::seconds(1));
  EXPECT_TRUE(told.empty());
  cluster.cancel(id);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().verb, "watch");
  EXPECT_EQ(told.front().code, 200);
}

TEST_F(AuditTest, WhoeverHasNoTokenHasNoName) {
  kube::Request stranger = request("GET", "/version");
  stranger.headers.push_back({"Authorization", "Bearer none"});
  cluster.submit(stranger, [](const auto& /*response*/) {});
  run(std::chrono::seconds(1));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().code, 401);
  EXPECT_EQ(told.front().user, "");
}

}  // namespace
}  // namespace cfkops::sandbox
