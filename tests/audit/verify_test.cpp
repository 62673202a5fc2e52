#include "cfkops/audit/verify.hpp"

#include "support/matchers.hpp"
#include "support/memory_file.hpp"
#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"
#include "walk.hpp"

#include "cfkops/audit/log.hpp"
#include "cfkops/base/crypto.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace cfkops::audit {
namespace {

using State = VerifyReport::State;

class TickingClock final : public Clock {
 public:
  [[nodiscard]] MonoTime now() const override { return MonoTime(); }

  [[nodiscard]] WallTime wall() const override {
    ++ticks_;
    return WallTime(std::chrono::seconds(1'763'882'701) + std::chrono::milliseconds(37) * ticks_);
  }

 private:
  mutable int ticks_ = 0;
};

/// A log as a run writes it: 32 records of every phase, the last one its end.
std::string real_log() {
  test::MemoryDisk disk;
  const TickingClock clock;
  Log log(test::memory_file(disk), "20251123-072501-3f9a", clock);
  const auto put = [&](Phase phase, const std::string& step, nlohmann::json data) {
    const Record record{.phase = phase, .step = step, .attempt = 1, .data = Json(std::move(data))};
    EXPECT_TRUE(log.append(record, Durable::Yes));
  };
  put(Phase::Start, "", {{"runbook", "broker-restart"}, {"params", {{"password", "***"}}}});
  put(Phase::Plan, "", {{"steps", {"hold", "roll", "release"}}, {"estimate", 12.5}});
  for (int broker = 0; broker < 4; ++broker) {
    const std::string pod = "kafka-" + std::to_string(broker);
    put(Phase::Check, "", {{"verdict", "pass"}, {"summary", "0 of 33 partitions"}});
    put(Phase::Step, "roll", {{"event", "begin"}});
    put(Phase::Intent, "roll", {{"verb", "evict"}, {"name", pod}, {"uid", "u-" + pod}});
    put(Phase::Effect, "roll", {{"status", 201}, {"name", pod}});
    put(Phase::Observed, "roll", {{"pod", pod}, {"ready", true}});
    put(Phase::Note, "roll", {{"text", "warte auf " + pod + " … 日本"}});
    put(Phase::Undo, "roll", {{"event", "none"}});
  }
  put(Phase::Step, "roll", {{"event", "end"}});
  put(Phase::End, "", {{"result", "Succeeded"}, {"requests", 42}});
  return disk.content;
}

std::vector<std::string> lines_of(const std::string& log) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t end = log.find('\n', at);
    lines.push_back(log.substr(at, end + 1 - at));
    at = end + 1;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string log;
  for (const std::string& line : lines) {
    log += line;
  }
  return log;
}

/// Gives an altered line the hash that fits its content: a forger's work.
std::string resealed(const std::string& line, const std::function<void(nlohmann::json&)>& change) {
  nlohmann::json record = nlohmann::json::parse(line);
  record.erase("sha256");
  change(record);
  const std::string hash = base::sha256_hex(record.dump());
  record["sha256"] = hash;
  return record.dump() + "\n";
}

TEST(Verify, FindsAnUntouchedLogIntact) {
  const std::string log = real_log();
  const VerifyReport report = verify(log);
  EXPECT_EQ(report.state, State::Intact);
  EXPECT_EQ(report.records, 32U);
  EXPECT_EQ(report.run_id, "20251123-072501-3f9a");
  EXPECT_EQ(report.line, 0);
  EXPECT_EQ(report.reason, "");
}

TEST(Verify, NeverTakesALogWithOneChangedByteForIntact) {
  const std::vector<std::string> lines = lines_of(real_log());
  Walk before(nullptr);  // has taken the lines before the changed one, to save reading them again
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string rest = joined({lines.begin() + static_cast<long>(i) + 1, lines.end()});
    for (std::size_t at = 0; at < lines[i].size(); ++at) {
      for (const unsigned mask : {1U << (at % 8), 1U << ((at + 3) % 8), 0xFFU}) {
        std::string changed = lines[i];
        changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ mask);
        Walk walk = before;
        const VerifyReport report = walk.take(changed + rest);
        ASSERT_NE(report.state, State::Intact) << "line " << i + 1 << " byte " << at;
        ASSERT_EQ(report.line, static_cast<int>(i) + 1) << "byte " << at << ": " << report.reason;
        ASSERT_NE(report.reason, "");
      }
    }
    EXPECT_EQ(before.take(lines[i]).records, i + 1);
  }
}

TEST(Verify, NamesTheLineOfAChangedByteInAWholeLog) {
  const std::string log = real_log();
  for (std::size_t at = 0; at < log.size(); at += 61) {
    std::string changed = log;
    changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ 1U);
    const auto line = std::count(log.begin(), log.begin() + static_cast<long>(at), '\n') + 1;
    ASSERT_EQ(verify(changed).line, line) << "byte " << at;
    ASSERT_NE(verify(changed).state, State::Intact);
  }
}

TEST(Verify, NeverTakesALogWithAByteTooManyOrTooFewForIntact) {
  const std::string log = real_log();
  for (std::size_t at = 0; at <= log.size(); at += 29) {
    constexpr std::array kExtra = {' ', '\n', '\r', '0', '\0', '"', '\t'};
    std::string longer = log;
    longer.insert(at, 1, kExtra.at(at % kExtra.size()));
    ASSERT_EQ(verify(longer).state, State::Broken) << "insert at " << at;
    std::string shorter = log;
    shorter.erase(std::min(at, log.size() - 1), 1);
    ASSERT_NE(verify(shorter).state, State::Intact) << "erase at " << at;
  }
}

TEST(Verify, IsOpenAtEveryWholeLineAndTornInBetween) {
  const std::string log = real_log();
  std::ptrdiff_t whole = 0;
  for (std::size_t size = 0; size < log.size(); ++size) {
    const bool torn = size > 0 && log[size - 1] != '\n';
    whole += size > 0 && !torn ? 1 : 0;
    if (torn && size % 29 != 0) {
      continue;
    }
    const VerifyReport report = verify(std::string_view(log).substr(0, size));
    ASSERT_EQ(report.state, State::Open) << "cut at " << size;
    ASSERT_EQ(report.records, static_cast<std::uint64_t>(whole));
    ASSERT_EQ(report.line, torn ? static_cast<int>(whole) + 1 : 0);
    ASSERT_EQ(report.reason == "the last line is torn", torn);
  }
}

TEST(Verify, NamesTheLineWhereOneIsMissingRepeatedMovedOrInserted) {
  const std::vector<std::string> lines = lines_of(real_log());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto at = static_cast<long>(i);
    const int number = static_cast<int>(i) + 1;

    std::vector<std::string> missing = lines;
    missing.erase(missing.begin() + at);
    const VerifyReport without = verify(joined(missing));
    if (i + 1 < lines.size()) {
      EXPECT_EQ(without.state, State::Broken) << "line " << number << " removed";
      EXPECT_EQ(without.line, number);
    } else {
      EXPECT_EQ(without.state, State::Open);
    }

    std::vector<std::string> repeated = lines;
    repeated.insert(repeated.begin() + at, lines[i]);
    EXPECT_EQ(verify(joined(repeated)).state, State::Broken) << "line " << number << " repeated";
    EXPECT_EQ(verify(joined(repeated)).line, number + 1);

    for (std::size_t j = i + 1; j < lines.size(); ++j) {
      std::vector<std::string> swapped = lines;
      std::swap(swapped[i], swapped[j]);
      EXPECT_EQ(verify(joined(swapped)).state, State::Broken);
      EXPECT_EQ(verify(joined(swapped)).line, number) << "swapped with " << j + 1;
    }

    std::vector<std::string> inserted = lines;
    inserted.insert(inserted.begin() + at, "\n");
    EXPECT_EQ(verify(joined(inserted)).line, number) << "empty line before " << number;
  }
}

TEST(Verify, RefusesOtherLineEndingsAndSpacing) {
  const std::vector<std::string> lines = lines_of(real_log());
  std::string windows;
  for (const std::string& line : lines) {
    windows += line.substr(0, line.size() - 1) + "\r\n";
  }
  EXPECT_EQ(verify(windows).state, State::Broken);
  EXPECT_EQ(verify("\xEF\xBB\xBF" + joined(lines)).line, 1);

  std::vector<std::string> spaced = lines;
  spaced[4] = nlohmann::json::parse(lines[4]).dump(-1, ' ', true) + " \n";
  const VerifyReport report = verify(joined(spaced));
  EXPECT_EQ(report.state, State::Broken);
  EXPECT_EQ(report.line, 5);
  EXPECT_EQ(report.reason, "it is not in canonical form");
}

TEST(Verify, SaysWhatAForgerOverlooked) {
  const std::vector<std::string> lines = lines_of(real_log());
  const auto forged = [&](std::size_t index, const std::function<void(nlohmann::json&)>& change) {
    std::vector<std::string> changed = lines;
    changed[index] = resealed(lines[index], change);
    return verify(joined(changed));
  };

  const VerifyReport altered = forged(6, [](nlohmann::json& r) { r["data"]["ready"] = false; });
  EXPECT_EQ(altered.line, 8) << "the line after no longer follows";
  EXPECT_NE(altered.reason.find("does not follow"), std::string::npos);

  EXPECT_EQ(forged(6, [](nlohmann::json& r) { r["run"] = "other"; }).reason,
            "it belongs to another run");
  EXPECT_EQ(forged(6, [](nlohmann::json& r) { r["phase"] = "gone"; }).reason,
            "its phase is unknown");
  EXPECT_EQ(forged(6, [](nlohmann::json& r) { r["more"] = 1; }).reason,
            "it does not have the nine members of a record");
  EXPECT_EQ(forged(6, [](nlohmann::json& r) { r["seq"] = 9; }).reason,
            "its seq is 9 where 7 is due: a line was removed or moved");
  EXPECT_EQ(
      forged(6, [](nlohmann::json& r) { r["ts"] = "2025-11-23T08:25:01.123456+01:00"; }).reason,
      "its time is not RFC 3339 in UTC with six decimals");
  EXPECT_EQ(forged(6, [](nlohmann::json& r) { r["seq"] = 7.0; }).reason,
            "attempt and seq must be integers and data an object");
  EXPECT_EQ(forged(31, [](nlohmann::json& r) { r["phase"] = "note"; }).state, State::Open)
      << "an end that was talked away leaves an open log, never an intact one";
}

TEST(Verify, FindsWhatFollowsTheEnd) {
  const std::string log = real_log();
  EXPECT_EQ(verify(log + "{").line, 33);
  EXPECT_EQ(verify(log + "{").state, State::Open) << "a resume that was torn";
  EXPECT_EQ(verify(log + "{\n").state, State::Broken);
  EXPECT_EQ(verify(log + lines_of(log).back()).reason, "something follows the end record");
}

TEST(Verify, CallsAnEmptyLogOpen) {
  EXPECT_EQ(verify("").state, State::Open);
  EXPECT_EQ(verify("").reason, "the log is empty");
}

TEST(Verify, SurvivesDeeplyNestedLines) {
  EXPECT_EQ(verify(std::string(1'000'000, '[') + "\n").state, State::Broken);
}

TEST(ReadLog, GivesTheLinesAsWritten) {
  const Result<std::vector<LogLine>> lines = read_log(real_log());
  ASSERT_THAT(lines, test::IsOk());
  ASSERT_EQ(lines->size(), 32U);
  EXPECT_EQ((*lines)[4].phase, "intent");
  EXPECT_EQ((*lines)[4].step, "roll");
  EXPECT_EQ((*lines)[4].sequence, 5U);
  EXPECT_EQ((*lines)[4].data.string_or("/uid", ""), "u-kafka-0");
}

TEST(ReadLog, GivesTheWholeLinesOfATornLog) {
  const std::string log = real_log();
  const Result<std::vector<LogLine>> lines =
      read_log(std::string_view(log).substr(0, log.size() - 9));
  ASSERT_THAT(lines, test::IsOk());
  EXPECT_EQ(lines->size(), 31U);
}

TEST(ReadLog, RefusesABrokenLog) {
  std::string log = real_log();
  log[log.find("kafka-2")] = 'K';
  EXPECT_THAT(read_log(log), test::HasError(ErrorCode::InvalidInput, "broken at line 19"));
}

TEST(AuditFormat, ItsWorkedExampleVerifies) {
  const std::string page = test::read_file(test::source_tree() / "docs/audit-format.md");
  const std::size_t begin = page.find("```json\n") + 8;
  const std::string example = page.substr(begin, page.find("```", begin) - begin);
  // The fingerprint as the page's command gives it for the key in the example.
  const VerifyReport report =
      verify(example,
             {.required = true,
              .fingerprints = {
                  "SHA256:165f8a22350f7763d7e3397d372d7b9f66e503b2da0766ae1c69a0e3ee17ed87"}});
  EXPECT_EQ(report.state, State::Intact) << report.line << ": " << report.reason;
  EXPECT_EQ(report.records, 4U);

  // The page also shows what the first line's hash is taken over, and the command that does it.
  const std::size_t shown = page.find("printf '%s' '") + 13;
  const std::string unsealed = page.substr(shown, page.find('\'', shown) - shown);
  const Result<std::vector<LogLine>> lines = read_log(example);
  ASSERT_THAT(lines, test::IsOk());
  EXPECT_NE(example.find("\"sha256\":\"" + base::sha256_hex(unsealed) + "\""), std::string::npos);
  for (const char* member : {"/runbook/name",
                             "/runbook/file",
                             "/runbook/sha256",
                             "/params",
                             "/cluster/server",
                             "/cluster/context",
                             "/namespace",
                             "/actor/user",
                             "/actor/osUser",
                             "/actor/host",
                             "/tool/version",
                             "/tool/commit"}) {
    EXPECT_TRUE(lines->front().data.has(member)) << member;
  }
}

}  // namespace
}  // namespace cfkops::audit
