#include "control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::sandbox {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class ControlTest : public testing::Test {
 protected:
  ControlTest() {
    Scenario scenario;
    scenario.kafka = {KafkaSpec{}};
    scenario.kafka.front().topics = {{.name = "orders", .partitions = 3}};
    cluster = Cluster::begin(scenario, WallTime()).value();
  }

  kube::Response ask(const std::string& method, const std::string& target, std::string body = {}) {
    kube::Request request;
    request.method = method;
    request.target = target;
    request.body = std::move(body);
    return control(*cluster, request);
  }

  std::unique_ptr<Cluster> cluster;
};

TEST_F(ControlTest, TellsHowKafkaFares) {
  const kube::Response answer = ask("GET", "/sandbox/kafka");
  ASSERT_EQ(answer.status, 200);
  const nlohmann::json kafka = nlohmann::json::parse(answer.body)["kafka"];
  ASSERT_THAT(kafka, SizeIs(1));
  EXPECT_EQ(kafka[0]["brokersRunning"], 3);
}

TEST_F(ControlTest, TakesFaultsAndTellsWhatHappened) {
  const std::string fault = "{fault: controller-failover, at: 1s}";
  EXPECT_EQ(
      ask("POST", "/sandbox/faults", "apiVersion: cfkops/v1\nkind: Faults\nfaults: [" + fault + "]")
          .status,
      204);
  cluster->advance(cluster->clock().now() + std::chrono::seconds(2));
  EXPECT_THAT(ask("GET", "/sandbox/happened").body, HasSubstr("controller-failover"));
}

TEST_F(ControlTest, SaysAllThatIsWrongWithFaults) {
  const kube::Response answer = ask("POST",
                                    "/sandbox/faults",
                                    "apiVersion: cfkops/v1\nkind: Faults\nfaults:\n"
                                    "  - {fault: earthquake, at: 1s}\n  - {fault: node-lost}\n");
  EXPECT_EQ(answer.status, 400);
  const nlohmann::json errors = nlohmann::json::parse(answer.body)["errors"];
  ASSERT_GE(errors.size(), 2U);
  EXPECT_EQ(errors[0]["line"], 4);
}

TEST_F(ControlTest, DisksThatFailAtStartSpareWhatRuns) {
  EXPECT_EQ(ask("PATCH", "/sandbox/kafka", R"({"disksFailAtStart": true})").status, 204);
  cluster->advance(cluster->clock().now() + std::chrono::minutes(1));
  EXPECT_EQ(cluster->kafka_reports().front().brokers_running, 3);
}

TEST_F(ControlTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(ask("PATCH", "/sandbox/kafka", R"({"catchUpBytesPerSecond": 0})").status, 400);
  EXPECT_THAT(ask("PATCH", "/sandbox/kafka", R"({"speed": 2})").body, HasSubstr("'speed'"));
  EXPECT_EQ(ask("GET", "/sandbox/nothing").status, 404);
}

TEST_F(ControlTest, OthersThanTheAdministratorAreRefused) {
  kube::Request request;
  request.target = "/sandbox/kafka";
  request.headers = {{"Authorization", "Bearer none"}};
  EXPECT_EQ(control(*cluster, request).status, 403);
}

}  // namespace
}  // namespace cfkops::sandbox
