#include "selector.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::sandbox {
namespace {

std::string label_error(std::string_view text) {
  const auto selector = LabelSelector::parse(text);
  return selector ? "" : selector.error().message;
}

bool selects(std::string_view text, const Value& labels) {
  const auto selector = LabelSelector::parse(text);
  return selector && selector->matches(labels);
}

TEST(LabelSelector, ComparesAsTheQuerySays) {
  const Value labels = {{"app", "kafka"}, {"n", "5"}, {"none", ""}};
  EXPECT_TRUE(selects("", labels));
  EXPECT_TRUE(selects("app=kafka, n", labels));
  EXPECT_TRUE(selects("app in (kafka,other),!old", labels));
  EXPECT_TRUE(selects("old!=x,old notin (x)", labels));
  EXPECT_TRUE(selects("n>4,n<6", labels));
  EXPECT_TRUE(selects("none=", labels));
  EXPECT_TRUE(selects("none in ()", labels));
  EXPECT_FALSE(selects("app!=kafka", labels));
  EXPECT_FALSE(selects("app>3", labels));
  EXPECT_FALSE(selects("in", labels));
}

TEST(LabelSelector, SaysWhatCannotBeRead) {
  EXPECT_EQ(label_error("a=b=c"), "found '=', expected: ',' or 'end of string'");
  EXPECT_EQ(label_error("app in kafka"),
            "unable to parse requirement: found 'kafka' expected: '('");
  EXPECT_EQ(label_error("a b"),
            "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt");
  EXPECT_EQ(label_error("=x"), "found '=', expected: !, identifier, or 'end of string'");
  EXPECT_EQ(label_error("a,"), "found '', expected: identifier after ','");
  EXPECT_EQ(label_error("a in (b"), "unable to parse requirement: found '', expected: ',' or ')'");
  EXPECT_TRUE(label_error("-bad-=x").starts_with(
      "unable to parse requirement: <nil>: Invalid value: \"-bad-\": name part must consist of"));
  EXPECT_TRUE(label_error("a=-").starts_with(
      "unable to parse requirement: values[0][a]: Invalid value: \"-\": a valid label must be"));
}

TEST(LabelSelector, OfAnObject) {
  const Value selector = Value::parse(R"({
    "matchLabels": {"app": "kafka"},
    "matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["x"]},
                         {"key": "id", "operator": "Exists"}]})");
  EXPECT_TRUE(LabelSelector::of(&selector).matches({{"app", "kafka"}, {"id", "0"}}));
  EXPECT_FALSE(LabelSelector::of(&selector).matches({{"app", "kafka"}}));
  const Value all = Value::object();
  EXPECT_TRUE(LabelSelector::of(&all).matches(Value()));
  EXPECT_FALSE(LabelSelector::of(nullptr).matches({{"app", "kafka"}}));
  EXPECT_FALSE(LabelSelector::of(nullptr).empty());
}

TEST(FieldSelector, ComparesFields) {
  const auto selector = FieldSelector::parse("metadata.name==a,spec.nodeName!=x\\,y,status.podIP=");
  ASSERT_TRUE(selector.has_value());
  EXPECT_TRUE(selector->matches({{"metadata.name", "a"}, {"spec.nodeName", "z"}}));
  EXPECT_FALSE(selector->matches({{"metadata.name", "a"}, {"spec.nodeName", "x,y"}}));
  EXPECT_FALSE(selector->matches({{"metadata.name", "b"}}));
}

TEST(FieldSelector, SaysWhatCannotBeRead) {
  EXPECT_EQ(FieldSelector::parse("spec.nodeName").error().message,
            "invalid selector: 'spec.nodeName'; can't understand 'spec.nodeName'");
  EXPECT_EQ(FieldSelector::parse("a=b=c").error().message,
            "invalid field selector: unescaped character in value: 61");
  EXPECT_EQ(FieldSelector::parse("a=\\b").error().message,
            "invalid field selector: invalid escape sequence: \\b");
}

}  // namespace
}  // namespace cfkops::sandbox
