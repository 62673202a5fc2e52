#include "live_terminal.hpp"

#include "drawn_terminal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cfkops::cli {
namespace {

using Narrower = test::ScreenModel::Narrower;

std::vector<LiveLine> table(const std::vector<std::string>& texts) {
  std::vector<LiveLine> lines;
  for (const std::string& text : texts) {
    lines.push_back({.text = text, .columns = text.size()});
  }
  return lines;
}

struct LiveTerminalTest : testing::Test {
  test::DrawnTerminal real{20, 6};
  LiveTerminal live{real};
};

TEST_F(LiveTerminalTest, ATableStandsInPlaceOfTheOneBefore) {
  live.show(table({"one", "a longer line", "three"}));
  live.show(table({"1", "2"}));
  EXPECT_EQ(real.drawn.picture(), "1\n2\n");
  EXPECT_TRUE(real.drawn.cursor_is_below_all());
  EXPECT_TRUE(real.drawn.is_sane());
}

TEST_F(LiveTerminalTest, WhatIsWrittenStaysAboveTheTableAlsoWhenTheScreenIsFull) {
  for (int i = 1; i <= 9; ++i) {
    live.show(table({"table", "row " + std::to_string(i)}));
    live.err("event " + std::to_string(i) + "\n");
  }
  live.take_away();
  std::string all;
  for (int i = 1; i <= 9; ++i) {
    all += "event " + std::to_string(i) + "\n";
  }
  EXPECT_EQ(real.drawn.everything(), all);
  EXPECT_TRUE(real.drawn.cursor_is_below_all());
}

TEST_F(LiveTerminalTest, EachChangeIsOneWriteAndNoChangeIsNone) {
  live.show(table({"a"}));
  live.show(table({"a"}));
  EXPECT_EQ(real.writes.size(), 1U);
  live.err("event\n");
  EXPECT_EQ(real.writes.size(), 2U);
  EXPECT_THAT(real.writes.back(), testing::StartsWith("\033[?2026h"));
  EXPECT_THAT(real.writes.back(), testing::EndsWith("\033[?2026l"));
  EXPECT_EQ(real.drawn.picture(), "event\na\n");
}

TEST_F(LiveTerminalTest, ANewTableIsDrawnOverTheOldOneWithoutClearingItFirst) {
  live.show(table({"a", "b"}));
  live.show(table({"a", "c"}));
  EXPECT_EQ(real.writes.back().find("\033[J"), real.writes.back().rfind("\033[J"));
  EXPECT_GT(real.writes.back().find("\033[J"), real.writes.back().find("c"));
}

TEST_F(LiveTerminalTest, WithoutATableItIsTheTerminalItself) {
  live.err("event\n");
  live.out("product\n");
  live.take_away();
  EXPECT_EQ(real.shown_err, "event\n");
  EXPECT_EQ(real.shown_out, "product\n");
}

TEST_F(LiveTerminalTest, TheProductIsNotWrittenIntoTheTable) {
  live.show(table({"a", "b"}));
  live.out("product\n");
  EXPECT_EQ(real.drawn.picture(), "product\n");
  live.show(table({"a"}));
  EXPECT_EQ(real.drawn.picture(), "product\na\n");
}

TEST_F(LiveTerminalTest, WhileAQuestionIsOpenThereIsNoTable) {
  live.show(table({"a", "b"}));
  real.answer = "yes";
  EXPECT_EQ(live.ask("Go on? ").value_or(""), "yes");
  EXPECT_EQ(real.asked_on, "Go on?\n");
  live.show(table({"a"}));
  EXPECT_EQ(real.drawn.picture(), "Go on? yes\na\n");
}

TEST_F(LiveTerminalTest, WhileALineIsOpenThereIsNoTable) {
  live.show(table({"a"}));
  live.err("half");
  live.show(table({"a"}));
  EXPECT_EQ(real.drawn.picture(), "half\n");
  live.err(" a line\n");
  live.show(table({"a"}));
  EXPECT_EQ(real.drawn.picture(), "half a line\na\n");
}

TEST_F(LiveTerminalTest, MadeNarrowerATerminalThatRewrapsLosesNothingAndKeepsNoRest) {
  live.err("event\n");
  live.show(table({std::string(19, 'a'), "b"}));
  real.resize(8, 6, Narrower::Rewraps);
  live.show(table({"a", "b"}));
  EXPECT_EQ(real.drawn.everything(), "event\na\nb\n");
  EXPECT_TRUE(real.drawn.cursor_is_below_all());
}

TEST_F(LiveTerminalTest, MadeNarrowerOneThatCutsOffLosesNothingEither) {
  real.rewraps = false;
  live.err("event\n");
  live.show(table({std::string(19, 'a'), "b"}));
  real.resize(8, 6, Narrower::CutsOff);
  live.show(table({"a", "b"}));
  EXPECT_EQ(real.drawn.everything(), "event\na\nb\n");
}

TEST_F(LiveTerminalTest, MadeWiderItIsDrawnAnew) {
  live.err("event\n");
  live.show(table({"a"}));
  real.resize(40, 6, Narrower::Rewraps);
  live.show(table({std::string(30, 'a')}));
  EXPECT_EQ(real.drawn.everything(), "event\n" + std::string(30, 'a') + "\n");
}

TEST_F(LiveTerminalTest, AnEventRightAfterTheScreenGotNarrowerIsWrittenToo) {
  live.show(table({std::string(19, 'a'), "b"}));
  real.resize(8, 6, Narrower::Rewraps);
  live.err("event\n");
  EXPECT_EQ(real.drawn.everything(), "event\n");
}

TEST_F(LiveTerminalTest, InTheBackgroundNothingIsDrawnAndAfterwardsBelowWhatTheShellWrote) {
  live.show(table({"a", "b"}));
  real.drawn.feed("stopped\n$ fg\n");  // Ctrl-Z, and what the shell and the person wrote
  real.continued = 1;
  real.foreground = false;
  live.show(table({"a", "c"}));
  EXPECT_EQ(real.drawn.picture(), "a\nb\nstopped\n$ fg\n");
  live.err("event\n");
  real.foreground = true;
  live.show(table({"a", "c"}));
  EXPECT_EQ(real.drawn.everything(), "a\nb\nstopped\n$ fg\nevent\na\nc\n");
}

TEST_F(LiveTerminalTest, ItsEndTakesTheTableAway) {
  {
    LiveTerminal other(real);
    other.show(table({"a"}));
  }
  EXPECT_EQ(real.drawn.picture(), "");
}

}  // namespace
}  // namespace cfkops::cli
