#include "cfkops/runbook/type.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace cfkops::runbook {
namespace {

using ::testing::HasSubstr;

Type type_of(const char* text) {
  return Type::parse(text).value_or(Type());
}

/// What a person wrote, as a value of that type, or the error's text.
std::string converted(const Value& written, const char* type) {
  const auto value = convert(written, type_of(type));
  return value ? std::string(value->type_name()) + " " + value->text()
               : "error: " + value.error().text();
}

TEST(Type, ReadsWhatItWrites) {
  for (const char* text : {"any",
                           "null",
                           "bool",
                           "int",
                           "uint",
                           "double",
                           "string",
                           "bytes",
                           "duration",
                           "timestamp",
                           "quantity",
                           "secret",
                           "object",
                           "enum",
                           "enum<a|b>",
                           "list<int>",
                           "list<list<string>>",
                           "map<duration>",
                           "ref<Kafka>",
                           "ref<Kafka|StatefulSet>",
                           "list<ref<Node>>"}) {
    const auto type = Type::parse(text);
    ASSERT_TRUE(type) << text;
    EXPECT_EQ(type->text(), text);
  }
  EXPECT_EQ(type_of(" list< enum< a | b > > ").text(), "list<enum<a|b>>");
}

TEST(Type, RefusesWhatIsNone) {
  EXPECT_THAT(Type::parse("strin").error().message, HasSubstr("did you mean 'string'"));
  for (const char* text : {"",
                           "list",
                           "map",
                           "ref",
                           "list<",
                           "list<int",
                           "list<>",
                           "int<a>",
                           "enum<>",
                           "enum<a|>",
                           "enum<a|a>",
                           "<int>",
                           "list<int>>",
                           "list<list<list<list<list<list<list<list<list<list<int>>>>>>>>>>"}) {
    EXPECT_FALSE(Type::parse(text)) << text;
  }
}

TEST(Convert, TakesWhatPeopleWrite) {
  EXPECT_EQ(converted("true", "bool"), "bool true");
  EXPECT_EQ(converted("-12", "int"), "int -12");
  EXPECT_EQ(converted(12, "double"), "double 12");
  EXPECT_EQ(converted("0.5", "double"), "double 0.5");
  EXPECT_EQ(converted(7, "uint"), "uint 7");
  const Value huge = Value::from_json(Json::parse("18446744073709551615").value());
  EXPECT_EQ(converted(huge, "uint"), "uint 18446744073709551615");
  EXPECT_EQ(converted(huge, "double"), "double 1.8446744073709552e+19");
  EXPECT_EQ(converted(huge, "quantity"), "quantity 18446744073709551615");
  EXPECT_EQ(converted("90s", "duration"), "duration 1m30s");
  EXPECT_EQ(converted("2026-11-23T08:25:01+01:00", "timestamp"),
            "timestamp 2026-11-23T07:25:01.000000Z");
  EXPECT_EQ(converted("all", "enum<brokers|all>"), "string all");
  EXPECT_EQ(converted("a, b", "list<string>"), R"(list ["a","b"])");
  EXPECT_EQ(converted("", "list<string>"), "list []");
  EXPECT_EQ(converted("[1, 2]", "list<int>"), "list [1,2]");
  EXPECT_EQ(converted("1,2", "list<int>"), "list [1,2]");
  EXPECT_EQ(converted("a=1,b=x=y", "map<string>"), R"(map {"a":"1","b":"x=y"})");
  EXPECT_EQ(converted(R"({"a": 1})", "map<int>"), R"(map {"a":1})");
  EXPECT_EQ(converted("confluent/kafka", "ref<Kafka>"), "string confluent/kafka");
  EXPECT_EQ(converted("hunter2", "secret"), "secret ***");
  EXPECT_EQ(converted("aGk=", "bytes"), "bytes aGk=");
  EXPECT_EQ(converted(ValueList{1, "a"}, "any"), R"(list [1,"a"])");
}

TEST(Convert, ReadsQuantities) {
  for (const char* text : {"1",
                           "0.5",
                           ".5",
                           "5.",
                           "-1",
                           "+1",
                           "500m",
                           "10Gi",
                           "1.5Ti",
                           "100k",
                           "1e3",
                           "1E-3",
                           "12E"}) {
    EXPECT_EQ(converted(text, "quantity"), std::string("quantity ") + text);
  }
  for (const char* text : {"", ".", "Gi", "10 Gi", "10GB", "1e", "1e+", "1,5", "ten"}) {
    EXPECT_THAT(converted(text, "quantity"), HasSubstr("expected quantity")) << text;
  }
  EXPECT_EQ(converted(2, "quantity"), "quantity 2");
}

TEST(Convert, SaysWhatWasExpected) {
  EXPECT_EQ(converted("yes", "bool"), "error: expected bool, got 'yes'");
  EXPECT_EQ(converted("1.5", "int"), "error: expected int, got '1.5'");
  EXPECT_EQ(converted("99999999999999999999", "int"),
            "error: expected int, got '99999999999999999999'");
  EXPECT_EQ(converted(std::numeric_limits<std::uint64_t>::max(), "int"),
            "error: expected int, got 18446744073709551615");
  EXPECT_EQ(converted(-1, "uint"), "error: expected uint, got -1");
  EXPECT_EQ(converted("inf", "double"), "error: expected double, got 'inf'");
  EXPECT_EQ(converted(7, "string"), "error: expected string, got 7");
  EXPECT_EQ(converted(20, "duration"), "error: expected duration, got 20");
  EXPECT_EQ(converted("broker", "enum<brokers|all>"),
            "error: expected brokers or all, got 'broker'; did you mean 'brokers'?");
  EXPECT_EQ(converted("1,x", "list<int>"), "error: element 2 › expected int, got 'x'");
  EXPECT_EQ(converted("a", "map<int>"), "error: expected map<int>, got 'a'");
  EXPECT_EQ(converted("a=x", "map<int>"), "error: key 'a' › expected int, got 'x'");
  EXPECT_EQ(converted("a b", "ref<Kafka>"), "error: expected ref<Kafka>, got 'a b'");
  EXPECT_EQ(converted(std::string(500, 'x'), "int").size(),
            std::string("error: expected int, got ''…").size() + 60);
  std::string wide;
  for (int i = 0; i < 100; ++i) {
    wide += "ü日";
  }
  EXPECT_EQ(converted(wide, "int"), "error: expected int, got '" + wide.substr(0, 60) + "…'");
  EXPECT_EQ(converted("a" + wide, "int"), "error: expected int, got 'a" + wide.substr(0, 57) + "…'")
      << "a character is not cut in two";
  EXPECT_THAT(converted("[1,", "list<int>"), HasSubstr("error: "));
  EXPECT_EQ(converted(Value(), "string"), "error: expected string, got null");
}

TEST(Convert, NeverRepeatsASecret) {
  EXPECT_EQ(converted(Redacted("hunter2"), "string"), "error: expected string, got a secret");
  EXPECT_EQ(converted(ValueList{"hunter2"}, "secret"),
            "error: expected secret as text, got a list");
  EXPECT_EQ(converted(Redacted("hunter2"), "list<int>"), "error: expected list<int>, got a secret");
}

TEST(Convert, HoldsObjectsToTheirFields) {
  Type optional = Type::of(Type::Kind::Int);
  optional.maybe_missing = true;
  const Type type =
      Type::object({{"name", Type::of(Type::Kind::String), {}}, {"count", optional, {}}});
  EXPECT_TRUE(convert(ValueMap{{"name", "a"}}, type));
  EXPECT_THAT(convert(ValueMap{}, type).error().message, HasSubstr("'name' is missing"));
  EXPECT_THAT(convert(ValueMap{{"name", "a"}, {"cuont", 1}}, type).error().message,
              HasSubstr("did you mean 'count'"));
  EXPECT_FALSE(convert("a", type));
}

}  // namespace
}  // namespace cfkops::runbook
