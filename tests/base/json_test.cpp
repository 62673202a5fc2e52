#include "cfkops/base/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <random>
#include <string_view>

namespace cfkops::base {
namespace {

using ::testing::HasSubstr;

Json parsed(std::string_view text) {
  return Json::parse(text).value();
}

TEST(Json, FollowsPointers) {
  const Json json = parsed(R"({"a": {"b/c": [10, {"~x": "y", "": 1}]}, "": 5})");
  EXPECT_EQ(json.int_at("/a/b~1c/0").value(), 10);
  EXPECT_EQ(json.string_at("/a/b~1c/1/~0x").value(), "y");
  EXPECT_EQ(json.int_at("/a/b~1c/1/").value(), 1);
  EXPECT_EQ(json.int_at("/").value(), 5);
  EXPECT_EQ(json.at("").value(), json);
  for (const char* pointer : {"/a/b~1c/2",
                              "/a/b~1c/-",
                              "/a/b~1c/00",
                              "/a/b~1c/+1",
                              "/a/b~1c/99999999999999999999",
                              "/a/b~1c/0/x",
                              "/b"}) {
    EXPECT_EQ(json.at(pointer).error().code, ErrorCode::NotFound) << pointer;
    EXPECT_FALSE(json.has(pointer)) << pointer;
    EXPECT_TRUE(json.get(pointer).is_null()) << pointer;
  }
}

TEST(Json, AMalformedPointerIsTheCallersMistake) {
  const Json json = parsed(R"({"a": 1})");
  for (const char* pointer : {"a", "/a~", "/a~2"}) {
    EXPECT_EQ(json.at(pointer).error().code, ErrorCode::InvalidInput) << pointer;
  }
}

TEST(Json, ErrorsNameTheFullPath) {
  const Json json = parsed(R"({"status": {"readyReplicas": "3", "phase": null}})");
  const Json status = json.at("/status").value();
  EXPECT_EQ(status.path(), "/status");
  const auto mismatch = status.number_at("/readyReplicas");
  EXPECT_EQ(mismatch.error().code, ErrorCode::Protocol);
  EXPECT_EQ(mismatch.error().message, "/status/readyReplicas: expected number, got string");
  EXPECT_EQ(status.string_at("/phase").error().message, "/status/phase: missing");
  EXPECT_EQ(json.string_at("").error().message, "the document: expected string, got object");
  EXPECT_EQ(json.get("/status/none").path(), "/status/none");
}

TEST(Json, EveryAccessorTellsMissingFromMismatch) {
  const Json json = parsed(R"({"s": "x", "i": 1, "b": true, "o": {}, "n": null})");
  for (const char* pointer : {"/none", "/n"}) {
    EXPECT_EQ(json.string_at(pointer).error().code, ErrorCode::NotFound);
    EXPECT_EQ(json.int_at(pointer).error().code, ErrorCode::NotFound);
    EXPECT_EQ(json.number_at(pointer).error().code, ErrorCode::NotFound);
    EXPECT_EQ(json.bool_at(pointer).error().code, ErrorCode::NotFound);
    EXPECT_EQ(json.at(pointer).error().code, ErrorCode::NotFound);
    EXPECT_FALSE(json.has(pointer));
  }
  EXPECT_EQ(json.string_at("/i").error().message, "/i: expected string, got number");
  EXPECT_EQ(json.int_at("/s").error().message, "/s: expected integer, got string");
  EXPECT_EQ(json.number_at("/b").error().message, "/b: expected number, got boolean");
  EXPECT_EQ(json.bool_at("/o").error().message, "/o: expected boolean, got object");
}

TEST(Json, FallbacksStandInForMissingAndMismatch) {
  const Json json = parsed(R"({"s": "x", "i": 1, "b": true})");
  EXPECT_EQ(json.string_or("/s", "f"), "x");
  EXPECT_EQ(json.string_or("/i", "f"), "f");
  EXPECT_EQ(json.int_or("/i", 7), 1);
  EXPECT_EQ(json.int_or("/s", 7), 7);
  EXPECT_TRUE(json.bool_or("/b", false));
  EXPECT_TRUE(json.bool_or("/none", true));
}

TEST(Json, IntegersAreExactOrAnError) {
  const Json json = parsed(
      R"([9223372036854775807, -9223372036854775808, 9223372036854775808, 1e300, 3.0, 3.5, 1e3])");
  EXPECT_EQ(json.int_at("/0").value(), INT64_MAX);
  EXPECT_EQ(json.int_at("/1").value(), INT64_MIN);
  EXPECT_EQ(json.int_at("/2").error().message, "/2: expected integer, got number beyond 64 bits");
  EXPECT_FALSE(json.int_at("/3"));
  EXPECT_EQ(json.int_at("/4").value(), 3);
  EXPECT_EQ(json.int_at("/5").error().message,
            "/5: expected integer, got number with a fraction or exponent");
  EXPECT_EQ(json.int_at("/6").value(), 1000);
  EXPECT_DOUBLE_EQ(json.number_at("/5").value(), 3.5);
  EXPECT_DOUBLE_EQ(json.number_at("/2").value(), 9223372036854775808.0);
}

TEST(Json, ItemsAndMembersKnowTheirPaths) {
  const Json json = parsed(R"({"b": [1, 2], "a/x": 3})");
  const auto items = json.items("/b");
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[1].path(), "/b/1");
  EXPECT_EQ(items[1].int_at("").value(), 2);
  const auto members = json.members();
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].first, "a/x");
  EXPECT_EQ(members[0].second.path(), "/a~1x");
  EXPECT_TRUE(json.items("/a~1x").empty());
  EXPECT_TRUE(json.members("/b").empty());
  EXPECT_TRUE(json.items("/none").empty());
}

TEST(Json, StringsAreThoseOfAnArray) {
  const Json json = parsed(R"({"a": ["x", 1, "y"], "b": "x"})");
  EXPECT_EQ(json.strings("/a"), (std::vector<std::string>{"x", "", "y"}));
  EXPECT_TRUE(json.strings("/b").empty());
  EXPECT_TRUE(json.strings("/none").empty());
}

TEST(Json, ChildrenKeepTheDocumentAlive) {
  Json child;
  {
    const Json json = parsed(R"({"a": {"b": "c"}})");
    child = json.at("/a").value();
  }
  EXPECT_EQ(child.dump(), R"({"b":"c"})");
}

TEST(Json, DumpIsCanonical) {
  EXPECT_EQ(parsed(R"( { "b" : [ 1 , null ] , "a" : "ü" } )").dump(), R"({"a":"ü","b":[1,null]})");
  EXPECT_EQ(Json().dump(), "null");
  EXPECT_EQ(Json(nlohmann::json("a\xff")).dump(), "\"a\uFFFD\"");
}

TEST(Json, EqualityLooksAtTheValueOnly) {
  const Json json = parsed(R"({"a": {"x": 1}, "b": {"x": 1}, "c": 2})");
  EXPECT_EQ(json.get("/a"), json.get("/b"));
  EXPECT_FALSE(json.get("/a") == json.get("/c"));
  EXPECT_EQ(json.get("/none"), Json());
}

TEST(JsonParse, RefusesWhatIsNotExactlyOneDocument) {
  for (const std::string& text : {std::string(),
                                  std::string("{} x"),
                                  std::string("{}{}"),
                                  std::string("{\"a\":1,}"),
                                  std::string("{'a':1}"),
                                  std::string("[1"),
                                  std::string("NaN"),
                                  std::string("01"),
                                  std::string("\"\xff\""),
                                  std::string("\"\\ud800\""),
                                  std::string("{}\0x", 4),
                                  std::string("1e999")}) {
    const auto result = Json::parse(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, ErrorCode::Protocol) << text;
    EXPECT_THAT(result.error().message, HasSubstr("not JSON at byte"));
  }
}

TEST(JsonParse, ErrorsGiveTheByteAndNoneOfTheContent) {
  const auto result = Json::parse(R"({"password": "hunter2" "x"})");
  EXPECT_THAT(result.error().message, HasSubstr("at byte 26"));
  EXPECT_THAT(result.error().message, ::testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(result.error().message, HasSubstr("expected '}'"));
}

TEST(JsonParse, TheLastOfTwoEqualKeysWins) {
  EXPECT_EQ(parsed(R"({"a": 1, "a": 2})").dump(), R"({"a":2})");
}

TEST(JsonParse, ReadsAsTheLibraryDoes) {
  for (const char* text : {"0",
                           "-0",
                           "-12",
                           "999999999999999999",
                           "-999999999999999999",
                           "18446744073709551615",
                           "1.0",
                           "1e3",
                           "true",
                           " [ false , null ] ",
                           "[]",
                           "{}",
                           R"("")",
                           R"("a\"b\\\/\b\f\n\r\t")",
                           R"("\u00e4\ud83d\ude00")",
                           "\"\x7f\xc3\xa4\"",
                           R"({"b":{"c":[1,{"d":"e"}]},"a":-5})",
                           R"({"a":{"x":1},"a":{"y":2},"b":[1],"b":"2"})"}) {
    const auto read = Json::parse_raw(text);
    ASSERT_TRUE(read) << text;
    const nlohmann::json expected = nlohmann::json::parse(text);
    EXPECT_EQ(*read, expected) << text;
    EXPECT_EQ(read->type(), expected.type()) << text;
  }
}

TEST(JsonParse, DepthIsBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(Json::parse(nested(500)));
  EXPECT_FALSE(Json::parse(nested(501)));
  EXPECT_FALSE(Json::parse(std::string(5000000, '[')));
  EXPECT_TRUE(Json::parse(R"({"brackets": "[[[[\"[[[["})"));
}

TEST(JsonParse, SurvivesMutatedInput) {
  const std::string seed = R"({"a": [1, -2.5e3, true, null, "x\u00e9\n"], "b": {"c": {}}})";
  std::mt19937 random(5);
  for (int i = 0; i < 20000; ++i) {
    std::string text = seed;
    for (unsigned j = 0; j <= random() % 4; ++j) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    const auto result = Json::parse(text);
    if (result) {
      EXPECT_EQ(parsed(result->dump()).dump(), result->dump());
    }
  }
}

TEST(JsonParse, TakesNothingThatTheLibraryRefuses) {
  const std::string seed =
      R"({"a": [1, -25, true, null, "x\n"], "b": {"c": {}}, "a2": "\"", "d":0})";
  constexpr std::string_view kPieces = "{}[]\",:\\ 0-9atrue\n";
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string text = seed;
    for (unsigned j = 0; j <= random() % 3; ++j) {
      text[random() % text.size()] = kPieces[random() % kPieces.size()];
    }
    const auto read = Json::parse_raw(text);
    const nlohmann::json expected = nlohmann::json::parse(text, nullptr, false);
    ASSERT_EQ(!read, expected.is_discarded()) << text;
    if (read) {
      ASSERT_EQ(*read, expected) << text;
    }
  }
}

TEST(PointerToken, EscapesTildeAndSlash) {
  EXPECT_EQ(pointer_token("platform.confluent.io/roll~1"), "platform.confluent.io~1roll~01");
}

}  // namespace
}  // namespace cfkops::base
