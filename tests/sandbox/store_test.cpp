#include "store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cfkops::sandbox {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoreTest : public testing::Test {
 protected:
  static Key key(const std::string& name, const std::string& ns = "a") {
    return {"pods", ns, name};
  }

  Shared put(const std::string& name, const std::string& value, const std::string& ns = "a") {
    return store.put(key(name, ns),
                     {{"metadata", {{"name", name}, {"namespace", ns}}}, {"value", value}});
  }

  /// "a/x=1" for each.
  static std::vector<std::string> lines(const std::vector<Shared>& objects) {
    std::vector<std::string> lines;
    lines.reserve(objects.size());
    for (const Shared& object : objects) {
      lines.push_back(namespace_of(*object) + "/" + name_of(*object) + "=" +
                      text_at(*object, {"value"}));
    }
    return lines;
  }

  Store store;
};

TEST_F(StoreTest, EveryChangeHasARevisionOfItsOwn) {
  const Shared first = put("x", "1");
  const Shared second = store.put({"nodes", "", "n"}, Value::object());
  EXPECT_EQ(text_at(*first, {"metadata", "resourceVersion"}), "2");
  EXPECT_EQ(text_at(*second, {"metadata", "resourceVersion"}), "3");
  const Shared last = store.remove(key("x"));
  ASSERT_NE(last, nullptr);
  EXPECT_EQ(text_at(*last, {"metadata", "resourceVersion"}), "4");
  EXPECT_EQ(store.get(key("x")), nullptr);
  EXPECT_EQ(store.remove(key("x")), nullptr);
  EXPECT_EQ(store.revision(), 4U);
}

TEST_F(StoreTest, ListsByNamespaceAndName) {
  put("y", "1", "b");
  put("z", "2", "a");
  put("x", "3", "b");
  put("x", "4", "ab");
  EXPECT_THAT(lines(store.list("pods")), ElementsAre("a/z=2", "ab/x=4", "b/x=3", "b/y=1"));
  EXPECT_THAT(lines(store.list("pods", "b")), ElementsAre("b/x=3", "b/y=1"));
  EXPECT_THAT(lines(store.list("pods", "a")), ElementsAre("a/z=2"));
  EXPECT_THAT(lines(store.list("nodes")), IsEmpty());
}

TEST_F(StoreTest, ShowsThePast) {
  put("x", "1");
  put("y", "1");
  const std::uint64_t then = store.revision();
  put("x", "2");
  put("x", "3");
  store.remove(key("y"));
  put("z", "1");
  const auto past = store.list_at("pods", "a", then);
  ASSERT_TRUE(past.has_value());
  EXPECT_THAT(lines(*past), ElementsAre("a/x=1", "a/y=1"));
  EXPECT_FALSE(store.list_at("pods", "a", store.revision() + 1).has_value());
}

TEST_F(StoreTest, TellsWhatHappenedSince) {
  put("x", "1");
  const std::uint64_t then = store.revision();
  put("x", "2");
  store.remove(key("x"));
  const auto changes = store.since(then);
  ASSERT_TRUE(changes.has_value());
  ASSERT_EQ(changes->size(), 2U);
  EXPECT_EQ(changes->at(0).type, Change::Type::Modified);
  EXPECT_EQ(text_at(*changes->at(0).before, {"value"}), "1");
  EXPECT_EQ(changes->at(1).type, Change::Type::Deleted);
  EXPECT_EQ(text_at(*changes->at(1).object, {"value"}), "2");
}

TEST_F(StoreTest, WhatIsCompactedIsForgotten) {
  put("x", "1");
  put("x", "2");
  store.compact(store.revision());
  EXPECT_FALSE(store.since(store.revision() - 1).has_value());
  EXPECT_FALSE(store.list_at("pods", "", 1).has_value());
  const auto now = store.since(store.revision());
  ASSERT_TRUE(now.has_value());
  EXPECT_THAT(*now, IsEmpty());
}

TEST_F(StoreTest, ListenersHearInOrder) {
  std::vector<std::string> heard;
  store.listen([&](const Change& change) { heard.push_back("one " + change.key.name); });
  store.listen([&](const Change& change) { heard.push_back("two " + change.key.name); });
  put("x", "1");
  EXPECT_THAT(heard, ElementsAre("one x", "two x"));
}

TEST(SharedValue, TellsItsTextWholeAndAsAnItem) {
  const Shared object = share({{"kind", "Pod"}, {"apiVersion", "v1"}, {"data", "\xff"}});
  for (int i = 0; i < 2; ++i) {
    std::string text = "-";
    append_json(text, object);
    EXPECT_EQ(text,
              R"(-{"apiVersion":"v1","data":")"
              "\xEF\xBF\xBD"
              R"(","kind":"Pod"})");
    append_item_json(text = "", object);
    EXPECT_EQ(text,
              R"({"data":")"
              "\xEF\xBF\xBD"
              R"("})");
  }
}

}  // namespace
}  // namespace cfkops::sandbox
