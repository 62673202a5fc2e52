#include "controllers/cfk_roll.hpp"
#include "controllers/cluster_objects.hpp"
#include "controllers/pods.hpp"
#include "seed.hpp"
#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kKafkas = "kafkas.platform.confluent.io";
constexpr std::string_view kQuorums = "kraftcontrollers.platform.confluent.io";
constexpr std::string_view kSets = "statefulsets.apps";

/// The cluster of the scenario healthy with Confluent's operator, grown up.
class CfkOperatorTest : public testing::Test {
 protected:
  void SetUp() override {
    const Status begun = world.begin(*find_scenario("healthy"));
    ASSERT_TRUE(begun.has_value()) << begun.error().message;
    pass(seconds(5));
    world.registry().store().listen([this](const Change& change) {
      if (change.key.bucket == "pods" && change.type == Change::Type::Deleted) {
        gone.push_back(change.key.name);
      }
    });
  }

  void pass(Duration time) { world.timeline().advance_to(world.timeline().now() + time); }

  [[nodiscard]] Shared get(std::string_view bucket, std::string_view name) const {
    return stored(world.registry(), bucket, "confluent", name);
  }

  void change(std::string_view bucket,
              const std::string& name,
              const std::function<void(Value&)>& how) {
    WriteOptions options;
    options.manager = "test";
    ASSERT_TRUE(
        change_stored(world.registry(), {std::string(bucket), "confluent", name}, how, options));
  }

  void annotate(const std::string& name, const std::string& value) {
    change(kKafkas, "kafka", [&](Value& kafka) {
      make_at(kafka, {"metadata", "annotations", "platform.confluent.io/" + name}) = value;
    });
  }

  void ask_for_a_roll(std::string_view bucket, const std::string& name) {
    change(bucket, name, [](Value& resource) {
      make_at(resource, {"spec", "podTemplate", "annotations", "kafkacluster-manual-roll"}) = "now";
    });
  }

  [[nodiscard]] std::string condition(std::string_view bucket, std::string_view type) const {
    const Shared resource = get(bucket, bucket == kKafkas ? "kafka" : "kraftcontroller");
    const Value* found = condition_of(*resource, "platform.confluent.io/" + std::string(type));
    return found == nullptr ? "none"
                            : text_at(*found, {"status"}) + ": " + text_at(*found, {"message"});
  }

  World world{1, WallTime(seconds(1795709283)), minutes(10)};
  std::vector<std::string> gone;
};

TEST_F(CfkOperatorTest, TellsOfAClusterThatIsWell) {
  const Shared kafka = get(kKafkas, "kafka");
  ASSERT_NE(kafka, nullptr);
  EXPECT_EQ(text_at(*kafka, {"status", "phase"}), "RUNNING");
  EXPECT_EQ(number_at(*kafka, {"status", "readyReplicas"}), 3);
  EXPECT_EQ(number_at(*kafka, {"status", "observedGeneration"}),
            number_at(*kafka, {"metadata", "generation"}));
  EXPECT_EQ(text_at(*kafka, {"status", "clusterID"}), world.kafka().front()->cluster_id());
  EXPECT_EQ(condition(kKafkas, "cluster-ready"), "True: Cluster is ready.");
  EXPECT_EQ(condition(kKafkas, "rolling"), "False: Cluster is not rolling, ignore=false");
  EXPECT_EQ(condition(kQuorums, "cluster-ready"), "True: Cluster is ready.");
  const Shared set = get(kSets, "kafka");
  ASSERT_NE(controller_of(*set), nullptr);
  EXPECT_EQ(text_at(*controller_of(*set), {"uid"}), uid_of(*kafka));
  EXPECT_EQ(number_at(*set, {"spec", "updateStrategy", "rollingUpdate", "partition"}), 0);
}

TEST_F(CfkOperatorTest, RollsBrokersFromTheHighestWhileNoneIsBehind) {
  ask_for_a_roll(kKafkas, "kafka");
  pass(minutes(5));
  EXPECT_THAT(gone, ElementsAre("kafka-2", "kafka-1", "kafka-0"));
  EXPECT_EQ(condition(kKafkas, "rolling"), "False: Cluster is not rolling, ignore=false");
  EXPECT_EQ(text_at(*get(kKafkas, "kafka"), {"status", "phase"}), "RUNNING");
  const KafkaReport report = world.kafka().front()->report();
  EXPECT_EQ(report.most_brokers_down, 1);
  EXPECT_EQ(report.under_min_isr_time, Duration::zero());
}

TEST_F(CfkOperatorTest, RollsControllersOfTheirOwnResource) {
  ask_for_a_roll(kQuorums, "kraftcontroller");
  pass(minutes(5));
  EXPECT_THAT(gone, ElementsAre("kraftcontroller-2", "kraftcontroller-1", "kraftcontroller-0"));
}

TEST_F(CfkOperatorTest, WaitsForReplicasBeforeTheNextBroker) {
  world.kafka().front()->never_catch_up("kafka-2", true);
  ask_for_a_roll(kKafkas, "kafka");
  pass(minutes(5));
  EXPECT_THAT(gone, ElementsAre("kafka-2"));
  EXPECT_THAT(condition(kKafkas, "rolling"), HasSubstr("under-replicated partitions"));
  annotate("roll-precheck", "disable");
  pass(minutes(5));
  EXPECT_THAT(gone, ElementsAre("kafka-2", "kafka-1", "kafka-0"));
}

TEST_F(CfkOperatorTest, LeavesAloneWhatIsBlocked) {
  annotate("block-reconcile", "true");
  ask_for_a_roll(kKafkas, "kafka");
  pass(minutes(1));
  EXPECT_THAT(gone, IsEmpty());
  const Shared kafka = get(kKafkas, "kafka");
  EXPECT_LT(number_at(*kafka, {"status", "observedGeneration"}),
            number_at(*kafka, {"metadata", "generation"}));
  change(kKafkas, "kafka", [](Value& fresh) {
    erase_at(fresh, {"metadata", "annotations", "platform.confluent.io/block-reconcile"});
  });
  pass(minutes(5));
  EXPECT_THAT(gone, ElementsAre("kafka-2", "kafka-1", "kafka-0"));
}

TEST_F(CfkOperatorTest, TakesOffTheOrderToLookAgain) {
  annotate("force-reconcile", "true");
  pass(seconds(1));
  EXPECT_EQ(find(*get(kKafkas, "kafka"),
                 {"metadata", "annotations", "platform.confluent.io/force-reconcile"}),
            nullptr);
  EXPECT_THAT(gone, IsEmpty());
}

TEST_F(CfkOperatorTest, OverwritesWhatOthersWriteIntoItsSet) {
  change(kSets, "kafka", [](Value& set) { make_at(set, {"spec", "replicas"}) = 4; });
  pass(seconds(5));
  EXPECT_EQ(number_at(*get(kSets, "kafka"), {"spec", "replicas"}), 3);
  // The set's controller was faster: it made a claim of the placeholder, which stays.
  const Shared claim = get("persistentvolumeclaims", "data0-kafka-3");
  ASSERT_NE(claim, nullptr);
  EXPECT_EQ(text_at(*claim, {"spec", "storageClassName"}), "dummy");
}

TEST_F(CfkOperatorTest, MakesBrokersMoreAndTheirClaimsFirst) {
  change(kKafkas, "kafka", [](Value& kafka) { make_at(kafka, {"spec", "replicas"}) = 4; });
  pass(seconds(30));
  EXPECT_EQ(number_at(*get(kSets, "kafka"), {"spec", "replicas"}), 4);
  const Shared claim = get("persistentvolumeclaims", "data0-kafka-3");
  ASSERT_NE(claim, nullptr);
  EXPECT_EQ(text_at(*claim, {"spec", "storageClassName"}), "standard");
  EXPECT_NE(get("services", "kafka-3-internal"), nullptr);
  EXPECT_THAT(gone, IsEmpty());
}

TEST_F(CfkOperatorTest, MakesFewerBrokersOnlyWhereTheyHoldNothing) {
  change(kKafkas, "kafka", [](Value& kafka) { make_at(kafka, {"spec", "replicas"}) = 2; });
  pass(minutes(1));
  EXPECT_THAT(condition(kKafkas, "cluster-ready"), HasSubstr("enable-shrink=true"));
  annotate("enable-shrink", "true");
  pass(minutes(1));
  EXPECT_EQ(condition(kKafkas, "garbage-collecting"), "True: kafka-2 still has partitions");
  EXPECT_EQ(number_at(*get(kSets, "kafka"), {"spec", "replicas"}), 3);
}

TEST_F(CfkOperatorTest, DoesNotResizeAQuorum) {
  change(kQuorums, "kraftcontroller", [](Value& one) { make_at(one, {"spec", "replicas"}) = 5; });
  pass(minutes(1));
  EXPECT_THAT(condition(kQuorums, "cluster-ready"), HasSubstr("it is static"));
  EXPECT_EQ(number_at(*get(kSets, "kraftcontroller"), {"spec", "replicas"}), 3);
}

TEST_F(CfkOperatorTest, RefusesASpecThatTheRealDefinitionsDoNotTake) {
  change(kKafkas, "kafka", [](Value& kafka) { erase_at(kafka, {"spec", "image"}); });
  pass(seconds(5));
  EXPECT_EQ(condition(kKafkas, "cluster-ready"),
            "False: spec.image.application must name an image");
}

TEST_F(CfkOperatorTest, TakesTheClaimsWithTheResource) {
  const Shared kafka = get(kKafkas, "kafka");
  ASSERT_TRUE(delete_stored(world.registry(), key_of(kKafkas, *kafka), uid_of(*kafka), "", {}));
  pass(minutes(5));
  EXPECT_EQ(get(kKafkas, "kafka"), nullptr);
  EXPECT_EQ(get(kSets, "kafka"), nullptr);
  EXPECT_EQ(get("persistentvolumeclaims", "data0-kafka-0"), nullptr);
  EXPECT_NE(get("persistentvolumeclaims", "data0-kraftcontroller-0"), nullptr);
}

TEST_F(CfkOperatorTest, BringsBackAllOfANewCluster) {
  const Shared old = get(kKafkas, "kafka");
  Value fresh = {{"metadata", {{"name", "kafka"}}}, {"spec", object_at(*old, {"spec"})}};
  ASSERT_TRUE(delete_stored(world.registry(), key_of(kKafkas, *old), uid_of(*old), "", {}));
  pass(minutes(5));
  ASSERT_TRUE(create_stored(world.registry(), kKafkas, "confluent", fresh, {}));
  pass(minutes(5));
  EXPECT_EQ(text_at(*get(kKafkas, "kafka"), {"status", "phase"}), "RUNNING");
  for (const char* service : {"kafka", "kafka-0-internal"}) {
    EXPECT_NE(get("services", service), nullptr) << service;
  }
  EXPECT_NE(get("configmaps", "kafka-shared-config"), nullptr);
  EXPECT_NE(get("poddisruptionbudgets.policy", "kafka"), nullptr);
}

TEST(CfkOperator, LeavesASetOfAnotherOperatorUntilItsResourceChanges) {
  Scenario scenario = *find_scenario("healthy");
  const KafkaSpec spec = scenario.kafka.front();
  scenario.kafka.front().has_operator = false;
  World world(1, WallTime(seconds(1795709283)), minutes(10));
  ASSERT_TRUE(world.begin(scenario).has_value());
  Registry& registry = world.registry();
  for (Value& object : confluent_objects(spec)) {
    if (text_at(object, {"kind"}) == "CustomResourceDefinition") {
      ASSERT_TRUE(create_stored(
          registry, "customresourcedefinitions.apiextensions.k8s.io", {}, object, {}));
      continue;
    }
    if (text_at(object, {"kind"}) != "Kafka") {
      continue;
    }
    world.timeline().advance_to(world.timeline().now() + seconds(1));
    make_at(object, {"metadata", "uid"}) = "as-it-was";
    make_at(object, {"metadata", "generation"}) = 3;
    make_at(object, {"status", "observedGeneration"}) = 3;
    make_at(object, {"spec", "image", "application"}) = "mirror/cp-server:8.3.0";
    registry.store().put({std::string(kKafkas), "confluent", "kafka"}, object);
  }
  const auto image = [&registry] {
    const Shared set = stored(registry, kSets, "confluent", "kafka");
    return text_at(list_at(*set, {"spec", "template", "spec", "containers"}).front(), {"image"});
  };
  const std::string before = image();
  world.timeline().advance_to(world.timeline().now() + minutes(1));
  EXPECT_EQ(image(), before);
  const auto change = [](Value& kafka) {
    make_at(kafka, {"spec", "image", "application"}) = "mirror/cp-server:8.3.1";
  };
  ASSERT_TRUE(change_stored(registry, {std::string(kKafkas), "confluent", "kafka"}, change, {}));
  world.timeline().advance_to(world.timeline().now() + minutes(1));
  EXPECT_EQ(image(), "mirror/cp-server:8.3.1");
}

TEST(RollStepTest, GoesOnWithOneThatHasStillToGo) {
  const Value set = Value::parse(R"({"metadata":{"name":"kafka","generation":2},
      "spec":{"replicas":1,"updateStrategy":{"rollingUpdate":{"partition":1}}},
      "status":{"observedGeneration":1,"updateRevision":"new","currentRevision":"old"}})");
  EXPECT_FALSE(next_roll_step(set, {}, "").partition.has_value());
}

}  // namespace
}  // namespace cfkops::sandbox
