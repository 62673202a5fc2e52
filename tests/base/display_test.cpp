#include "cfkops/base/display.hpp"

#include <gtest/gtest.h>

namespace cfkops::base {
namespace {

TEST(Display, WidthIsWhatATerminalDrawsNotBytes) {
  EXPECT_EQ(display_width(std::string_view("")), 0U);
  EXPECT_EQ(display_width(std::string_view("kafka")), 5U);
  EXPECT_EQ(display_width(std::string_view("für")), 3U);
  EXPECT_EQ(display_width(std::string_view("日本")), 4U);
  EXPECT_EQ(display_width(std::string_view("e\xCC\x81")), 1U);  // e and a combining acute
  EXPECT_EQ(display_width(std::string_view("\xff")), 1U);
  EXPECT_EQ(display_width(std::string_view("\u2705\u26a1\U0001F680\U0001FAE0")), 8U);
  EXPECT_EQ(display_width(std::string_view("\u2713")), 1U);
  EXPECT_EQ(display_width(std::string_view("\u26a0\ufe0f")), 2U);  // as an emoji
}

TEST(Display, WhatFitsIsLeftAsItIs) {
  EXPECT_EQ(fitted("日本", 4), "日本");
  EXPECT_EQ(fitted("", 0), "");
}

TEST(Display, WhatDoesNotFitIsCutBetweenCodePointsAndSaysSo) {
  EXPECT_EQ(fitted("üüüüüü", 5), "üü...");
  EXPECT_EQ(fitted("日本日本", 6), "日...");  // half a character cannot be drawn
  EXPECT_EQ(fitted("日本日本", 7), "日本...");
  EXPECT_EQ(fitted("abcdef", 2), "ab");
}

TEST(Display, PaddingCountsColumns) {
  EXPECT_EQ(padded("日", 4), "日  ");
  EXPECT_EQ(padded("abcde", 4), "abcde");
}

}  // namespace
}  // namespace cfkops::base
