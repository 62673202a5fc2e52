#include "cfkops/runbook/value.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace cfkops::runbook {
namespace {

Value from_text(const char* json) {
  return Value::from_json(Json::parse(json).value());
}

TEST(Value, KnowsItsType) {
  EXPECT_EQ(Value().type_name(), "null");
  EXPECT_EQ(Value(true).type_name(), "bool");
  EXPECT_EQ(Value(1).type_name(), "int");
  EXPECT_EQ(Value(std::uint64_t{1}).type_name(), "uint");
  EXPECT_EQ(Value(1.0).type_name(), "double");
  EXPECT_EQ(Value("a").type_name(), "string");
  EXPECT_EQ(Value(Bytes{"a"}).type_name(), "bytes");
  EXPECT_EQ(Value(Duration(1)).type_name(), "duration");
  EXPECT_EQ(Value(WallTime()).type_name(), "timestamp");
  EXPECT_EQ(Value(ValueList{}).type_name(), "list");
  EXPECT_EQ(Value(ValueMap{}).type_name(), "map");
  EXPECT_EQ(Value(Redacted("x")).type_name(), "secret");
}

TEST(Value, ReadsJson) {
  const Value value = from_text(R"({"a": [1, 1.5, "x", null, true], "big": 18446744073709551615})");
  EXPECT_EQ(value.text(), R"({"a":[1,1.5,"x",null,true],"big":18446744073709551615})");
  EXPECT_EQ(*value.member("a"), (Value(ValueList{1, 1.5, "x", Value(), true})));
  EXPECT_EQ(value.member("b"), nullptr);
  EXPECT_EQ(Value(1).member("a"), nullptr);
}

TEST(Value, ReadsDeepJsonAsTextFromSomeDepthOn) {
  const int depth = 300;
  const auto json = Json::parse(std::string(depth, '[') + std::string(depth, ']'));
  ASSERT_TRUE(json) << json.error().text();
  Value value = Value::from_json(*json);
  int lists = 0;
  while (value.list() != nullptr && !value.list()->empty()) {
    value = Value(value.list()->front());
    ++lists;
  }
  EXPECT_EQ(lists, 201);
  EXPECT_EQ(value.text(), std::string(99, '[') + std::string(99, ']'));
}

TEST(Value, HasAText) {
  EXPECT_EQ(Value("a b").text(), "a b");
  EXPECT_EQ(Value(Duration(std::chrono::seconds(90))).text(), "1m30s");
  EXPECT_EQ(Value(base::parse_rfc3339("2026-11-23T07:25:01Z").value()).text(),
            "2026-11-23T07:25:01.000000Z");
  EXPECT_EQ(Value(Bytes{"hi"}).text(), "aGk=");
  EXPECT_EQ(Value(2.0).text(), "2");
  EXPECT_EQ(Value(-0.0).text(), "-0");
  EXPECT_EQ(Value(std::numeric_limits<double>::quiet_NaN()).text(), "NaN");
  EXPECT_EQ(Value(ValueList{Value(-std::numeric_limits<double>::infinity())}).text(),
            R"(["-Infinity"])");
  EXPECT_EQ(Value().text(), "null");
}

TEST(Value, NeverTellsASecret) {
  const Value secret(Redacted("hunter2"));
  const Value nested(ValueMap{{"a", ValueList{secret}}});
  EXPECT_EQ(secret.text(), "***");
  EXPECT_EQ(nested.text(), R"({"a":["***"]})");
  EXPECT_EQ(nested.to_json().dump().find("hunter2"), std::string::npos);
  EXPECT_TRUE(nested.tainted());
  EXPECT_FALSE(nested.is_secret());
  EXPECT_FALSE(Value(ValueList{1, "a"}).tainted());
}

TEST(Value, KnowsItsWeightWithoutWalking) {
  EXPECT_EQ(Value().weight(), 1U);
  EXPECT_EQ(Value(std::string(160, 'x')).weight(), 11U);
  EXPECT_EQ(Value(Bytes{std::string(32, 'x')}).weight(), 3U);
  EXPECT_EQ(Value(ValueList{1, ValueList{2, 3}}).weight(), 5U);
  EXPECT_EQ(Value(ValueMap{{"a", 1}, {std::string(16, 'k'), Value()}}).weight(), 4U);
  Value doubled(Redacted("x"));
  for (int i = 0; i < 100; ++i) {
    doubled = Value(ValueList{doubled, doubled});
  }
  EXPECT_TRUE(doubled.tainted());
  EXPECT_EQ(doubled.weight(), std::numeric_limits<std::uint32_t>::max());
}

TEST(Value, ComparesNumbersAcrossTypes) {
  EXPECT_EQ(Value(1), Value(1.0));
  EXPECT_EQ(Value(1), Value(std::uint64_t{1}));
  EXPECT_NE(Value(1), Value("1"));
  EXPECT_EQ(Value(std::int64_t{9007199254740993}), Value(9007199254740992.0)) << "as doubles";
  EXPECT_NE(Value(std::numeric_limits<double>::quiet_NaN()),
            Value(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_EQ(Value(ValueMap{{"a", 1}}), Value(ValueMap{{"a", 1.0}}));
  EXPECT_EQ(Value(Redacted("x")), Value(Redacted("x")));
}

}  // namespace
}  // namespace cfkops::runbook
