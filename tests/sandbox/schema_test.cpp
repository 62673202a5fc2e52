#include "schema.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cfkops::sandbox {
namespace {

TEST(Shapes, TellHowListsMerge) {
  const Schema* pod = builtin_schema("v1", "Pod");
  ASSERT_NE(pod, nullptr);
  const Schema& spec = *pod->fields.at("spec");
  const Schema& containers = *spec.fields.at("containers");
  EXPECT_EQ(containers.list_type, Schema::ListType::Map);
  EXPECT_EQ(containers.list_keys, std::vector<std::string>{"name"});
  EXPECT_EQ(containers.merge_key, "name");
  EXPECT_EQ(containers.go_type, "[]v1.Container");
  const Schema& port = *containers.items->fields.at("ports")->items;
  ASSERT_NE(port.fields.at("protocol")->default_value, nullptr);
  EXPECT_EQ(*port.fields.at("protocol")->default_value, "TCP");
  EXPECT_TRUE(spec.fields.at("volumes")->retain_keys);
}

TEST(Shapes, KnowWhatIsOfNoGroup) {
  EXPECT_NE(builtin_schema("v1", "DeleteOptions"), nullptr);
  EXPECT_NE(builtin_schema("rbac.authorization.k8s.io/v1", "Role"), nullptr);
  EXPECT_EQ(builtin_schema("v1", "Gizmo"), nullptr);
}

TEST(Shapes, ContainThemselves) {
  const Schema* definition = builtin_schema("apiextensions.k8s.io/v1", "CustomResourceDefinition");
  ASSERT_NE(definition, nullptr);
  const Schema& version = *definition->fields.at("spec")->fields.at("versions")->items;
  const Schema& props = *version.fields.at("schema")->fields.at("openAPIV3Schema");
  EXPECT_EQ(props.fields.at("properties")->items->go_type, props.go_type);
}

TEST(Schema, FindsAndPrunesUnknownFields) {
  const Schema* pod = builtin_schema("v1", "Pod");
  ASSERT_NE(pod, nullptr);
  Value object = {
      {"spec", {{"gizmo", 1}, {"containers", Value::array({{{"name", "m"}, {"imagee", "x"}}})}}}};
  EXPECT_EQ(unknown_fields(*pod, object),
            (std::vector<std::string>{"unknown field \"spec.containers[0].imagee\"",
                                      "unknown field \"spec.gizmo\""}));
  prune(*pod, object);
  const Value pruned = {{"spec", {{"containers", Value::array({{{"name", "m"}}})}}}};
  EXPECT_EQ(object, pruned);
}

TEST(Schema, WritesWhatGoWrites) {
  const Schema* pod = builtin_schema("v1", "Pod");
  ASSERT_NE(pod, nullptr);
  Value object = {
      {"metadata", {{"name", "a"}, {"finalizers", Value::array()}}},
      {"spec", {{"containers", Value::array({{{"name", "m"}, {"tty", false}}})}}},
      {"status", {{"conditions", Value::array({{{"type", "Ready"}, {"status", "True"}}})}}}};
  normalize(*pod, object);
  const Value written = {
      {"metadata", {{"name", "a"}}},
      {"spec", {{"containers", Value::array({{{"name", "m"}, {"resources", Value::object()}}})}}},
      {"status",
       {{"conditions",
         Value::array({{{"type", "Ready"},
                        {"status", "True"},
                        {"lastProbeTime", nullptr},
                        {"lastTransitionTime", nullptr}}})}}}};
  EXPECT_EQ(object, written);
}

}  // namespace
}  // namespace cfkops::sandbox
