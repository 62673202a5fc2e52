#include "request_target.hpp"

#include <gtest/gtest.h>

namespace cfkops::rehearse {
namespace {

TEST(RequestTargetTest, TellsResourceNamespaceAndName) {
  EXPECT_EQ(read_target("/api/v1/namespaces/confluent/pods/kafka-1/eviction"),
            (RequestTarget{"pods/eviction", "confluent", "kafka-1"}));
  EXPECT_EQ(read_target("/apis/apps/v1/namespaces/confluent/statefulsets?limit=500"),
            (RequestTarget{"statefulsets", "confluent", ""}));
  EXPECT_EQ(read_target("/api/v1/nodes/node-1"), (RequestTarget{"nodes", "", "node-1"}));
  EXPECT_EQ(read_target("/api/v1/namespaces/confluent"),
            (RequestTarget{"namespaces", "", "confluent"}));
  EXPECT_EQ(read_target("/api"), RequestTarget{});
  EXPECT_EQ(read_target("/version"), RequestTarget{});
}

TEST(RequestTargetTest, TellsWhatChangesSomething) {
  const std::string pod = "/api/v1/namespaces/confluent/pods/kafka-1";
  EXPECT_TRUE(is_mutation({.method = "DELETE", .target = pod}));
  EXPECT_FALSE(is_mutation({.method = "GET", .target = pod}));
  EXPECT_FALSE(is_mutation({.method = "PATCH", .target = pod + "?dryRun=All"}));
  EXPECT_FALSE(is_mutation(
      {.method = "POST", .target = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"}));
  EXPECT_TRUE(removes_pod({.method = "POST", .target = pod + "/eviction"}));
  EXPECT_FALSE(removes_pod({.method = "PATCH", .target = pod}));
}

}  // namespace
}  // namespace cfkops::rehearse
