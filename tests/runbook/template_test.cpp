#include "expression_names.hpp"

#include "cfkops/runbook/expression.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::runbook {
namespace {

using ::testing::HasSubstr;

Template parsed(const char* text) {
  auto result = Template::parse(text, {"x.yaml", 5, 10});
  EXPECT_TRUE(result) << text;
  return result ? *result : Template();
}

std::string written(const char* text) {
  const auto value = parsed(text).evaluate(test_bindings());
  return value ? std::string(value->type_name()) + " " + value->text()
               : "error: " + value.error().message;
}

TEST(Template, WritesValuesIntoText) {
  EXPECT_EQ(written(""), "string ");
  EXPECT_EQ(written("plain"), "string plain");
  EXPECT_EQ(written("${i} of ${i + 1}"), "string 7 of 8");
  EXPECT_EQ(written("after ${wait}: ${words}"), R"(string after 30s: ["a","b"])");
  EXPECT_EQ(written("$${i} costs $5 and $$"), "string ${i} costs $5 and $$");
  EXPECT_EQ(written("${'}'} and ${{'a': 1}.a}"), "string } and 1");
}

TEST(Template, KeepsTheTypeOfASingleExpression) {
  EXPECT_EQ(written("${ints}"), "list [1,2,3]");
  EXPECT_EQ(written("${ wait }"), "duration 30s");
  EXPECT_EQ(written("${password}"), "secret ***");
  EXPECT_EQ(parsed("${wait}").check(test_scope())->text(), "duration");
  EXPECT_EQ(parsed("${wait}!").check(test_scope())->text(), "string");
  EXPECT_TRUE(parsed("no ex$pre{ssion}").constant());
}

TEST(Template, PassesOnWhatMayBeMissing) {
  EXPECT_EQ(written("${steps.later.count}"), "null null");
  EXPECT_TRUE(parsed("${steps.later.count}").check(test_scope())->maybe_missing);
  EXPECT_THAT(parsed("x${steps.later.count}").check(test_scope()).error().message,
              HasSubstr("may be missing"));
  EXPECT_THAT(written("x${steps.later.count}"), HasSubstr("no such key"));
  EXPECT_THAT(written("${steps.never.count}"), HasSubstr("no such key: 'never'"));
  EXPECT_THAT(written("${nope}"), HasSubstr("unknown name"));
}

TEST(Template, KeepsSecretsOutOfText) {
  EXPECT_THAT(written("x${password}"), HasSubstr("secret may not stand inside text"));
  EXPECT_THAT(written("x${[password]}"), HasSubstr("secret may not stand inside text"));
  EXPECT_THAT(parsed("x${password}").check(test_scope()).error().message, HasSubstr("inside text"));
}

TEST(Template, KeepsOptionalsOutOfText) {
  EXPECT_THAT(parsed("x${counts.?a}").check(test_scope()).error().message,
              HasSubstr("optional may not stand inside text"));
  EXPECT_EQ(written("x${counts.?a.orValue(0)} ${counts.?z.orValue(9)}"), "string x1 9");
  EXPECT_EQ(parsed("${counts.?a}").check(test_scope())->text(), "optional<int>");
}

TEST(Template, PointsAtTheOffendingCharacter) {
  EXPECT_EQ(Template::parse("é ${1 +}", {"x.yaml", 5, 10}).error().pos,
            (SourcePos{"x.yaml", 5, 17}));
  EXPECT_EQ(Template::parse("a\nb ${x", {"x.yaml", 5, 10}).error().pos,
            (SourcePos{"x.yaml", 6, 3}));
  EXPECT_FALSE(Template::parse("${}", {}));
  EXPECT_FALSE(Template::parse("${'}", {}));
  EXPECT_FALSE(Template::parse("${ ${i} }", {}));
}

}  // namespace
}  // namespace cfkops::runbook
