#include "plain_answer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cfkops::kafka {
namespace {

TEST(ReadPlainTest, TheBeansOfAPattern) {
  const std::string answer =
      R"({"request":{"mbean":"a:*","attribute":"Value","type":"read"},"value":{)"
      R"("a:name=x,type=T":{"Value":7},"a:name=y,type=T":{"Value":"text","Count":[1,{"b":null}]},)"
      R"("a:name=z,type=T":{"Count":-5, "Value" : -5 },"a:name=w,type=T":null},)"
      R"("status":200,"timestamp":1795419908})";
  const auto plain = read_plain(answer);
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->number);
  ASSERT_EQ(plain->beans.size(), 4U);
  EXPECT_EQ(plain->beans[0].name, "a:name=x,type=T");
  EXPECT_EQ(plain->beans[0].value, 7);
  EXPECT_EQ(plain->beans[1].value, std::nullopt);
  EXPECT_EQ(plain->beans[2].value, -5);
  EXPECT_EQ(plain->beans[3].value, std::nullopt);
}

TEST(ReadPlainTest, ANumber) {
  const auto plain = read_plain(R"({"status":200,"value":1767225600000})");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->number, 1767225600000);
  EXPECT_TRUE(plain->beans.empty());
}

TEST(ReadPlainTest, NothingElseIsPlain) {
  for (const char* answer : {"",
                             "{}",
                             "[]",
                             R"({"value":{}})",
                             R"({"value":7,"status":404})",
                             R"({"value":7,"status":200} x)",
                             R"({"value":7,"status":200)",
                             R"({"value":7,"value":8,"status":200})",
                             R"({"value":7,"status":200,"status":200})",
                             R"({"value":7,"status":200.0})",
                             R"({"value":7.5,"status":200})",
                             R"({"value":07,"status":200})",
                             R"({"value":-,"status":200})",
                             R"({"value":1234567890123456,"status":200})",
                             R"({"value":"7","status":200})",
                             R"({"value":null,"status":200})",
                             R"({"value":[7],"status":200})",
                             R"({"value":{"a":{"Value":7},},"status":200})",
                             R"({"value":{"a":{"Value":7,"Value":8}},"status":200})",
                             R"({"value":{"a":{"Value":NaN}},"status":200})",
                             R"({"value":{"a":{"Value":1e3}},"status":200})",
                             R"({"value":{"a":{"Value":tru}},"status":200})",
                             R"({"value":{"a\"b":{"Value":7}},"status":200})",
                             "{\"value\":{\"\xc3\xa4\":{\"Value\":7}},\"status\":200}"}) {
    EXPECT_FALSE(read_plain(answer)) << answer;
  }
  const std::string deep =
      R"({"status":200,"value":7,"a":)" + std::string(100, '[') + std::string(100, ']') + "}";
  EXPECT_FALSE(read_plain(deep));
}

}  // namespace
}  // namespace cfkops::kafka
