#include "cfkops/base/json_cursor.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cfkops::base {
namespace {

TEST(JsonCursor, GoesFromTokenToTokenOverSpaces) {
  JsonCursor cursor(" {\n\t\"kind\" : -12 ,true}\r\n");
  EXPECT_TRUE(cursor.take('{'));
  EXPECT_EQ(cursor.take_text(), "kind");
  EXPECT_FALSE(cursor.take(','));
  EXPECT_TRUE(cursor.take(':'));
  EXPECT_EQ(cursor.take_integer(18), -12);
  EXPECT_TRUE(cursor.take(','));
  EXPECT_TRUE(cursor.take_word("true"));
  EXPECT_FALSE(cursor.at_end());
  EXPECT_EQ(cursor.peek(), '}');
  cursor.skip(1);
  EXPECT_TRUE(cursor.at_end());
  EXPECT_EQ(cursor.peek(), '\0');
  EXPECT_EQ(cursor.rest(), "");
}

TEST(JsonCursor, TakesNoTextThatIsNotPlain) {
  for (const char* text :
       {R"("a\n")", "\"\xc3\xa4\"", "\"a\nb\"", "\"open", "\"\x7f\"", "12", ""}) {
    EXPECT_EQ(JsonCursor(text).take_text(), std::nullopt) << text;
  }
  EXPECT_EQ(JsonCursor(R"("")").take_text(), "");
}

TEST(JsonCursor, TakesNoNumberThatIsNoWholeOneOrMightNotFit) {
  for (const char* text : {"1.0", "1e3", "1E3", "01", "-", "", "x", "1234", "-1234"}) {
    EXPECT_EQ(JsonCursor(text).take_integer(3), std::nullopt) << text;
  }
  EXPECT_EQ(JsonCursor("0").take_integer(3), 0);
  EXPECT_EQ(JsonCursor("-999,").take_integer(3), -999);
  EXPECT_EQ(JsonCursor("999999999999999999").take_integer(18), 999'999'999'999'999'999);
}

}  // namespace
}  // namespace cfkops::base
