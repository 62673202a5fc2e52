// Who changes a finished log is found out, in every case that can be generated: with and without
// the knowledge of how its hashes are made, but without the key.
#include "signing.hpp"
#include "support/memory_file.hpp"
#include "walk.hpp"

#include "cfkops/audit/key.hpp"
#include "cfkops/audit/log.hpp"
#include "cfkops/audit/verify.hpp"
#include "cfkops/base/crypto.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <map>

namespace cfkops::audit {
namespace {

using State = VerifyReport::State;
using Lines = std::vector<std::string>;
using test::new_key;
using test::StandingClock;
using test::trust_in;

const base::SigningKey& our_key() {
  static const base::SigningKey key = new_key();
  return key;
}

void put(Log& log, Phase phase, nlohmann::json data) {
  const Record record{.phase = phase, .step = "roll", .attempt = 1, .data = Json(std::move(data))};
  EXPECT_TRUE(log.append(record, Durable::Yes));
}

/// A finished run that was resumed once, with a stretch long enough for checkpoints of its own.
std::string finished_log() {
  test::MemoryDisk disk;
  const StandingClock clock;
  Log log(test::memory_file(disk), "20251123-072501-3f9a", clock);
  log.sign_with(our_key());
  put(log, Phase::Start, {{"runbook", "broker-restart"}, {"actor", "ana"}});
  put(log, Phase::Plan, {{"steps", {"hold", "roll"}}, {"estimate", 12.5}});
  put(log, Phase::Step, {{"event", "begin"}});
  put(log, Phase::Intent, {{"verb", "evict"}, {"name", "kafka-0"}, {"uid", "u-0"}});
  Log further(test::memory_file(disk),
              "20251123-072501-3f9a",
              clock,
              {.last_hash = log.last_hash(), .records = log.records()});
  further.sign_with(our_key());
  put(further, Phase::Resume, {{"reason", "killed"}});
  put(further, Phase::Effect, {{"status", 201}});
  for (int i = 0; i < 35; ++i) {
    put(further, Phase::Note, {{"text", "warte auf 日本 " + std::to_string(i)}});
  }
  put(further, Phase::Step, {{"event", "end"}, {"state", "done"}});
  put(further, Phase::End, {{"result", "Succeeded"}, {"requests", 42}});
  return disk.content;
}

Lines lines_of(const std::string& log) {
  Lines lines;
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t end = log.find('\n', at);
    lines.push_back(log.substr(at, end + 1 - at));
    at = end + 1;
  }
  return lines;
}

std::string joined(const Lines& lines) {
  std::string log;
  for (const std::string& line : lines) {
    log += line;
  }
  return log;
}

/// A forger who knows the format: numbers and chains the lines from index `from` on anew.
Lines rechained(const Lines& lines, std::size_t from = 0) {
  Lines made(lines.begin(), lines.begin() + static_cast<long>(from));
  std::string previous(64, '0');
  if (from > 0) {
    previous = nlohmann::json::parse(made.back())["sha256"];
  }
  for (std::size_t i = from; i < lines.size(); ++i) {
    nlohmann::json record = nlohmann::json::parse(lines[i]);
    record["seq"] = made.size() + 1;
    record["prev"] = previous;
    record.erase("sha256");
    previous = base::sha256_hex(record.dump());
    record["sha256"] = previous;
    made.push_back(record.dump() + "\n");
  }
  return made;
}

/// The forger with a key of his own.
Lines resigned(const Lines& lines, const base::SigningKey& key) {
  test::MemoryDisk disk;
  const StandingClock clock;
  Log log(test::memory_file(disk), "20251123-072501-3f9a", clock);
  log.sign_with(key);
  for (const std::string& line : lines) {
    const nlohmann::json record = nlohmann::json::parse(line);
    for (const Phase phase : {Phase::Start,
                              Phase::Plan,
                              Phase::Step,
                              Phase::Intent,
                              Phase::Effect,
                              Phase::Note,
                              Phase::Resume,
                              Phase::End}) {
      if (record["phase"] == to_string(phase)) {
        put(log, phase, record["data"]);
      }
    }
  }
  return lines_of(disk.content);
}

class Tampering : public testing::Test {
 protected:
  Tampering() {
    for (const std::string& line : lines_) {
      Walk next = before_.back();
      static_cast<void>(next.take(line));
      before_.push_back(std::move(next));
    }
  }

  /// Of a log whose first `same` lines are the true ones; these are not read again.
  [[nodiscard]] State state_of(const Lines& lines, std::size_t same) const {
    Walk walk = before_[same];
    return walk.take(joined({lines.begin() + static_cast<long>(same), lines.end()})).state;
  }

  void expect_found(const Lines& lines, std::size_t same, const std::string& what) const {
    EXPECT_EQ(state_of(lines, same), State::Broken) << what;
  }

  std::string log_ = finished_log();
  Lines lines_ = lines_of(log_);
  Trust trust_ = trust_in(our_key());
  std::vector<Walk> before_ = {Walk(nullptr, trust_)};  ///< what has taken the lines before each
};

TEST_F(Tampering, TheLogItselfIsIntactAndSignedToItsEnd) {
  const VerifyReport report = verify(log_, trust_);
  EXPECT_EQ(report.state, State::Intact) << report.line << ": " << report.reason;
  EXPECT_EQ(report.signed_records, report.records);
  EXPECT_EQ(report.signers, trust_.fingerprints);
  std::map<std::string, int> phases;
  for (const std::string& line : lines_) {
    ++phases[nlohmann::json::parse(line)["phase"]];
  }
  EXPECT_EQ(phases["checkpoint"], 4) << "after start, resume, 32 records and the step";
}

TEST_F(Tampering, EveryFlippedBitIsFound) {
  std::size_t cases = 0;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::string rest = joined({lines_.begin() + static_cast<long>(i) + 1, lines_.end()});
    for (std::size_t at = 0; at < lines_[i].size(); ++at) {
      std::string changed = lines_[i];
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (1U << (at % 8)));
      Walk walk = before_[i];
      ASSERT_NE(walk.take(changed + rest).state, State::Intact) << "line " << i + 1 << ":" << at;
      ++cases;
    }
  }
  EXPECT_EQ(cases, log_.size()) << "no byte left out";
}

TEST_F(Tampering, EveryDeletedRepeatedOrMovedLineIsFound) {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const auto at = static_cast<long>(i);
    Lines changed = lines_;
    changed.erase(changed.begin() + at);
    EXPECT_NE(state_of(changed, i), State::Intact) << "line " << i + 1 << " deleted";
    changed = lines_;
    changed.insert(changed.begin() + at, lines_[i]);
    expect_found(changed, i, "line " + std::to_string(i + 1) + " repeated");
    for (std::size_t j = i + 1; j < lines_.size(); ++j) {
      changed = lines_;
      std::swap(changed[i], changed[j]);
      expect_found(changed, i, "lines " + std::to_string(i + 1) + " and " + std::to_string(j + 1));
    }
  }
}

TEST_F(Tampering, CutOffAtAnyByteItIsOpenAndNeverIntact) {
  EXPECT_EQ(verify("", trust_).state, State::Open);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::string& line = lines_[i];
    for (std::size_t size = 1; size < line.size(); ++size) {
      Walk walk = before_[i];
      ASSERT_EQ(walk.take(line.substr(0, size)).state, State::Open) << line;
    }
    const State whole = Walk(before_[i]).take(line).state;
    EXPECT_EQ(whole, i + 1 == lines_.size() ? State::Intact : State::Open);
  }
}

TEST_F(Tampering, AForgerWithoutTheKeyIsFoundWhateverHeChanges) {
  ASSERT_EQ(rechained(lines_), lines_) << "he knows the format";
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::string line = "line " + std::to_string(i + 1);
    const auto at = static_cast<long>(i);
    for (const char* member : {"step", "ts", "attempt", "run"}) {
      Lines changed = lines_;
      nlohmann::json record = nlohmann::json::parse(lines_[i]);
      record[member] = record[member].is_string() ? nlohmann::json("1970-01-01T00:00:02.000000Z")
                                                  : nlohmann::json(7);
      changed[i] = record.dump() + "\n";
      expect_found(rechained(changed, i), i, line + ": " + member);
    }
    for (const char* member : {"result", "name", "publicKey", "signature", "event", "more"}) {
      Lines changed = lines_;
      nlohmann::json record = nlohmann::json::parse(lines_[i]);
      record["data"][member] = "Failed";
      changed[i] = record.dump() + "\n";
      expect_found(rechained(changed, i), i, line + ": data." + member);
    }
    Lines without = lines_;
    without.erase(without.begin() + at);
    EXPECT_NE(state_of(rechained(without, i), i), State::Intact) << line << " deleted";
    Lines twice = lines_;
    twice.insert(twice.begin() + at, lines_[i]);
    expect_found(rechained(twice, i), i, line + " repeated");
    if (i + 1 < lines_.size()) {
      Lines moved = lines_;
      std::swap(moved[i], moved[i + 1]);
      expect_found(rechained(moved, i), i, line + " moved");
    }
  }
}

TEST_F(Tampering, AForgerCannotPutTheEndElsewhere) {
  for (std::size_t i = 0; i + 1 < lines_.size(); ++i) {
    Lines changed(lines_.begin(), lines_.begin() + static_cast<long>(i));
    changed.push_back(lines_.back());
    expect_found(rechained(changed, i), i, "end in place of line " + std::to_string(i + 1));
    nlohmann::json end = nlohmann::json::parse(lines_.back());
    end["data"].erase("signature");
    end["data"].erase("publicKey");
    changed.back() = end.dump() + "\n";
    expect_found(rechained(changed, i), i, "unsigned end as line " + std::to_string(i + 1));
  }
}

TEST_F(Tampering, ALogWithoutItsSignaturesIsBroken) {
  Lines bare;
  for (const std::string& line : lines_) {
    nlohmann::json record = nlohmann::json::parse(line);
    record["data"].erase("signature");
    record["data"].erase("publicKey");
    if (record["phase"] != "checkpoint") {
      bare.push_back(record.dump() + "\n");
    }
  }
  bare = rechained(bare);
  EXPECT_EQ(verify(joined(bare)).state, State::Intact) << "as a chain alone it is right";
  expect_found(bare, 0, "all signatures taken out");
  EXPECT_EQ(verify(joined(bare), trust_).line, 2) << "where the first checkpoint was due";
}

TEST_F(Tampering, AForgersOwnKeyIsNotTheExpectedOne) {
  const base::SigningKey other = new_key();
  const Lines forged = resigned(lines_, other);
  EXPECT_EQ(verify(joined(forged), trust_in(other)).state, State::Intact);
  const VerifyReport report = verify(joined(forged), trust_);
  EXPECT_EQ(report.state, State::Broken);
  EXPECT_NE(report.reason.find(trust_in(other).fingerprints.front()), std::string::npos);
  EXPECT_EQ(verify(log_, {.required = true, .fingerprints = {}}).state, State::Broken)
      << "nobody is trusted without being named";

  Trust both = trust_;
  both.fingerprints.push_back(trust_in(other).fingerprints.front());
  EXPECT_EQ(verify(joined(forged), both).state, State::Intact);
}

}  // namespace
}  // namespace cfkops::audit
