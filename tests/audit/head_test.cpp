// A log that went on after an end, and is cut back to it, looks as it did then. Its head tells.
#include "cfkops/audit/head.hpp"

#include "signing.hpp"
#include "support/matchers.hpp"
#include "support/memory_file.hpp"

#include "cfkops/audit/key.hpp"
#include "cfkops/audit/log.hpp"
#include "cfkops/audit/verify.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cfkops::audit {
namespace {

using State = VerifyReport::State;
using test::HasError;
using test::IsOk;
using test::new_key;
using test::StandingClock;
using test::trust_in;

constexpr const char* kRun = "20251123-072501-3f9a";

/// What is on disk at one moment.
struct Moment {
  std::string log;
  std::optional<std::string> head;
};

/// A run of three processes, each of which came to an end, with its disk.
class Headed : public testing::Test {
 protected:
  void live(bool first) {
    const auto again = reopen(disk_.content, {}, head_);
    ASSERT_THAT(again, IsOk());
    Log log(test::memory_file(disk_), kRun, clock_, again->tail);
    log.sign_with(key_);
    log.keep_head("journal.head", writer());
    put(log, first ? Phase::Start : Phase::Resume, {{"actor", "ana"}});
    for (int i = 0; i < 35; ++i) {
      put(log, Phase::Note, {{"text", "note " + std::to_string(i)}});
    }
    put(log, Phase::Step, {{"event", "end"}, {"state", "done"}});
    put(log, Phase::End, {{"result", first ? "Interrupted" : "Succeeded"}});
  }

  void live_three_times() {
    disk_.on_append = [this](std::size_t /*number*/) {
      moments_.push_back({disk_.content, head_});
    };
    live(true);
    live(false);
    live(false);
    moments_.push_back({disk_.content, head_});
  }

  Log::HeadWriter writer() {
    return [this](const std::string& text) -> Status {
      EXPECT_EQ(disk_.synced, disk_.content.size()) << "a loss of power leaves no head before it";
      moments_.push_back({disk_.content, head_});
      if (no_space_) {
        return make_error(ErrorCode::Io, "no space left on device");
      }
      head_ = text;
      return {};
    };
  }

  static void put(Log& log, Phase phase, nlohmann::json data) {
    const Record record{
        .phase = phase, .step = "roll", .attempt = 1, .data = Json(std::move(data))};
    ASSERT_THAT(log.append(record, Durable::Yes), IsOk());
  }

  /// Where each line of the log ends.
  [[nodiscard]] std::vector<std::size_t> ends() const {
    std::vector<std::size_t> ends;
    for (std::size_t at = 0; at < disk_.content.size();) {
      at = disk_.content.find('\n', at) + 1;
      ends.push_back(at);
    }
    return ends;
  }

  [[nodiscard]] VerifyReport verified() const {
    return verify_kept(disk_.content, head_, trust_in(key_));
  }

  StandingClock clock_;
  const base::SigningKey key_ = new_key();
  test::MemoryDisk disk_;
  std::optional<std::string> head_;
  std::vector<Moment> moments_;
  bool no_space_ = false;
};

TEST_F(Headed, KilledBetweenAnyTwoWritesItsLogAndHeadAgree) {
  live_three_times();
  for (const Moment& moment : moments_) {
    if (moment.head) {
      const VerifyReport report = verify_kept(moment.log, moment.head, trust_in(key_));
      EXPECT_NE(report.state, State::Broken) << report.records << ": " << report.reason;
    }
  }
  EXPECT_EQ(verified().state, State::Intact) << verified().reason;
  EXPECT_EQ(verified().head_signer, trust_in(key_).fingerprints.front());
}

TEST_F(Headed, CutBackToAnyEarlierEndItIsBroken) {
  live_three_times();
  int earlier_ends = 0;
  for (const std::size_t end : ends()) {
    const std::string_view cut = std::string_view(disk_.content).substr(0, end);
    if (end == disk_.content.size()) {
      continue;
    }
    earlier_ends += verify(cut, trust_in(key_)).state == State::Intact ? 1 : 0;
    const VerifyReport report = verify_kept(cut, head_, trust_in(key_));
    EXPECT_EQ(report.state, State::Broken) << "cut to line " << report.records;
    EXPECT_EQ(report.line, static_cast<int>(report.records) + 1);
    EXPECT_NE(report.reason.find("lines are missing at its end"), std::string::npos);
    EXPECT_THAT(reopen(cut, {}, head_), HasError(ErrorCode::InvalidInput, "lines are missing"));
  }
  EXPECT_EQ(earlier_ends, 2) << "without its head it is what it was then";
}

TEST_F(Headed, WithoutTheHeadThatItNamesItIsBroken) {
  live_three_times();
  head_.reset();
  EXPECT_EQ(verified().state, State::Broken);
  EXPECT_NE(verified().reason.find("its head is missing"), std::string::npos);
  EXPECT_EQ(verify_kept(disk_.content.substr(0, ends().front()), head_).state, State::Broken)
      << "it is there before the first line is";
}

TEST_F(Headed, AHeadOfAnEarlierTimeIsFound) {
  live_three_times();
  const std::uint64_t now = verified().records;
  for (const Moment& moment : moments_) {
    if (moment.head && read_head(*moment.head)->records + 1 < now) {
      const VerifyReport report = verify_kept(disk_.content, moment.head, trust_in(key_));
      EXPECT_EQ(report.state, State::Broken);
      EXPECT_NE(report.reason.find("its head is older"), std::string::npos) << report.reason;
    }
  }
}

TEST_F(Headed, EveryChangedByteOfTheHeadIsFound) {
  live_three_times();
  const std::string right = *head_;
  for (std::size_t at = 0; at < right.size(); ++at) {
    head_ = right;
    (*head_)[at] = static_cast<char>(static_cast<unsigned char>((*head_)[at]) ^ (1U << (at % 8)));
    EXPECT_THAT(read_head(*head_), HasError(ErrorCode::InvalidInput)) << "byte " << at;
  }
  EXPECT_EQ(verified().state, State::Broken);
  for (const std::string& other : {right + "\n", " " + right, std::string()}) {
    head_ = other;
    EXPECT_EQ(verified().state, State::Broken);
  }
}

TEST_F(Headed, AForgersHeadIsNotOfTheExpectedKey) {
  live_three_times();
  VerifyReport then;
  std::size_t cut = 0;
  for (std::size_t i = 0; then.state != State::Intact; ++i) {
    cut = ends()[i];
    then = verify(std::string_view(disk_.content).substr(0, cut));
  }
  const auto forged =
      to_text({.run_id = kRun, .records = then.records, .last_hash = then.last_hash}, new_key());
  ASSERT_THAT(forged, IsOk());
  const VerifyReport report = verify_kept(disk_.content.substr(0, cut), *forged, trust_in(key_));
  EXPECT_EQ(report.state, State::Broken);
  EXPECT_NE(report.reason.find("not an expected key"), std::string::npos) << report.reason;
}

TEST_F(Headed, AHeadOfAnotherRunOrAnotherHistoryIsFound) {
  live_three_times();
  const VerifyReport now = verify(disk_.content);
  const auto other =
      to_text({.run_id = "other", .records = now.records, .last_hash = now.last_hash}, key_);
  ASSERT_THAT(other, IsOk());
  head_ = *other;
  EXPECT_NE(verified().reason.find("that of another run"), std::string::npos);
  const auto history = to_text(
      {.run_id = kRun, .records = now.records - 1, .last_hash = std::string(64, 'a')}, key_);
  ASSERT_THAT(history, IsOk());
  head_ = *history;
  EXPECT_NE(verified().reason.find("tells of another line"), std::string::npos);
}

TEST_F(Headed, NothingGoesOnWhereTheHeadCannotBeWritten) {
  Log log(test::memory_file(disk_), kRun, clock_);
  log.sign_with(key_);
  log.keep_head("journal.head", writer());
  no_space_ = true;
  const Record start{.phase = Phase::Start, .step = "", .attempt = 0, .data = {}};
  EXPECT_THAT(log.append(start, Durable::Yes), HasError(ErrorCode::Io, "no space left"));
  no_space_ = false;
  const Record note{.phase = Phase::Note, .step = "", .attempt = 0, .data = {}};
  EXPECT_THAT(log.append(note, Durable::Yes), HasError(ErrorCode::Io));
}

TEST_F(Headed, ALogFromBeforeTheHeadHasOneFromItsNextResumeOn) {
  Log log(test::memory_file(disk_), kRun, clock_);
  log.sign_with(key_);
  put(log, Phase::Start, nlohmann::json::object());
  put(log, Phase::End, nlohmann::json::object());
  EXPECT_EQ(verified().state, State::Intact) << "it never said that it had one";
  live(false);
  EXPECT_EQ(verified().state, State::Intact) << verified().reason;
  head_.reset();
  EXPECT_EQ(verified().state, State::Broken);
}

}  // namespace
}  // namespace cfkops::audit
