#include "api/log_text.hpp"

#include <gtest/gtest.h>

namespace cfkops::sandbox {
namespace {

const WallTime kBegin = *base::parse_rfc3339("2026-01-01T03:00:00Z");

TEST(LogTextTest, TakesTheLastLines) {
  EXPECT_EQ(LogText({.tail_lines = 2}, kBegin).first("a\nb\nc\n"), "b\nc\n");
  EXPECT_EQ(LogText({.tail_lines = 1}, kBegin).first("a\nb"), "b");
  EXPECT_EQ(LogText({.tail_lines = 5}, kBegin).first("a\nb\n"), "a\nb\n");
  EXPECT_EQ(LogText({.tail_lines = 0}, kBegin).first("a\n"), "");
}

TEST(LogTextTest, TellsTheMomentOfEachLine) {
  LogText text({.timestamps = true}, kBegin);
  EXPECT_EQ(text.first("up\n[2026-01-01 03:00:05,123] INFO x\n\tat y\n"),
            "2026-01-01T03:00:00.000000000Z up\n"
            "2026-01-01T03:00:05.123000000Z [2026-01-01 03:00:05,123] INFO x\n"
            "2026-01-01T03:00:05.123000000Z \tat y\n");
}

TEST(LogTextTest, LeavesOutWhatIsOlder) {
  LogText text({.since = kBegin + std::chrono::seconds(5)}, kBegin);
  EXPECT_EQ(text.first("up\n[2026-01-01 03:00:05,123] INFO x\n"),
            "[2026-01-01 03:00:05,123] INFO x\n");
}

TEST(LogTextTest, StopsAtTheLimit) {
  LogText text({.limit_bytes = 5}, kBegin);
  EXPECT_EQ(text.first("abc\n"), "abc\n");
  EXPECT_FALSE(text.full());
  EXPECT_EQ(text.more("abc\ndef\n"), "d");
  EXPECT_TRUE(text.full());
}

TEST(LogTextTest, TellsWhatIsNewAfterTheOldestLinesAreGone) {
  LogText text({.tail_lines = 0}, kBegin);
  EXPECT_EQ(text.first("a\nb\nc\n"), "");
  EXPECT_EQ(text.more("c\nd\n"), "d\n");
  EXPECT_EQ(text.more("c\nd\n"), "");
  EXPECT_EQ(text.more("x\ny\n"), "x\ny\n");
}

}  // namespace
}  // namespace cfkops::sandbox
