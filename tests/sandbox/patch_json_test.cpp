#include "patch.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {
namespace {

Answer<Value> patched(const char* object, const char* patch) {
  return json_patch(Value::parse(object), Value::parse(patch));
}

std::string result(const char* object, const char* patch) {
  const Answer<Value> value = patched(object, patch);
  return value ? value->dump() : value.error().message;
}

TEST(JsonPatch, ChangesListsByIndex) {
  EXPECT_EQ(result(R"({"a":[1,2]})", R"([{"op":"add","path":"/a/1","value":3}])"),
            R"({"a":[1,3,2]})");
  EXPECT_EQ(result(R"({"a":[1,2]})", R"([{"op":"add","path":"/a/-","value":3}])"),
            R"({"a":[1,2,3]})");
  EXPECT_EQ(result(R"({"a":[1,2]})", R"([{"op":"remove","path":"/a/-1"}])"), R"({"a":[1]})");
}

TEST(JsonPatch, MovesAndCopies) {
  EXPECT_EQ(result(R"({"a":1})", R"([{"op":"move","from":"/a","path":"/b"}])"), R"({"b":1})");
  EXPECT_EQ(result(R"({"a":{"b":1}})", R"([{"op":"copy","from":"/a","path":"/a/c"}])"),
            R"({"a":{"b":1,"c":{"b":1}}})");
}

TEST(JsonPatch, ResolvesEscapes) {
  EXPECT_EQ(result(R"({"a/b":{"c~d":1}})", R"([{"op":"remove","path":"/a~1b/c~0d"}])"),
            R"({"a/b":{}})");
}

TEST(JsonPatch, RefusesAllWhereOneFails) {
  const auto failed = patched(R"({"a":1})", R"([{"op":"test","path":"/a","value":2}])");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, 422);
  EXPECT_EQ(failed.error().message,
            "the server rejected our request due to an error in our request");
  EXPECT_FALSE(patched(R"({"a":[1]})", R"([{"op":"replace","path":"/a/1","value":2}])"));
  EXPECT_FALSE(patched(R"({})", R"([{"op":"add","path":"/a/b","value":2}])"));
}

TEST(JsonPatch, RefusesToGrowWithoutBound) {
  Value copies = Value::array();
  for (int i = 0; i < 40; ++i) {
    copies.push_back({{"op", "copy"}, {"from", "/a"}, {"path", "/a/" + std::to_string(i)}});
  }
  EXPECT_FALSE(json_patch({{"a", {{"b", 1}}}}, copies));

  Value deep = Value::object();
  for (int level = 0; level < 300; ++level) {
    deep = {{"a", std::move(deep)}};
  }
  const std::string operation = R"([{"op":"copy","from":"/deep","path":"/deep)";
  std::string below;
  for (int level = 0; level < 300; ++level) {
    below += "/a";
  }
  const Value object = {{"deep", std::move(deep)}};
  EXPECT_TRUE(json_patch(object, Value::parse(operation + R"(/b"}])")));
  EXPECT_FALSE(json_patch(object, Value::parse(operation + below + R"(/b"}])")));
}

TEST(JsonPatch, SaysWhatIsNone) {
  std::vector<std::string> strict;
  const auto object = decode_patch("{}", PatchForm::Json, strict);
  ASSERT_FALSE(object);
  EXPECT_EQ(object.error().message,
            "error decoding patch: json: cannot unmarshal object into Go value of type "
            "[]handlers.jsonPatchOp");
  const auto cut = decode_patch("[", PatchForm::Json, strict);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().message, "error decoding patch: unexpected end of JSON input");
  const auto deep = decode_patch(std::string(501, '['), PatchForm::Json, strict);
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().message, "error decoding patch: invalid character '[' exceeded max depth");
}

TEST(MergePatch, BringsNoNulls) {
  const Value object = {{"a", 1}, {"b", {{"c", 1}}}};
  const Value patch = {{"a", nullptr}, {"b", {{"d", 2}}}, {"e", {{"f", nullptr}}}};
  const Value merged = {{"b", {{"c", 1}, {"d", 2}}}, {"e", Value::object()}};
  EXPECT_EQ(merge_patch(object, patch), merged);
}

}  // namespace
}  // namespace cfkops::sandbox
