#include "cfkops/base/clock.hpp"

#include <gtest/gtest.h>

#include <random>

namespace cfkops::base {
namespace {

using namespace std::chrono_literals;

WallTime at_unix(std::chrono::nanoseconds since_epoch) {
  return WallTime(since_epoch);
}

TEST(Clock, TheMonotonicClockDoesNotGoBack) {
  const SystemClock clock;
  const MonoTime before = clock.now();
  EXPECT_LE(before, clock.now());
  EXPECT_GT(clock.wall(), at_unix(1700000000s));
}

TEST(Rfc3339, FormatsSixDecimalsInUtc) {
  EXPECT_EQ(format_rfc3339(at_unix(0s)), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(format_rfc3339(at_unix(1795418701s + 123456789ns)), "2026-11-23T07:25:01.123456Z");
  EXPECT_EQ(format_rfc3339_seconds(at_unix(1795418701s + 999999999ns)), "2026-11-23T07:25:01Z");
  EXPECT_EQ(format_rfc3339(at_unix(-1ns)), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_rfc3339(at_unix(1709164800s)), "2024-02-29T00:00:00.000000Z");
}

TEST(Rfc3339, ReadsOffsetsAndDecimals) {
  const auto wanted = at_unix(1795418701s);
  EXPECT_EQ(parse_rfc3339("2026-11-23T07:25:01Z").value(), wanted);
  EXPECT_EQ(parse_rfc3339("2026-11-23t07:25:01z").value(), wanted);
  EXPECT_EQ(parse_rfc3339("2026-11-23 09:25:01+02:00").value(), wanted);
  EXPECT_EQ(parse_rfc3339("2026-11-22T23:55:01-07:30").value(), wanted);
  EXPECT_EQ(parse_rfc3339("2026-11-23T07:25:01.5Z").value(), wanted + 500ms);
  EXPECT_EQ(parse_rfc3339("2026-11-23T07:25:01.123456789Z").value(), wanted + 123456789ns);
  EXPECT_EQ(parse_rfc3339("2026-11-23T07:25:60Z").value(), wanted + 59s);
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "now",
                           "2026-11-23",
                           "2026-13-01T00:00:00Z",
                           "2026-02-29T00:00:00Z",
                           "2026-00-10T00:00:00Z",
                           "2026-11-23T24:00:00Z",
                           "2026-11-23T07:60:00Z",
                           "2026-11-23T07:25:61Z",
                           "2026-11-23T07:25:01",
                           "2026-11-23T07:25:01.Z",
                           "2026-11-23T07:25:01.1234567890Z",
                           "2026-11-23T07:25:01+0200",
                           "2026-11-23T07:25:01+24:00",
                           "2026-11-23T07:25:01Zulu",
                           "2026-11-23T07:25:01 Z",
                           "+026-11-23T07:25:01Z",
                           "2026-1-23T07:25:01Z",
                           "0001-01-01T00:00:00Z",
                           "9999-12-31T23:59:59Z"}) {
    const auto result = parse_rfc3339(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, ErrorCode::InvalidInput);
    EXPECT_NE(result.error().message.find(text), std::string::npos);
    EXPECT_FALSE(result.error().hint.empty());
  }
}

TEST(Rfc3339, RoundTripsToTheMicrosecond) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    const auto since =
        std::chrono::microseconds(static_cast<std::int64_t>(random() >> 11U)) - 90000h;
    const WallTime time{since};
    EXPECT_EQ(parse_rfc3339(format_rfc3339(time)).value(), time);
  }
}

TEST(Duration, ReadsEveryUnit) {
  EXPECT_EQ(parse_duration("1d2h3m4s5ms6us7ns").value(), 24h + 2h + 3min + 4s + 5ms + 6us + 7ns);
  EXPECT_EQ(parse_duration("0s").value(), 0s);
  EXPECT_EQ(parse_duration("1.5s").value(), 1500ms);
  EXPECT_EQ(parse_duration("0.25h").value(), 15min);
  EXPECT_EQ(parse_duration("90m").value(), 90min);
  EXPECT_EQ(parse_duration("007s").value(), 7s);
  EXPECT_EQ(parse_duration("1.0000000000000000000ns").value(), 1ns);
  EXPECT_EQ(parse_duration("106751d23h47m16.854775807s").value(), Duration::max());
}

TEST(Duration, RefusesWhatIsAmbiguousOrInexact) {
  for (const char* text : {"",
                           "5",
                           "s",
                           "-5s",
                           "+5s",
                           "5 s",
                           "5s ",
                           "1m1h",
                           "1m1m",
                           "1.s",
                           ".5s",
                           "5w",
                           "5S",
                           "1,5s",
                           "1e3s",
                           "0.1ns",
                           "1.5s2s",
                           "1h30",
                           "99999999999d",
                           "106752d",
                           "9999999999999999999999s",
                           "1.0000000000000000000000001s"}) {
    const auto result = parse_duration(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, ErrorCode::InvalidInput) << text;
    EXPECT_FALSE(result.error().hint.empty()) << text;
  }
}

TEST(Duration, FormatsShortAndExact) {
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(90min), "1h30m");
  EXPECT_EQ(format_duration(250ms), "250ms");
  EXPECT_EQ(format_duration(1500ms), "1.5s");
  EXPECT_EQ(format_duration(1001us), "1.001ms");
  EXPECT_EQ(format_duration(1ns), "1ns");
  EXPECT_EQ(format_duration(24h), "1d");
  EXPECT_EQ(format_duration(1h + 1ms), "1h1ms");
  EXPECT_EQ(format_duration(-90s), "-1m30s");
  EXPECT_EQ(format_duration(Duration::max()), "106751d23h47m16.854775807s");
  EXPECT_EQ(format_duration(Duration::min()), "-106751d23h47m16.854775808s");
}

TEST(Duration, RoundTripsWhateverTheSize) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20000; ++i) {
    const Duration duration(static_cast<std::int64_t>(random() >> (1 + random() % 63)));
    const std::string text = format_duration(duration);
    const auto again = parse_duration(text);
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(*again, duration) << text;
  }
}

TEST(HumanDuration, ShowsOneOrTwoUnits) {
  EXPECT_EQ(human_duration(0s), "0.0s");
  EXPECT_EQ(human_duration(3210ms), "3.2s");
  EXPECT_EQ(human_duration(9949ms), "9.9s");
  EXPECT_EQ(human_duration(9950ms), "10s");
  EXPECT_EQ(human_duration(59499ms), "59s");
  EXPECT_EQ(human_duration(59500ms), "1m00s");
  EXPECT_EQ(human_duration(64s), "1m04s");
  EXPECT_EQ(human_duration(59min + 59600ms), "1h00m");
  EXPECT_EQ(human_duration(2h + 5min), "2h05m");
  EXPECT_EQ(human_duration(23h + 59min + 31s), "1d00h");
  EXPECT_EQ(human_duration(76h), "3d04h");
  EXPECT_EQ(human_duration(-64s), "-1m04s");
  EXPECT_EQ(human_duration(-49ms), "0.0s");
  EXPECT_EQ(human_duration(Duration::max()), "106751d00h");
  EXPECT_EQ(human_duration(Duration::min()), "-106751d00h");
}

}  // namespace
}  // namespace cfkops::base
