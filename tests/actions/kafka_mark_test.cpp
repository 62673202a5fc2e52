#include "kafka_mark.hpp"

#include "support/matchers.hpp"

#include "cfkops/engine/lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace cfkops::actions {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

KafkaCluster cluster() {
  return {.target = {.kind = "Kafka", .ns = "confluent", .name = "prod", .broker_set = "kafka"},
          .broker_pods = {"kafka-0", "kafka-1"},
          .controller_pods = {"kraftcontroller-0"}};
}

RollMark mark() {
  return {.run = "20260102-030405-beef",
          .who = "ana@desk",
          .begun = *base::parse_rfc3339("2026-01-02T03:04:05Z"),
          .roles = RollRoles::All,
          .pods = {{"kafka-0", "u0"}, {"kafka-1", ""}, {"kraftcontroller-0", "u2"}}};
}

/// A Lease with that text for a mark.
kube::Object lease_with(const std::string& text) {
  return kube::Object(Json(json{{"metadata",
                                 {{"name", "cfkops.roll.kafka"},
                                  {"uid", "lease-uid"},
                                  {"resourceVersion", "7"},
                                  {"annotations", {{"cfkops.dev/roll", text}}}}}}));
}

std::string with(const std::string& pointer, const json& value) {
  json roll =
      json::parse(*kube::Object(mark_lease(cluster(), mark())).annotation("cfkops.dev/roll"));
  roll[json::json_pointer(pointer)] = value;
  return roll.dump();
}

TEST(KafkaMark, IsReadAsItWasWritten) {
  const kube::Object lease(mark_lease(cluster(), mark()));
  EXPECT_EQ(lease.ns(), "confluent");
  EXPECT_EQ(lease.name(), "cfkops.roll.kafka");
  EXPECT_EQ(find_mark(lease).mark, mark());
}

TEST(KafkaMark, IsNoLock) {
  const kube::Object lease(mark_lease(cluster(), mark()));
  EXPECT_EQ(engine::read_lock(lease).holder, "");
  for (const char* kind : {"", "roll", "kafka", "Kafka.Roll"}) {
    EXPECT_NE(engine::lock_target(kind, "confluent", "kafka").lease, lease.name());
    EXPECT_NE(engine::lock_target(kind, "confluent", "roll.kafka").lease, lease.name());
  }
}

TEST(KafkaMark, KnowsWhoseItIs) {
  const FoundMark found = find_mark(lease_with(with("/run", "other")));
  EXPECT_EQ(found.uid, "lease-uid");
  EXPECT_EQ(found.resource_version, "7");
  ASSERT_TRUE(found.mark.has_value());
  EXPECT_EQ(found.mark->run, "other");
}

TEST(KafkaMark, SaysWhyItCannotBeRead) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "JSON"},
      {"[]", "/version"},
      {with("/version", 2), "of version 2, not 1"},
      {with("/run", 1), "/run"},
      {with("/begun", "yesterday"), "yesterday"},
      {with("/roles", "some"), "/roles"},
      {with("/pods", json::object()), "names none"},
      {with("/pods/kafka-0", json::array()), "kafka-0"},
  };
  for (const auto& [text, why] : cases) {
    SCOPED_TRACE(text);
    const FoundMark found = find_mark(lease_with(text));
    EXPECT_FALSE(found.mark.has_value());
    EXPECT_THAT(found.unreadable, HasSubstr(why));
    EXPECT_EQ(found.resource_version, "7");
  }
  const FoundMark bare = find_mark(kube::Object(Json(json{{"metadata", {{"name", "x"}}}})));
  EXPECT_THAT(bare.unreadable, HasSubstr("no annotation cfkops.dev/roll"));
}

TEST(KafkaMark, IsAboutThePodsOfItsRoles) {
  EXPECT_THAT(pods_of(cluster(), RollRoles::Brokers), ElementsAre("kafka-0", "kafka-1"));
  EXPECT_THAT(pods_of(cluster(), RollRoles::Controllers), ElementsAre("kraftcontroller-0"));
  EXPECT_THAT(pods_of(cluster(), RollRoles::All),
              ElementsAre("kraftcontroller-0", "kafka-0", "kafka-1"));
}

}  // namespace
}  // namespace cfkops::actions
