#include "fault_injector.hpp"

#include "broken_flight.hpp"
#include "controllers/cluster_objects.hpp"
#include "controllers/lost_node.hpp"
#include "controllers/pods.hpp"
#include "world.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using What = RequestFate::What;

constexpr Duration kLatency = milliseconds(1);
const std::string kPod = "/api/v1/namespaces/confluent/pods/kafka-1";

Scenario three_brokers() {
  Scenario scenario;
  scenario.kafka = {KafkaSpec()};
  return scenario;
}

/// A small Kafka with faults, and a client that sends one request after the other.
class FaultInjectorTest : public testing::Test {
 protected:
  FaultInjectorTest() {
    const Status begun = world.begin(three_brokers());
    EXPECT_TRUE(begun) << begun.error().message;
    injector.add({});
  }

  static kube::Request request(const std::string& method, const std::string& target) {
    return {.method = method,
            .target = target,
            .headers = {{"Accept", "application/json"}},
            .timeout = seconds(10)};
  }

  static kube::Request eviction() {
    kube::Request evict = request("POST", kPod + "/eviction");
    evict.headers.push_back({"Content-Type", "application/json"});
    evict.body = R"({"apiVersion": "policy/v1", "kind": "Eviction",
                     "metadata": {"name": "kafka-1", "namespace": "confluent"}})";
    return evict;
  }

  What fate(const std::string& method, const std::string& target) {
    return injector.judge(request(method, target)).what;
  }

  void pass(Duration time) { world.timeline().advance_to(world.timeline().now() + time); }

  Shared pod(const std::string& name) {
    return stored(world.registry(), "pods", "confluent", name);
  }

  void remove_pod(const std::string& name) {
    delete_stored(world.registry(),
                  {"pods", "confluent", name},
                  uid_of(*pod(name)),
                  {},
                  as_controller("test"));
  }

  std::vector<std::string> happened() const {
    std::vector<std::string> all;
    for (const Cluster::Happened& one : injector.happened()) {
      all.push_back(base::format_duration(one.at) + " " + one.what);
    }
    return all;
  }

  /// Sends it as a cluster does; what the client was told, if it was.
  std::optional<Result<kube::Response>> send(kube::Request asked, Duration wait) {
    std::optional<Result<kube::Response>> outcome;
    const RequestFate judged = injector.judge(asked);
    std::shared_ptr<Flight> flight;
    flight = std::make_shared<Flight>(
        std::move(asked), road_under(judged, [&](const Flight::Step& step) {
          world.timeline().after(kLatency + judged.delay, [&flight, step] { step(*flight); });
        }));
    flight->expect([&outcome](Result<kube::Response> told) { outcome.emplace(std::move(told)); });
    world.timeline().after(kLatency,
                           [&] { arrive(*flight, judged, world.api(), world.timeline()); });
    pass(wait);
    flight->leave(world.api());
    return outcome;
  }

  World world{7, WallTime(hours(24 * 365 * 50)), minutes(10)};
  FaultInjector injector{
      {.registry = world.registry(), .kafka = world.kafka(), .end_watches = [this](bool expired) {
         expired_watches.push_back(expired);
       }}};
  std::vector<bool> expired_watches;
};

TEST_F(FaultInjectorTest, CountsTheRequestsThatMatch) {
  injector.add({{.kind = FaultKind::AnswerLost,
                 .on = RequestMatch{.method = "GET", .resource = "pods", .name = "kafka-1"},
                 .nth = 2,
                 .times = 2}});
  EXPECT_EQ(fate("GET", kPod), What::Pass);
  EXPECT_EQ(fate("GET", "/api/v1/namespaces/confluent/pods/kafka-2"), What::Pass);
  EXPECT_EQ(fate("GET", kPod + "/log"), What::Pass);
  EXPECT_EQ(fate("GET", kPod + "?watch=1"), What::LoseAnswer);
  EXPECT_EQ(fate("GET", kPod), What::LoseAnswer);
  EXPECT_EQ(fate("GET", kPod), What::Pass);
  EXPECT_EQ(happened(),
            (std::vector<std::string>{"0s answer to GET pods confluent/kafka-1 lost",
                                      "0s answer to GET pods confluent/kafka-1 lost"}));
}

TEST_F(FaultInjectorTest, TellsNothingOfWhatDidNotHappen) {
  injector.add({{.kind = FaultKind::RequestLost, .on = RequestMatch{.resource = "secrets"}},
                {.kind = FaultKind::NodeLost, .at = seconds(1), .target = "node-9"},
                {.kind = FaultKind::Kill, .at = seconds(1)}});
  EXPECT_EQ(fate("GET", kPod), What::Pass);
  pass(seconds(5));
  EXPECT_TRUE(happened().empty());
}

TEST_F(FaultInjectorTest, RefusesAsTheServerDoes) {
  injector.add({{.kind = FaultKind::RequestRefused, .on = RequestMatch(), .code = 500},
                {.kind = FaultKind::RequestRefused, .on = RequestMatch(), .nth = 2, .code = 429}});
  const auto internal = send(eviction(), seconds(1));
  ASSERT_TRUE(internal && *internal);
  EXPECT_EQ((*internal)->status, 500);
  const Value body = Value::parse((*internal)->body, nullptr, false);
  EXPECT_EQ(text_at(body, {"kind"}), "Status");
  EXPECT_EQ(text_at(body, {"reason"}), "InternalError");
  const auto busy = send(eviction(), seconds(1));
  ASSERT_TRUE(busy && *busy);
  EXPECT_EQ((*busy)->status, 429);
  EXPECT_EQ((*busy)->header("retry-after"), "1");
  EXPECT_FALSE(is_deleting(*pod("kafka-1")));
}

TEST_F(FaultInjectorTest, LosesRequestsBeforeAndAnswersAfterTheyTakeEffect) {
  injector.add({{.kind = FaultKind::RequestLost, .on = RequestMatch()},
                {.kind = FaultKind::AnswerLost, .on = RequestMatch(), .nth = 2}});
  const std::string uid = uid_of(*pod("kafka-1"));
  const auto request_lost = send(eviction(), milliseconds(100));
  ASSERT_TRUE(request_lost && !*request_lost);
  EXPECT_EQ(request_lost->error().code, ErrorCode::ConnectionLost);
  EXPECT_FALSE(is_deleting(*pod("kafka-1")));
  const auto answer_lost = send(eviction(), milliseconds(100));
  ASSERT_TRUE(answer_lost && !*answer_lost);
  EXPECT_EQ(answer_lost->error().code, ErrorCode::ConnectionLost);
  EXPECT_TRUE(is_deleting(*pod("kafka-1")));
  EXPECT_EQ(uid_of(*pod("kafka-1")), uid);
}

TEST_F(FaultInjectorTest, LetsAnUnansweredRequestTakeEffectTooLate) {
  injector.add({{.kind = FaultKind::RequestTimeout, .on = RequestMatch()}});
  EXPECT_FALSE(send(eviction(), seconds(10)).has_value());
  EXPECT_FALSE(is_deleting(*pod("kafka-1")));
  pass(milliseconds(1100));
  EXPECT_TRUE(is_deleting(*pod("kafka-1")));
}

TEST_F(FaultInjectorTest, RefusesConnectionsWhileTheServerIsAway) {
  injector.add({{.kind = FaultKind::ServerAway, .at = seconds(5), .lasting = seconds(3)}});
  EXPECT_EQ(fate("GET", kPod), What::Pass);
  pass(seconds(6));
  const auto refused = send(request("GET", kPod), seconds(1));
  ASSERT_TRUE(refused && !*refused);
  EXPECT_EQ(refused->error().code, ErrorCode::Unreachable);
  pass(seconds(2));
  EXPECT_EQ(fate("GET", kPod), What::Pass);
  EXPECT_EQ(happened(), std::vector<std::string>{"5s API server away for 3s"});
}

TEST_F(FaultInjectorTest, SlowsAnswersDownForAWhile) {
  injector.add({{.kind = FaultKind::SlowServer,
                 .at = seconds(0),
                 .lasting = seconds(10),
                 .lasting_each = seconds(3)}});
  pass(seconds(1));
  EXPECT_EQ(injector.judge(request("GET", kPod)).delay, Duration(seconds(3)));
  pass(seconds(10));
  EXPECT_EQ(injector.judge(request("GET", kPod)).delay, Duration());
}

TEST_F(FaultInjectorTest, EndsWatchesAndForgetsRevisions) {
  injector.add({{.kind = FaultKind::WatchExpired, .at = seconds(1)}});
  pass(seconds(2));
  EXPECT_EQ(expired_watches, std::vector<bool>{true});
  EXPECT_GT(world.registry().store().oldest(), 1U);
}

TEST_F(FaultInjectorTest, LosesTheNodeOfTheRequestsPodAndGivesItBack) {
  injector.add({{.kind = FaultKind::NodeLost,
                 .on = RequestMatch{.method = "POST", .resource = "pods/eviction"},
                 .lasting = seconds(30)}});
  const std::string node = text_at(*pod("kafka-1"), {"spec", "nodeName"});
  EXPECT_EQ(fate("POST", kPod + "/eviction"), What::Pass);
  EXPECT_TRUE(is_lost(*stored(world.registry(), "nodes", {}, node)));
  ASSERT_EQ(injector.happened().size(), 1U);
  EXPECT_TRUE(injector.happened().front().what.starts_with(node + " lost with pods "));
  EXPECT_NE(injector.happened().front().what.find("kafka-1"), std::string::npos);
  pass(seconds(31));
  EXPECT_FALSE(is_lost(*stored(world.registry(), "nodes", {}, node)));
}

TEST_F(FaultInjectorTest, SpoilsThePodsNextIncarnationForAWhile) {
  injector.add({{.kind = FaultKind::PodNeverReady,
                 .at = seconds(0),
                 .lasting = minutes(5),
                 .target = "kafka-1"}});
  pass(seconds(1));
  EXPECT_TRUE(is_ready(*pod("kafka-1")));
  EXPECT_TRUE(happened().empty());
  remove_pod("kafka-1");
  pass(minutes(2));
  ASSERT_EQ(injector.happened().size(), 1U);
  EXPECT_EQ(injector.happened().front().what, "confluent/kafka-1 does not get ready");
  EXPECT_TRUE(has_phase(*pod("kafka-1"), "Running"));
  EXPECT_FALSE(is_ready(*pod("kafka-1")));
  pass(minutes(5));
  EXPECT_TRUE(is_ready(*pod("kafka-1")));
}

TEST_F(FaultInjectorTest, ClosesBudgetsAndOpensThemAgain) {
  injector.add({{.kind = FaultKind::BudgetCloses, .at = seconds(1), .lasting = seconds(20)}});
  pass(seconds(3));
  const auto refused = send(eviction(), seconds(1));
  ASSERT_TRUE(refused && *refused);
  EXPECT_EQ((*refused)->status, 429);
  pass(seconds(20));
  const auto done = send(eviction(), seconds(1));
  ASSERT_TRUE(done && *done);
  EXPECT_EQ((*done)->status, 201);
}

TEST_F(FaultInjectorTest, HarmsKafka) {
  const KafkaModel& model = *world.kafka().front();
  const std::optional<int> active = model.active_controller();
  injector.add({{.kind = FaultKind::DiskFull, .at = seconds(1), .target = "kafka-2"},
                {.kind = FaultKind::ControllerFailover, .at = seconds(1)},
                {.kind = FaultKind::BrokerNeverCatchesUp,
                 .at = seconds(1),
                 .lasting = seconds(10),
                 .target = "kafka-0"}});
  pass(seconds(5));
  EXPECT_TRUE(model.node("kafka-2")->disk_full);
  EXPECT_TRUE(model.node("kafka-0")->never_catches_up);
  EXPECT_NE(model.active_controller(), active);
  EXPECT_EQ(injector.happened().size(), 3U);
  pass(seconds(10));
  EXPECT_FALSE(model.node("kafka-0")->never_catches_up);
}

TEST_F(FaultInjectorTest, LetsTheCalendarJump) {
  const WallTime before = world.timeline().wall();
  injector.add({{.kind = FaultKind::ClockJump, .at = seconds(1), .lasting = -hours(1)}});
  pass(seconds(1));
  EXPECT_EQ(world.timeline().wall(), before + seconds(1) - hours(1));
}

}  // namespace
}  // namespace cfkops::sandbox
