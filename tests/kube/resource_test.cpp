#include "cfkops/kube/resource.hpp"

#include <gtest/gtest.h>

namespace cfkops::kube {
namespace {

const Resource kKafka = {"platform.confluent.io", "v1beta1", "kafkas", "Kafka", true};

TEST(Resource, NamesItsVersionAsManifestsDo) {
  EXPECT_EQ(resources::pods().api_version(), "v1");
  EXPECT_EQ(resources::stateful_sets().api_version(), "apps/v1");
}

TEST(Resource, NamesItselfAsKubectlDoes) {
  EXPECT_EQ(resources::pods().full_name(), "pods");
  EXPECT_EQ(kKafka.full_name(), "kafkas.platform.confluent.io");
}

TEST(Resource, BuildsThePathOfACollection) {
  EXPECT_EQ(resources::pods().path("ns1"), "/api/v1/namespaces/ns1/pods");
  EXPECT_EQ(resources::pods().path(""), "/api/v1/pods");
  EXPECT_EQ(kKafka.path("ns1"), "/apis/platform.confluent.io/v1beta1/namespaces/ns1/kafkas");
}

TEST(Resource, BuildsThePathOfAnObjectAndItsSubresource) {
  EXPECT_EQ(resources::pods().path("ns1", "kafka-0", "eviction"),
            "/api/v1/namespaces/ns1/pods/kafka-0/eviction");
}

TEST(Resource, IgnoresTheNamespaceOfAClusterScopedOne) {
  EXPECT_EQ(resources::nodes().path("ns1", "n1"), "/api/v1/nodes/n1");
}

TEST(Resource, EncodesWhatAPathCannotHold) {
  EXPECT_EQ(resources::pods().path("a/b", "x y?"), "/api/v1/namespaces/a%2Fb/pods/x%20y%3F");
}

TEST(FindBuiltin, TakesEveryFormThatKubectlTakes) {
  for (const char* word : {"statefulsets",
                           "statefulset",
                           "StatefulSet",
                           "sts",
                           "statefulsets.apps",
                           "sts.apps",
                           "statefulset.v1.apps"}) {
    ASSERT_NE(find_builtin(word), nullptr) << word;
    EXPECT_EQ(*find_builtin(word), resources::stateful_sets()) << word;
  }
  EXPECT_EQ(*find_builtin("pdb"), resources::pod_disruption_budgets());
  EXPECT_EQ(*find_builtin("pods.v1"), resources::pods());
  EXPECT_EQ(*find_builtin("quota"), resources::resource_quotas());
  EXPECT_EQ(*find_builtin("horizontalpodautoscalers.autoscaling"),
            resources::horizontal_pod_autoscalers());
}

TEST(FindBuiltin, KnowsNoOthers) {
  for (const char* word : {"", "kafka", "pods.apps", "statefulsets.v2.apps", "podss"}) {
    EXPECT_EQ(find_builtin(word), nullptr) << word;
  }
}

}  // namespace
}  // namespace cfkops::kube
