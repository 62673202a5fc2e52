#include "kinds/custom_kind.hpp"

#include "kinds/custom_path.hpp"
#include "kinds/definition_validation.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cfkops::sandbox {
namespace {

/// As the operator's definitions are: status and scale, printer columns, lists by key, a deep spec.
Value definition() {
  return Value::parse(R"({
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "kafkas.platform.example.test"},
    "spec": {
      "group": "platform.example.test", "scope": "Namespaced",
      "names": {"plural": "kafkas", "singular": "kafka", "kind": "Kafka", "listKind": "KafkaList",
                "shortNames": ["kf"], "categories": ["all"]},
      "conversion": {"strategy": "None"},
      "versions": [{
        "name": "v1beta1", "served": true, "storage": true,
        "subresources": {"status": {},
                         "scale": {"specReplicasPath": ".spec.replicas",
                                   "statusReplicasPath": ".status.replicas",
                                   "labelSelectorPath": ".status.selector"}},
        "additionalPrinterColumns": [
          {"name": "Ready", "type": "string",
           "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"},
          {"name": "Replicas", "type": "integer", "jsonPath": ".spec.replicas"}],
        "schema": {"openAPIV3Schema": {
          "type": "object",
          "required": ["spec"],
          "properties": {
            "apiVersion": {"type": "string"}, "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": {
              "type": "object", "required": ["image"],
              "properties": {
                "replicas": {"type": "integer", "format": "int32", "minimum": 1},
                "image": {"type": "string", "minLength": 1},
                "license": {"type": "string", "enum": ["trial", "full"], "default": "trial"},
                "storage": {"x-kubernetes-int-or-string": true,
                            "anyOf": [{"type": "integer"}, {"type": "string"}],
                            "pattern": "^[0-9]+(Gi)?$"},
                "pod": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                "ports": {"type": "array", "x-kubernetes-list-type": "map",
                          "x-kubernetes-list-map-keys": ["name"],
                          "items": {"type": "object", "required": ["name"],
                                    "properties": {"name": {"type": "string"},
                                                   "port": {"type": "integer"}}}}}},
            "status": {"type": "object",
                       "properties": {
                         "replicas": {"type": "integer"}, "selector": {"type": "string"},
                         "conditions": {"type": "array", "items": {
                           "type": "object",
                           "properties": {"type": {"type": "string"},
                                          "status": {"type": "string"}}}}}}}}}}]},
    "status": {"storedVersions": ["v1beta1"]}})");
}

CustomKind kafka_kind() {
  const Value defined = definition();
  return {defined, defined.at("spec").at("versions").at(0)};
}

Value kafka(const std::string& spec) {
  Value object = {{"apiVersion", "platform.example.test/v1beta1"}, {"kind", "Kafka"}};
  object.emplace("metadata", Value{{"name", "kafka"}, {"namespace", "ns"}});
  object.emplace("spec", Value::parse(spec));
  return object;
}

std::vector<std::string> told(const FieldErrors& errors) {
  std::vector<std::string> texts;
  for (const FieldError& error : errors.all()) {
    texts.push_back(error.field + ": " + error.body());
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST(CustomKind, HasADefinitionThatIsValid) {
  FieldErrors errors;
  validate_definition(definition(), nullptr, errors);
  EXPECT_EQ(told(errors), Texts());
}

TEST(CustomKind, TakesItsNamesFromTheDefinition) {
  const CustomKind kind = kafka_kind();
  EXPECT_EQ(kind.bucket(), "kafkas.platform.example.test");
  EXPECT_EQ(kind.resource().api_version(), "platform.example.test/v1beta1");
  EXPECT_TRUE(kind.has_status());
  ASSERT_NE(kind.scale_paths(), nullptr);
  EXPECT_EQ(kind.scale_paths()->spec_replicas, ".spec.replicas");
}

TEST(CustomKind, FillsInDefaults) {
  Value object = kafka(R"({"image": "x"})");
  kafka_kind().set_defaults(object);
  EXPECT_EQ(text_at(object, {"spec", "license"}), "trial");
}

TEST(CustomKind, TellsAllThatIsWrong) {
  FieldErrors errors;
  kafka_kind().validate(kafka(R"({"replicas": 0, "license": "none", "storage": "ten",
                "ports": [{"name": "a"}, {"name": "a"}]})"),
                        errors);
  EXPECT_EQ(told(errors),
            Texts({R"(spec.license: Unsupported value: "none": supported values: "trial", "full")",
                   ("spec.replicas: Invalid value: 0: spec.replicas in body should be greater "
                    "than or equal to 1"),
                   ("spec.storage: Invalid value: \"ten\": spec.storage in body should match "
                    "'^[0-9]+(Gi)?$'"),
                   "spec.image: Required value",
                   R"(spec.ports[1]: Duplicate value: {"name":"a"})"}));
}

TEST(CustomKind, LetsPassWhatWasWrongBefore) {
  const Value old = kafka(R"({"image": "x", "license": "none"})");
  const Value fresh = kafka(R"({"image": "", "license": "none"})");
  FieldErrors errors;
  kafka_kind().validate_update(fresh, old, "", errors);
  EXPECT_EQ(told(errors),
            Texts({"spec.image: Invalid value: \"\": spec.image in body should be at least 1 chars "
                   "long"}));
}

TEST(CustomKind, KeepsTheSpecWhenItsStatusIsWritten) {
  const Value old = kafka(R"({"image": "x"})");
  Value fresh = kafka(R"({"image": "y"})");
  fresh.emplace("status", Value{{"replicas", 3}});
  kafka_kind().prepare_update(fresh, old, "status");
  EXPECT_EQ(text_at(fresh, {"spec", "image"}), "x");
  EXPECT_EQ(number_at(fresh, {"status", "replicas"}), 3);
}

TEST(CustomKind, PrintsItsColumns) {
  Value object = kafka(R"({"image": "x", "replicas": 3})");
  object.emplace("status", Value::parse(R"({"conditions": [{"type": "A", "status": "False"},
                                                          {"type": "Ready", "status": "True"}]})"));
  EXPECT_EQ(kafka_kind().cells(object, WallTime()), std::vector<Value>({"kafka", "True", 3}));
}

TEST(JsonPath, FindsNothingWhereAMemberIsMissing) {
  const Value object = Value::parse(R"({"a": {"b.c": [1, {"d": null}]}})");
  EXPECT_TRUE(find_json_path(object, ".a.x[0]").empty());
  ASSERT_EQ(find_json_path(object, ".a.b\\.c[-1].d").size(), 1U);
  EXPECT_EQ(json_path_text(*find_json_path(object, ".a['b.c'][1].d").front()), "<no value>");
  EXPECT_EQ(find_json_path(object, ".a['b.c'][*]").size(), 2U);
}

TEST(KubeVersions, AreOrderedByStage) {
  EXPECT_GT(compare_versions("v2", "v1"), 0);
  EXPECT_GT(compare_versions("v1", "v2beta1"), 0);
  EXPECT_GT(compare_versions("v1beta1", "v1alpha3"), 0);
  EXPECT_LT(compare_versions("foo", "v1alpha1"), 0);
  EXPECT_EQ(compare_versions("v1", "v1"), 0);
}

}  // namespace
}  // namespace cfkops::sandbox
