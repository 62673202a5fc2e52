#include "cfkops/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace cfkops::base {
namespace {

using ::testing::ElementsAre;
using Strings = std::vector<std::string>;

TEST(Text, JoinAndSplitAreInverse) {
  EXPECT_THAT(split("a,b,,c", ','), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(split("", ','), ElementsAre(""));
  EXPECT_THAT(split(",", ','), ElementsAre("", ""));
  for (const char* text : {"", "a", "a,b", ",a,,b,"}) {
    EXPECT_EQ(join(split(text, ','), ","), text);
  }
  EXPECT_EQ(join(Strings{}, ","), "");
  EXPECT_EQ(join(Strings{"a", "b"}, " - "), "a - b");
}

TEST(Text, TrimAndLower) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(lower("KafkaTopic-Ä1"), "kafkatopic-Ä1");
}

TEST(Text, ClosestFindsTypingMistakes) {
  const Strings verbs = {"restart", "resume", "rollback", "rehearse", "lint"};
  EXPECT_EQ(closest("rollbcak", verbs), "rollback");  // a transposition counts one
  EXPECT_EQ(closest("RESUME", verbs), "resume");
  EXPECT_EQ(closest("lin", verbs), "lint");
  EXPECT_EQ(closest("rehears", verbs), "rehearse");
  EXPECT_EQ(closest("delete", verbs), "");
  EXPECT_EQ(closest("", verbs), "");
  EXPECT_EQ(closest("x", Strings{"y"}), "");
  EXPECT_EQ(closest("ab", Strings{"ba"}), "ba");
  EXPECT_EQ(closest(std::string(100000, 'a'), Strings{std::string(100000, 'a')}), "");
}

TEST(Text, ClosestPrefersTheNearestThenTheFirst) {
  EXPECT_EQ(closest("brokers", Strings{"broken", "broker"}), "broker");
  EXPECT_EQ(closest("node-x", Strings{"node-1", "node-2"}), "node-1");
}

TEST(Text, DidYouMeanIsEmptyWithoutAnIdea) {
  EXPECT_EQ(did_you_mean("lnit", Strings{"lint"}), "; did you mean 'lint'?");
  EXPECT_EQ(did_you_mean("qqq", Strings{"lint"}), "");
}

TEST(Text, EnumerateReadsAsASentence) {
  EXPECT_EQ(enumerate(Strings{}), "");
  EXPECT_EQ(enumerate(Strings{"a"}), "a");
  EXPECT_EQ(enumerate(Strings{"a", "b"}), "a and b");
  EXPECT_EQ(enumerate(Strings{"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(enumerate(Strings{"a", "b", "c", "d", "e", "f", "g", "h", "i"}, 2), "a, b and 7 more");
  EXPECT_EQ(enumerate(Strings{"a", "b"}, 0), "2 more");
}

TEST(Text, CountedTakesThePluralUnlessOne) {
  EXPECT_EQ(counted(1, "broker"), "1 broker");
  EXPECT_EQ(counted(0, "broker"), "0 brokers");
  EXPECT_EQ(counted(3, "broker"), "3 brokers");
  EXPECT_EQ(counted(-1, "broker"), "-1 brokers");
}

TEST(Text, UrlEncodeKeepsUnreservedCharactersOnly) {
  EXPECT_EQ(url_encode("aZ0-._~"), "aZ0-._~");
  EXPECT_EQ(url_encode("app=kafka, x/y"), "app%3Dkafka%2C%20x%2Fy");
  EXPECT_EQ(url_encode("ü"), "%C3%BC");
  EXPECT_EQ(url_encode(std::string_view("\0", 1)), "%00");
}

TEST(Text, UrlDecodeLeavesWhatIsNoEscape) {
  EXPECT_EQ(url_decode("a%2Fb%zz%2"), "a/b%zz%2");
}

TEST(Printable, KeepsOrdinaryText) {
  EXPECT_EQ(printable("broker 3 läuft – 中 🙂"), "broker 3 läuft – 中 🙂");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, ControlCharactersGoAndLineBreaksBecomeSpaces) {
  EXPECT_EQ(printable(std::string_view("a\0b\x01\x7f\bc", 7)), "abc");
  EXPECT_EQ(printable("a\tb\nc\rd"), "a b c d");
  EXPECT_EQ(printable("a\xC2\x85"
                      "b\xC2\x84"
                      "c\u2028d"),
            "a bc d");
}

TEST(Printable, EscapeSequencesGoAsAWhole) {
  EXPECT_EQ(printable("\x1b[31;1mred\x1b[0m"), "red");
  EXPECT_EQ(printable("\x1b]0;title\aafter"), "after");
  EXPECT_EQ(printable("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\"), "link");
  EXPECT_EQ(printable("\x1bPdcs\x1b\\x"), "x");
  EXPECT_EQ(printable("\x1b(0x\x1b"
                      "7y\x1b#8z"),
            "xyz");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31mred"),
            "red");
  EXPECT_EQ(printable("\xC2\x9D"
                      "0;t\xC2\x9Cx"),
            "x");
  EXPECT_EQ(printable("end\x1b"), "end");
  EXPECT_EQ(printable("end\x1b[12"), "end");
}

TEST(Printable, AnUnterminatedControlStringHidesNothing) {
  EXPECT_EQ(printable("\x1b]0;the error is here"), "0;the error is here");
}

TEST(Printable, BidiControlsGoAndBadBytesShow) {
  EXPECT_EQ(printable("a\u202Eb\u2066c\u200Fd\u061Ce"), "abcde");
  EXPECT_EQ(printable("a\xff"
                      "b\xC3"),
            "a\uFFFDb\uFFFD");
  EXPECT_EQ(printable("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(printable("\xC0\x9B"), "\uFFFD\uFFFD");            // ESC in disguise
}

TEST(Printable, WhateverComesInNoControlComesOut) {
  std::mt19937 random(3);
  const std::string_view pieces = "\x1b\x9b\xC2[]PX\\\a;m31a\n\x7f\xE2\x80\xAE\0";
  for (unsigned i = 0; i < 5000; ++i) {
    std::string text;
    for (unsigned j = 0; j < 1 + i % 24; ++j) {
      text += pieces[random() % pieces.size()];
    }
    const std::string out = printable(text);
    EXPECT_EQ(printable(out), out);
    for (const char c : out) {
      EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != '\x7f');
    }
    EXPECT_EQ(out.find("\u202E"), std::string::npos);
  }
}

}  // namespace
}  // namespace cfkops::base
