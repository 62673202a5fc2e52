#include "cfkops/audit/log.hpp"

#include "signing.hpp"
#include "support/matchers.hpp"
#include "support/memory_file.hpp"

#include "cfkops/audit/verify.hpp"
#include "cfkops/base/crypto.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace cfkops::audit {
namespace {

using test::HasError;
using test::IsOk;
using test::StandingClock;

class LogTest : public testing::Test {
 protected:
  Record note(nlohmann::json data) {
    return {.phase = Phase::Note, .step = "roll", .attempt = 2, .data = Json(std::move(data))};
  }

  StandingClock clock_;
  test::MemoryDisk disk_;
  Log log_{test::memory_file(disk_), "20251123-072501-3f9a", clock_};
};

TEST_F(LogTest, WritesOneCanonicalLineWithItsHashAndTheOneBefore) {
  ASSERT_THAT(log_.append(note({{"b", 1}, {"a", "x"}}), Durable::No), IsOk());
  ASSERT_THAT(log_.append(note(nlohmann::json::object()), Durable::No), IsOk());

  const std::string unsealed =
      R"({"attempt":2,"data":{"a":"x","b":1},"phase":"note","prev":")" + std::string(64, '0') +
      R"(","run":"20251123-072501-3f9a","seq":1,"step":"roll","ts":"2025-11-23T07:25:01.123456Z"})";
  const std::string hash = base::sha256_hex(unsealed);
  const std::string first = disk_.content.substr(0, disk_.content.find('\n'));
  EXPECT_EQ(first,
            R"({"attempt":2,"data":{"a":"x","b":1},"phase":"note","prev":")" +
                std::string(64, '0') + R"(","run":"20251123-072501-3f9a","seq":1,"sha256":")" +
                hash + R"(","step":"roll","ts":"2025-11-23T07:25:01.123456Z"})");
  EXPECT_NE(disk_.content.find("\"prev\":\"" + hash + "\""), std::string::npos);
  EXPECT_EQ(log_.records(), 2U);
  EXPECT_EQ(verify(disk_.content).last_hash, log_.last_hash());
}

TEST_F(LogTest, SyncsOnlyWhatMustSurvive) {
  ASSERT_THAT(log_.append(note(nlohmann::json::object()), Durable::No), IsOk());
  EXPECT_EQ(disk_.synced, 0U);
  ASSERT_THAT(log_.append(note(nlohmann::json::object()), Durable::Yes), IsOk());
  EXPECT_EQ(disk_.synced, disk_.content.size());
}

TEST_F(LogTest, VerifiesWhateverTheDataHolds) {
  ASSERT_THAT(log_.append(note({{"nan", std::numeric_limits<double>::quiet_NaN()},
                                {"bytes", "\xff\xfe"},
                                {"\xff", 1},
                                {"\xfe", 2},
                                {"line\r\nbreak", "a\nb\t\x01"},
                                {"big", std::numeric_limits<std::uint64_t>::max()},
                                {"number", 0.1},
                                {"ø", "日本"}}),
                          Durable::No),
              IsOk());
  ASSERT_THAT(
      log_.append({.phase = Phase::Note, .step = "", .attempt = 0, .data = Json()}, Durable::No),
      IsOk());
  ASSERT_THAT(
      log_.append({.phase = Phase::End, .step = "", .attempt = 0, .data = Json()}, Durable::Yes),
      IsOk());

  const VerifyReport report = verify(disk_.content);
  EXPECT_EQ(report.state, VerifyReport::State::Intact) << report.line << ": " << report.reason;
}

TEST_F(LogTest, RefusesDataThatIsNestedTooDeeplyToBeReadBack) {
  nlohmann::json deep = nlohmann::json::object();
  for (int depth = 1; depth < 499; ++depth) {
    deep = {{"a", std::move(deep)}};
  }
  EXPECT_THAT(log_.append(note(deep), Durable::No), IsOk());
  EXPECT_THAT(log_.append(note({{"a", deep}}), Durable::No),
              HasError(ErrorCode::Protocol, "nested more than 500 levels"));
  EXPECT_THAT(log_.append(note({{"a", 1}}), Durable::No), IsOk()) << "nothing was written";
  EXPECT_EQ(verify(disk_.content).records, 2U);
}

TEST_F(LogTest, StaysBrokenAfterAFailedWrite) {
  disk_.fail_append = 2;
  ASSERT_THAT(log_.append(note(nlohmann::json::object()), Durable::Yes), IsOk());
  EXPECT_THAT(log_.append(note(nlohmann::json::object()), Durable::Yes),
              HasError(ErrorCode::Io, "no space left on device"));
  EXPECT_THAT(log_.append(note(nlohmann::json::object()), Durable::Yes),
              HasError(ErrorCode::Io, "cfkops audit verify 20251123-072501-3f9a"));
  EXPECT_EQ(log_.records(), 1U);
  EXPECT_EQ(disk_.appends, 2U);
}

TEST_F(LogTest, CountsAFailedSyncAsAFailedWrite) {
  disk_.fail_sync_after = 1;
  EXPECT_THAT(log_.append(note(nlohmann::json::object()), Durable::Yes), HasError(ErrorCode::Io));
  EXPECT_THAT(log_.append(note(nlohmann::json::object()), Durable::No), HasError(ErrorCode::Io));
}

TEST_F(LogTest, TakesNothingAfterTheEnd) {
  ASSERT_THAT(
      log_.append({.phase = Phase::End, .step = "", .attempt = 0, .data = Json()}, Durable::Yes),
      IsOk());
  EXPECT_THAT(log_.append(note(nlohmann::json::object()), Durable::No),
              HasError(ErrorCode::Internal));
  EXPECT_EQ(disk_.appends, 1U);
}

TEST_F(LogTest, GoesOnWithATornLogInOneChain) {
  ASSERT_THAT(log_.append(note({{"n", 1}}), Durable::Yes), IsOk());
  disk_.fail_append = 2;
  disk_.torn = true;
  ASSERT_THAT(log_.append(note({{"n", 2}}), Durable::Yes), HasError(ErrorCode::Io));

  const auto again = reopen(disk_.content);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->lines.size(), 1U);
  EXPECT_EQ(again->tail.records, 1U);
  EXPECT_EQ(again->tail.last_hash, log_.last_hash());
  EXPECT_EQ(again->good_bytes + again->torn.size(), disk_.content.size());
  EXPECT_TRUE(again->torn.starts_with(R"({"attempt":2,)"));

  disk_.content.resize(again->good_bytes);
  Log further(test::memory_file(disk_), "20251123-072501-3f9a", clock_, again->tail);
  const Record resume{.phase = Phase::Resume, .step = "", .attempt = 0, .data = Json()};
  const Record end{.phase = Phase::End, .step = "", .attempt = 0, .data = Json()};
  EXPECT_THAT(further.append(note({{"n", 2}}), Durable::No),
              HasError(ErrorCode::Internal, "only go on with a resume"));
  ASSERT_THAT(further.append(resume, Durable::Yes), IsOk());
  ASSERT_THAT(further.append(end, Durable::Yes), IsOk());
  EXPECT_EQ(verify(disk_.content).state, VerifyReport::State::Intact);
  EXPECT_EQ(verify(disk_.content).records, 3U);
}

TEST_F(LogTest, GoesOnAfterAnEndWithAResumeOnly) {
  const Record end{.phase = Phase::End, .step = "", .attempt = 0, .data = Json()};
  const Record resume{.phase = Phase::Resume, .step = "", .attempt = 0, .data = Json()};
  ASSERT_THAT(log_.append(end, Durable::Yes), IsOk());
  const auto again = reopen(disk_.content);
  ASSERT_THAT(again, IsOk());
  Log further(test::memory_file(disk_), "20251123-072501-3f9a", clock_, again->tail);
  ASSERT_THAT(further.append(resume, Durable::Yes), IsOk());
  EXPECT_EQ(verify(disk_.content).state, VerifyReport::State::Open);
  ASSERT_THAT(further.append(end, Durable::Yes), IsOk());
  EXPECT_EQ(verify(disk_.content).state, VerifyReport::State::Intact);
}

TEST_F(LogTest, BeginsAnewWhereNotEvenTheFirstLineIsWhole) {
  const auto again = reopen("{\"attempt\":0,");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->tail.records, 0U);
  EXPECT_EQ(again->good_bytes, 0U);
  Log anew(test::memory_file(disk_), "20251123-072501-3f9a", clock_, again->tail);
  ASSERT_THAT(anew.append(note(nlohmann::json::object()), Durable::No), IsOk());
  EXPECT_EQ(verify(disk_.content).records, 1U);
}

}  // namespace
}  // namespace cfkops::audit
