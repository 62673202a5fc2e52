#include "field_set.hpp"

#include "managed_fields.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

std::shared_ptr<Schema> scalar(Schema::Type type) {
  auto schema = std::make_shared<Schema>();
  schema->type = type;
  return schema;
}

std::shared_ptr<Schema> object(
    const std::vector<std::pair<std::string, std::shared_ptr<const Schema>>>& fields) {
  auto schema = scalar(Schema::Type::Object);
  for (const auto& [name, field] : fields) {
    schema->fields.emplace(name, field);
  }
  return schema;
}

/// A config map with a list of ports by number and protocol.
std::shared_ptr<const Schema> shape() {
  auto data = scalar(Schema::Type::Map);
  data->items = scalar(Schema::Type::String);
  auto protocol = scalar(Schema::Type::String);
  protocol->default_value = share("TCP");
  auto ports = scalar(Schema::Type::List);
  ports->list_type = Schema::ListType::Map;
  ports->list_keys = {"port", "protocol"};
  ports->items = object({{"port", scalar(Schema::Type::Integer)},
                         {"protocol", protocol},
                         {"name", scalar(Schema::Type::String)}});
  return object({{"apiVersion", scalar(Schema::Type::String)},
                 {"kind", scalar(Schema::Type::String)},
                 {"metadata", object({{"name", scalar(Schema::Type::String)}})},
                 {"data", data},
                 {"ports", ports}});
}

Value config(const Value& more) {
  Value whole = {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", "a"}}}};
  whole.update(more);
  return whole;
}

Manager manager(std::string name) {
  return {std::move(name), "v1", {}, "2026-11-26T07:00:00Z"};
}

std::vector<std::string> paths(const FieldSet& set) {
  std::vector<std::string> found;
  set.each([&](const std::string& path) { found.push_back(path); });
  return found;
}

}  // namespace

TEST(FieldSetTest, WritesWhatItRead) {
  const Value fields = Value::parse(
      R"({"f:data":{".":{},"f:k":{}},"f:ports":{"k:{\"port\":1,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}})");
  EXPECT_EQ(FieldSet::decode(fields).encode(), fields);
}

TEST(FieldSetTest, NamesPathsAsMessagesDo) {
  const FieldSet set = FieldSet::decode(
      Value::parse(R"({"f:a":{"v:\"x\"":{}},"f:c":{"k:{\"name\":\"m\",\"port\":8}":{"f:i":{}}}})"));
  EXPECT_EQ(paths(set), (std::vector<std::string>{".a[=\"x\"]", ".c[name=\"m\",port=8].i"}));
}

TEST(FieldSetTest, LosesParentsThatHoldNothing) {
  const FieldSet all = FieldSet::decode({{"f:a", {{"f:b", Value::object()}}}});
  EXPECT_TRUE(all.without(all).empty());
  EXPECT_EQ(all.without(all).encode(), Value::object());
  EXPECT_EQ(paths(all.united(FieldSet::decode({{"f:c", Value::object()}}))),
            (std::vector<std::string>{".c", ".a.b"}));
}

TEST(ManagedFieldsTest, AnUpdateTakesWhatItChanged) {
  const auto schema = shape();
  const Value first =
      manage_update(schema.get(), {}, config({{"data", {{"k", "1"}}}}), manager("one"));
  Value second = first;
  second["data"]["k"] = "2";
  second = manage_update(schema.get(), first, second, manager("two"));
  const Value& entries = list_at(second, {"metadata", "managedFields"});
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0]["fieldsV1"], Value::parse(R"({"f:data":{}})"));
  EXPECT_EQ(entries[1]["fieldsV1"], Value::parse(R"({"f:data":{"f:k":{}}})"));
}

TEST(ManagedFieldsTest, AMissingKeyMemberCountsAsItsDefault) {
  const auto schema = shape();
  const auto applied = apply_config(
      schema.get(), {}, config({{"ports", Value::array({{{"port", 1}}})}}), manager("one"), false);
  ASSERT_TRUE(applied.has_value());
  EXPECT_EQ(
      (*applied)["metadata"]["managedFields"][0]["fieldsV1"],
      Value::parse(R"({"f:ports":{"k:{\"port\":1,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}})"));
}

TEST(ManagedFieldsTest, ConflictsNameEachManager) {
  const auto schema = shape();
  auto live =
      apply_config(schema.get(), {}, config({{"data", {{"k", "1"}}}}), manager("one"), false);
  ASSERT_TRUE(live.has_value());
  Value updated = *live;
  updated["data"]["l"] = "1";
  updated = manage_update(schema.get(), *live, updated, manager("two"));
  const auto refused = apply_config(
      schema.get(), updated, config({{"data", {{"k", "2"}, {"l", "2"}}}}), manager("three"), false);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message,
            "Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.k\n"
            "conflicts with \"two\" using v1:\n- .data.l");
}

}  // namespace cfkops::sandbox
