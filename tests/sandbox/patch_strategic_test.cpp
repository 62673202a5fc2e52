#include "patch.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::sandbox {
namespace {

std::string result(const char* object, const char* patch) {
  const Schema* pod = builtin_schema("v1", "Pod");
  const Answer<Value> value = strategic_patch(*pod, Value::parse(object), Value::parse(patch));
  return value ? value->dump() : value.error().message;
}

TEST(StrategicPatch, MergesByKeyAndPutsThePatchFirst) {
  EXPECT_EQ(result(R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]}})",
                   R"({"spec":{"containers":[{"name":"a","image":"x"},{"name":"c"}]}})"),
            R"({"spec":{"containers":[{"image":"x","name":"a"},{"name":"c"},{"name":"b"}]}})");
}

TEST(StrategicPatch, FollowsDirectives) {
  EXPECT_EQ(result(R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]}})",
                   R"({"spec":{"containers":[{"name":"a","$patch":"delete"}]}})"),
            R"({"spec":{"containers":[{"name":"b"}]}})");
  EXPECT_EQ(result(R"({"spec":{"containers":[{"name":"a"}]}})",
                   R"({"spec":{"containers":[{"$patch":"replace"},{"name":"z"}]}})"),
            R"({"spec":{"containers":[{"name":"z"}]}})");
  EXPECT_EQ(result(R"({"metadata":{"labels":{"a":"1"}}})",
                   R"({"metadata":{"labels":{"$patch":"replace","b":"2"}}})"),
            R"({"metadata":{"labels":{"b":"2"}}})");
  EXPECT_EQ(result(R"({"spec":{"volumes":[{"name":"v","emptyDir":{}}]}})",
                   R"({"spec":{"volumes":[{"name":"v","$retainKeys":["name"]}]}})"),
            R"({"spec":{"volumes":[{"name":"v"}]}})");
}

TEST(StrategicPatch, TreatsListsOfScalarsAsSets) {
  EXPECT_EQ(result(R"({"metadata":{"finalizers":["a","b"]}})",
                   R"({"metadata":{"finalizers":["b","c"]}})"),
            R"({"metadata":{"finalizers":["a","b","c"]}})");
  EXPECT_EQ(result(R"({"metadata":{"finalizers":["a","b"]}})",
                   R"({"metadata":{"$setElementOrder/finalizers":["b","a"]}})"),
            R"({"metadata":{"finalizers":["b","a"]}})");
  EXPECT_EQ(result(R"({"metadata":{"finalizers":["a","b"]}})",
                   R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}})"),
            R"({"metadata":{"finalizers":["b"]}})");
}

TEST(StrategicPatch, SaysWhatIsWrong) {
  EXPECT_EQ(result(R"({"spec":{"containers":[{"name":"a"}]}})",
                   R"({"spec":{"containers":[{"image":"x"}]}})"),
            "map: map[image:x] does not contain declared merge key: name");
}

}  // namespace
}  // namespace cfkops::sandbox
