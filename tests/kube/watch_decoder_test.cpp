#include "watch_decoder.hpp"

#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <random>
#include <string>
#include <vector>

namespace cfkops::kube {
namespace {

using nlohmann::json;
using test::HasError;
using test::IsOk;
using testing::ElementsAre;
using testing::IsEmpty;

class WatchDecoderTest : public testing::Test {
 protected:
  Status feed(std::string_view bytes) {
    return decoder.feed(bytes, [this](std::string_view text) -> Status {
      values.emplace_back(text);
      return {};
    });
  }

  WatchDecoder decoder;
  std::vector<std::string> values;
};

TEST_F(WatchDecoderTest, CutsAtTheEndOfEachObject) {
  EXPECT_THAT(feed("{\"a\":1}\n{\"b\":[{}]}\n"), IsOk());
  EXPECT_THAT(values, ElementsAre("{\"a\":1}", "{\"b\":[{}]}"));
  EXPECT_TRUE(decoder.at_border());
}

TEST_F(WatchDecoderTest, NeedsNoLineBreakBetweenObjects) {
  EXPECT_THAT(feed("{}{ }  {\"a\":\n\n2}"), IsOk());
  EXPECT_THAT(values, ElementsAre("{}", "{ }", "{\"a\":\n\n2}"));
}

TEST_F(WatchDecoderTest, WaitsForTheRestOfAnObject) {
  EXPECT_THAT(feed("{\"a\":\"x"), IsOk());
  EXPECT_THAT(values, IsEmpty());
  EXPECT_FALSE(decoder.at_border());
  EXPECT_THAT(feed("y\"}"), IsOk());
  EXPECT_THAT(values, ElementsAre("{\"a\":\"xy\"}"));
}

TEST_F(WatchDecoderTest, IsNotFooledByBracesAndQuotesInStrings) {
  const std::string tricky = R"({"a":"}{\"]\\","b":"\\\\"})";
  EXPECT_THAT(feed(tricky), IsOk());
  EXPECT_THAT(values, ElementsAre(tricky));
}

TEST_F(WatchDecoderTest, RefusesWhatIsNoObject) {
  EXPECT_THAT(feed("<html>"), HasError(ErrorCode::Protocol, "byte 0x3c"));
}

TEST_F(WatchDecoderTest, RefusesAnObjectBeyondTheLimit) {
  decoder = WatchDecoder(100);
  EXPECT_THAT(feed("{\"a\":\"" + std::string(90, 'x')), IsOk());
  EXPECT_THAT(feed(std::string(20, 'x')), HasError(ErrorCode::Protocol, "larger than 100 bytes"));
}

TEST_F(WatchDecoderTest, CountsTheLimitForEachObjectAlone) {
  decoder = WatchDecoder(20);
  std::string many;
  for (int i = 0; i < 1000; ++i) {
    many += "{\"a\":12345678}";
  }
  EXPECT_THAT(feed(many), IsOk());
  EXPECT_EQ(values.size(), 1000U);
}

TEST_F(WatchDecoderTest, StopsAtTheSinksError) {
  int seen = 0;
  const Status fed = decoder.feed("{}{}{}", [&seen](std::string_view) -> Status {
    ++seen;
    return make_error(ErrorCode::Gone, "enough");
  });
  EXPECT_THAT(fed, HasError(ErrorCode::Gone, "enough"));
  EXPECT_EQ(seen, 1);
}

/// Random objects, with every kind of value and unpleasant strings.
json random_value(std::mt19937& random, int depth) {
  switch (random() % (depth > 3 ? 4U : 6U)) {
    case 0:
      return nullptr;
    case 1:
      return random() % 1000;
    case 2:
      return random() % 2 == 0;
    case 3: {
      static const std::vector<std::string> kTexts = {
          "", "}", "{[", "\"", "\\", "\\\"", "\n", "\t}", "ä€", "\\u0000"};
      return kTexts[random() % kTexts.size()] + kTexts[random() % kTexts.size()];
    }
    case 4: {
      json list = json::array();
      for (auto i = random() % 4; i > 0; --i) {
        list.push_back(random_value(random, depth + 1));
      }
      return list;
    }
    default: {
      json object = json::object();
      for (auto i = random() % 4; i > 0; --i) {
        object["k" + std::to_string(random() % 100) + "\"}"] = random_value(random, depth + 1);
      }
      return object;
    }
  }
}

TEST_F(WatchDecoderTest, FindsTheSameObjectsHoweverTheStreamIsCut) {
  std::mt19937 random(20260102);
  for (int round = 0; round < 300; ++round) {
    std::string stream;
    std::vector<std::string> expected;
    for (auto i = random() % 5; i > 0; --i) {
      const json object = {{"type", "ADDED"}, {"object", random_value(random, 0)}};
      expected.push_back(random() % 2 == 0 ? object.dump() : object.dump(2));
      stream += expected.back() + (random() % 2 == 0 ? "\n" : "");
    }
    decoder = WatchDecoder();
    values.clear();
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = 1 + random() % 7;
      ASSERT_THAT(feed(std::string_view(stream).substr(at, size)), IsOk()) << stream;
      at += size;
    }
    EXPECT_EQ(values, expected);
    EXPECT_TRUE(decoder.at_border());
  }
}

TEST_F(WatchDecoderTest, SurvivesAnyBytes) {
  std::mt19937 random(7);
  const std::string alphabet = "{}[]\"\\ \n:,a0\x01\xff";
  for (int round = 0; round < 5000; ++round) {
    decoder = WatchDecoder(64);
    std::string bytes = "{";
    for (auto i = random() % 100; i > 0; --i) {
      bytes += alphabet[random() % alphabet.size()];
    }
    const Status fed = feed(bytes);
    EXPECT_TRUE(fed || fed.error().code == ErrorCode::Protocol);
  }
  for (const std::string& value : values) {
    EXPECT_LE(value.size(), 64U);
    EXPECT_EQ(value.front(), '{');
  }
}

TEST_F(WatchDecoderTest, TakesTimeInProportionToTheStream) {
  // A megabyte in single bytes: parsing the buffer again at each would take minutes.
  const std::string object = "{\"a\":\"" + std::string(1U << 20U, 'x') + "\"}";
  for (const char c : object) {
    ASSERT_THAT(feed({&c, 1}), IsOk());
  }
  EXPECT_THAT(values, ElementsAre(object));
}

}  // namespace
}  // namespace cfkops::kube
