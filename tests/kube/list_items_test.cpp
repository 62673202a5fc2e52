#include "list_items.hpp"

#include "list_page.hpp"

#include "cfkops/kube/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::kube {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SplitListTest, FindsTheItemsAndLeavesTheRest) {
  const auto list = split_list(
      R"({"kind":"PodList","items":[{"a":"]},{"},{"b":[1,{}]}],"metadata":{"continue":"x"}})");
  ASSERT_TRUE(list);
  EXPECT_THAT(list->items, ElementsAre(R"({"a":"]},{"})", R"({"b":[1,{}]})"));
  EXPECT_EQ(list->rest, R"({"kind":"PodList","items":[],"metadata":{"continue":"x"}})");
}

TEST(SplitListTest, EscapesInItemsDoNotEndTheirStrings) {
  const auto list = split_list(R"({"items":[{"a":"\"}]\\"} , {}]})");
  ASSERT_TRUE(list);
  EXPECT_THAT(list->items, ElementsAre(R"({"a":"\"}]\\"} )", "{}"));
}

TEST(SplitListTest, EmptyOne) {
  const auto list = split_list(" { \"items\" : [ ] } ");
  ASSERT_TRUE(list);
  EXPECT_THAT(list->items, IsEmpty());
}

TEST(SplitListTest, WhatIsNotCertainIsNotSplit) {
  for (const char* body : {"",
                           "[]",
                           "{}",
                           R"({"items":null})",
                           R"({"items":[1]})",
                           R"({"items":[{}]} x)",
                           R"({"items":[{}}})",
                           R"({"items":[{},]})",
                           R"({"items":[{"a":"b]})",
                           R"({"items":[],"items":[{}]})",
                           R"({"\u0069tems":[{}],"items":[]})"}) {
    EXPECT_FALSE(split_list(body).has_value() && !split_list(body)->items.empty()) << body;
  }
  EXPECT_FALSE(split_list(R"({"items":[],"items":[]})"));
}

const Resource& pods() {
  return resources::pods();
}

TEST(KnownItemsTest, APageReadAgainIsTheSame) {
  const std::string body =
      R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"t"},)"
      R"("items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"},"kind":"Other"}]})";
  KnownItems known;
  const auto plain = parse_list_page(body, pods());
  ASSERT_TRUE(plain);
  for (int round = 0; round < 3; ++round) {
    const auto page = parse_list_page(body, pods(), &known);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->resource_version, "7");
    EXPECT_EQ(page->next, "t");
    ASSERT_EQ(page->items.size(), 2U);
    EXPECT_EQ(page->items[0].json(), plain->items[0].json());
    EXPECT_EQ(page->items[0].kind(), "Pod");
    EXPECT_EQ(page->items[1].json(), plain->items[1].json());
    EXPECT_EQ(page->items[1].kind(), "Other");
  }
}

TEST(KnownItemsTest, TheSameTextOfAnotherKindIsAnotherObject) {
  const std::string body = R"({"items":[{"metadata":{"name":"a"}}]})";
  KnownItems known;
  ASSERT_TRUE(parse_list_page(body, pods(), &known));
  const auto page = parse_list_page(body, resources::services(), &known);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->items.front().kind(), "Service");
}

TEST(KnownItemsTest, AMalformedPageIsRefusedInTheSameWords) {
  KnownItems known;
  for (const char* body : {R"({"items":[{"a":tru}]})",
                           R"({"items":[{} {}]})",
                           R"({"items":[{}],"metadata":{]})",
                           R"({"items":[7]})",
                           R"({"items":{}})",
                           R"({"kind":"Status"})",
                           "{"}) {
    const auto plain = parse_list_page(body, pods());
    const auto page = parse_list_page(body, pods(), &known);
    ASSERT_FALSE(plain) << body;
    ASSERT_FALSE(page) << body;
    EXPECT_EQ(page.error().message, plain.error().message);
  }
}

TEST(EachItemTest, VisitsThemInOrderAndTellsTheNextPage) {
  std::vector<std::string> names;
  const auto visit = [&](const Json& item) {
    names.push_back(item.string_or("/metadata/name", ""));
  };
  const auto next = each_item(
      R"({"metadata": {"continue": "t"}, "items": [{"metadata": {"name": "a"}},
          {"metadata": {"name": "b"}}]})",
      visit);
  ASSERT_TRUE(next);
  EXPECT_EQ(*next, "t");
  EXPECT_THAT(names, ElementsAre("a", "b"));
  EXPECT_FALSE(each_item("{}", visit));
  EXPECT_FALSE(each_item(R"({"items": [{"a":}]})", visit));
}

}  // namespace
}  // namespace cfkops::kube
