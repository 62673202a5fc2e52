#include "log_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace cfkops::logs {
namespace {

using testing::ElementsAre;

struct Cut {
  explicit Cut(std::size_t longest)
      : cutter(longest, [this](std::string_view line, std::uint64_t left_out) {
          lines.push_back(std::string(line) + (left_out > 0 ? "+" + std::to_string(left_out) : ""));
        }) {}

  std::vector<std::string> lines;
  LineCutter cutter;
};

TEST(LineCutter, LinesComeWholeHoweverTheirBytesCome) {
  Cut cut(100);
  for (const char* piece : {"on", "e\ntwo\n\nth", "ree"}) {
    cut.cutter.add(piece);
  }
  cut.cutter.end();
  EXPECT_THAT(cut.lines, ElementsAre("one", "two", "", "three"));
}

TEST(LineCutter, OfALineThatIsTooLongTheRestIsLeftOut) {
  Cut cut(4);
  cut.cutter.add("123456\nab");
  cut.cutter.add("cdefg");
  cut.cutter.add("h\nok\n1234\n");
  EXPECT_THAT(cut.lines, ElementsAre("1234+2", "abcd+4", "ok", "1234"));
}

TEST(LineCutter, HalfALineIsForgotten) {
  Cut cut(4);
  cut.cutter.add("123456");
  cut.cutter.drop();
  cut.cutter.add("ab\n");
  EXPECT_THAT(cut.lines, ElementsAre("ab"));
}

WallTime at(int second) {
  return WallTime(std::chrono::seconds(second));
}

TEST(Repeats, AsManyLinesOfTheLastTimeAsThereWereAreOld) {
  Repeats repeats;
  for (const int second : {1, 2, 2}) {
    EXPECT_EQ(repeats.add(at(second)), Repeats::Line::New);
  }
  repeats.reopened();
  EXPECT_EQ(repeats.add(at(2)), Repeats::Line::Again);
  EXPECT_EQ(repeats.add(at(2)), Repeats::Line::Again);
  EXPECT_EQ(repeats.add(at(2)), Repeats::Line::New);
  EXPECT_EQ(repeats.add(at(3)), Repeats::Line::New);
}

TEST(Repeats, TellsThatTheLastLineDidNotComeAgain) {
  Repeats repeats;
  EXPECT_EQ(repeats.add(at(1)), Repeats::Line::New);
  repeats.reopened();
  EXPECT_EQ(repeats.add(at(9)), Repeats::Line::NewBehindGap);
  EXPECT_EQ(repeats.add(at(10)), Repeats::Line::New);
}

TEST(Repeats, NothingComesAgainBeforeTheFirstLine) {
  Repeats repeats;
  repeats.reopened();
  EXPECT_EQ(repeats.add(std::nullopt), Repeats::Line::New);
  EXPECT_EQ(repeats.add(at(1)), Repeats::Line::New);
}

}  // namespace
}  // namespace cfkops::logs
