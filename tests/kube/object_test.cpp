#include "cfkops/kube/object.hpp"

#include "support/matchers.hpp"

#include <gtest/gtest.h>

namespace cfkops::kube {
namespace {

using test::HasError;
using test::IsOk;

Object parsed(std::string_view text) {
  return Object(*Json::parse(text));
}

TEST(Object, RefusesWhatHasNoName) {
  EXPECT_THAT(Object::parse("[]"), HasError(ErrorCode::Protocol, "metadata.name"));
  EXPECT_NE(Object::parse("[]").error().hint, "");
  EXPECT_THAT(Object::parse(R"({"metadata":{}})"), HasError(ErrorCode::Protocol));
  EXPECT_THAT(Object::parse("{"), HasError(ErrorCode::Protocol));
}

TEST(Object, ReadsKeysWithSlashesAndTildes) {
  const Object object = parsed(
      R"({"metadata":{"name":"a","labels":{"app.kubernetes.io/name":"kafka","a~b/c":"x"},"annotations":{"n":"1"}}})");
  EXPECT_EQ(object.label("app.kubernetes.io/name"), "kafka");
  EXPECT_EQ(object.label("a~b/c"), "x");
  EXPECT_EQ(object.label("missing"), std::nullopt);
  EXPECT_EQ(object.annotation("n"), "1");
}

TEST(Object, NamesItselfForMessages) {
  EXPECT_EQ(
      parsed(R"({"kind":"Pod","metadata":{"name":"kafka-0","namespace":"confluent"}})").text(),
      "pod confluent/kafka-0");
  EXPECT_EQ(parsed(R"({"kind":"Node","metadata":{"name":"n1"}})").text(), "node n1");
}

TEST(Object, KnowsWhetherItIsBeingDeleted) {
  EXPECT_TRUE(parsed(R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}})").deleting());
  EXPECT_FALSE(parsed(R"({"metadata":{}})").deleting());
}

TEST(SelectorText, IsWhatAQueryTakes) {
  const auto selector = Json::parse(R"({"matchLabels":{"app":"kafka"},"matchExpressions":[
      {"key":"tier","operator":"In","values":["a","b"]},
      {"key":"zone","operator":"NotIn","values":["c"]},
      {"key":"owner","operator":"Exists"},
      {"key":"old","operator":"DoesNotExist"}]})");
  ASSERT_THAT(selector, IsOk());
  EXPECT_EQ(selector_text(*selector), "app=kafka,tier in (a,b),zone notin (c),owner,!old");
  EXPECT_EQ(selector_text(Json()), "");
}

TEST(OwnedBy, IsToldByTheUid) {
  const Object pod = parsed(
      R"({"metadata":{"ownerReferences":[{"name":"s","uid":"u1"},{"name":"k","uid":"u2"}]}})");
  EXPECT_TRUE(owned_by(pod, parsed(R"({"metadata":{"uid":"u2"}})")));
  EXPECT_FALSE(owned_by(pod, parsed(R"({"metadata":{"name":"s","uid":"u3"}})")));
}

TEST(Condition, IsEmptyWhereThereIsNone) {
  const Object object =
      parsed(R"({"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"Other"}]}})");
  EXPECT_EQ(condition(object, "Ready"), "False");
  EXPECT_EQ(condition(object, "Other"), "");
  EXPECT_EQ(condition(object, "Missing"), "");
}

TEST(Condition, SaysWhyWhereItIsTrue) {
  const Object object = parsed(
      R"({"status":{"conditions":[{"type":"A","status":"True","message":"full"},
          {"type":"B","status":"False","message":"not so"}]}})");
  EXPECT_EQ(condition_message(object, "A"), "full");
  EXPECT_EQ(condition_message(object, "B"), "");
  EXPECT_EQ(condition_message(object, "C"), "");
}

}  // namespace
}  // namespace cfkops::kube
