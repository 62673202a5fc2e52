#include "cfkops/audit/verify.hpp"

#include "line.hpp"
#include "seal.hpp"
#include "walk.hpp"

#include "cfkops/audit/head.hpp"
#include "cfkops/base/clock.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::audit {
namespace {

constexpr std::array<std::string_view, 9> kMembers = {
    "attempt", "data", "phase", "prev", "run", "seq", "sha256", "step", "ts"};

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

bool is_hash(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Why the line has not the form of a record, or "".
std::string malformed(const Json& line) {
  const auto members = line.members();
  if (!line.is_object() || members.size() != kMembers.size()) {
    return "it does not have the nine members of a record";
  }
  for (std::size_t i = 0; i < kMembers.size(); ++i) {
    if (members[i].first != kMembers[i]) {
      return "member '" + std::string(kMembers[i]) + "' is missing";
    }
  }
  const auto& raw = line.raw();
  if (!raw.at("attempt").is_number_integer() || !raw.at("seq").is_number_integer() ||
      !raw.at("data").is_object()) {
    return "attempt and seq must be integers and data an object";
  }
  if (!known_phase(line.string_or("/phase", ""))) {
    return "its phase is unknown";
  }
  if (!is_hash(line.string_or("/prev", "")) || !is_hash(line.string_or("/sha256", ""))) {
    return "prev and sha256 must be 64 hexadecimal digits";
  }
  if (!line.string_at("/run") || !line.string_at("/step")) {
    return "run and step must be strings";
  }
  const std::string time = line.string_or("/ts", "");
  const Result<WallTime> moment = base::parse_rfc3339(time);
  if (!moment || base::format_rfc3339(*moment) != time) {
    return "its time is not RFC 3339 in UTC with six decimals";
  }
  return "";
}

}  // namespace

bool Trust::accepts(const std::string& signer) const {
  return !required || by_anybody || contains(fingerprints, signer);
}

Walk::Walk(std::vector<LogLine>* lines, Trust trust)
    : lines_(lines),
      trust_(std::move(trust)) {}

VerifyReport Walk::take(std::string_view log) {
  while (!log.empty()) {
    ++report_.line;
    const std::size_t end = log.find('\n');
    if (end == std::string_view::npos) {
      return torn();
    }
    if (std::string wrong = check(log.substr(0, end)); !wrong.empty()) {
      report_.state = VerifyReport::State::Broken;
      report_.reason = std::move(wrong);
      return report_;
    }
    log.remove_prefix(end + 1);
  }
  VerifyReport report = report_;
  report.line = 0;
  report.state = ended_ ? VerifyReport::State::Intact : VerifyReport::State::Open;
  if (!ended_) {
    report.reason = report.records == 0 ? "the log is empty" : "the log has no end record";
  }
  return report;
}

/// What a crash in the middle of a write leaves; only the very end of a log can look so.
VerifyReport Walk::torn() const {
  VerifyReport report = report_;
  report.state = VerifyReport::State::Open;
  report.reason = "the last line is torn";
  return report;
}

std::string Walk::check(std::string_view text) {
  const Result<Json> line = Json::parse(text);
  if (!line) {
    return "it is not JSON";
  }
  if (line->dump() != text) {
    return "it is not in canonical form";
  }
  if (std::string wrong = malformed(*line); !wrong.empty()) {
    return wrong;
  }
  const std::string carried = line->string_or("/sha256", "");
  if (carried != hash_of(text, carried)) {
    return "its content does not match its hash: it was altered";
  }
  if (std::string wrong = misplaced(*line); !wrong.empty()) {
    return wrong;
  }
  if (std::string wrong = check_signature(*line); !wrong.empty()) {
    return wrong;
  }
  accept(*line);
  return "";
}

/// Says what is wrong, and takes note of who signed.
std::string Walk::check_signature(const Json& line) {
  const std::string phase = line.string_or("/phase", "");
  const bool expected = trust_.required || !report_.signers.empty();
  if (!is_signed(phase)) {
    return expected && checkpoint_due_ && phase != to_string(Phase::Resume)
               ? "a checkpoint is due here: the log was signed, and then altered, or never signed"
               : "";
  }
  const Result<std::string> signer = signer_of(line);
  if (!signer) {
    return signer.error().message;
  }
  if (signer->empty()) {
    return expected || phase == to_string(Phase::Checkpoint) ? "it is not signed" : "";
  }
  if (!trust_.accepts(*signer)) {
    return "it is signed by " + *signer + ", which is not an expected key";
  }
  if (!contains(report_.signers, *signer)) {
    report_.signers.push_back(*signer);
  }
  report_.signed_records = report_.records + 1;
  report_.last_signer = *signer;
  return "";
}

std::string Walk::misplaced(const Json& line) const {
  if (ended_ && line.string_or("/phase", "") != to_string(Phase::Resume)) {
    return "something follows the end record";
  }
  const std::int64_t due = static_cast<std::int64_t>(report_.records) + 1;
  const std::int64_t sequence = line.int_or("/seq", 0);
  if (sequence != due) {
    return "its seq is " + std::to_string(sequence) + " where " + std::to_string(due) +
           " is due: a line was " + (sequence > due ? "removed or moved" : "repeated or moved");
  }
  const std::string previous = report_.records == 0 ? no_hash() : report_.last_hash;
  if (line.string_or("/prev", "") != previous) {
    return "it does not follow the line before it: its prev is not that line's hash";
  }
  if (report_.records > 0 && line.string_or("/run", "") != report_.run_id) {
    return "it belongs to another run";
  }
  return "";
}

void Walk::accept(const Json& line) {
  ++report_.records;
  report_.run_id = line.string_or("/run", "");
  report_.last_hash = line.string_or("/sha256", "");
  const std::string phase = line.string_or("/phase", "");
  checkpoint_due_ =
      checkpoint_due(phase, line.get("/data"), report_.records - report_.signed_records);
  ended_ = phase == to_string(Phase::End);
  if (lines_ != nullptr) {
    lines_->push_back({.run = report_.run_id,
                       .sequence = report_.records,
                       .time = line.string_or("/ts", ""),
                       .phase = line.string_or("/phase", ""),
                       .step = line.string_or("/step", ""),
                       .attempt = static_cast<int>(line.int_or("/attempt", 0)),
                       .data = line.get("/data"),
                       .sha256 = report_.last_hash});
  }
}

VerifyReport verify(std::string_view log, const Trust& trust, std::vector<LogLine>* lines) {
  return Walk(lines, trust).take(log);
}

Error broken_log(const VerifyReport& report) {
  const std::string where = report.line > 0 ? " at line " + std::to_string(report.line) : "";
  return make_error(ErrorCode::InvalidInput,
                    "the audit log is broken" + where + ": " + report.reason);
}

Result<std::vector<LogLine>> read_log(std::string_view log) {
  std::vector<LogLine> lines;
  const VerifyReport report = verify(log, {}, &lines);
  if (report.state == VerifyReport::State::Broken) {
    return broken_log(report);
  }
  return lines;
}

Result<Reopened> reopen(std::string_view log,
                        const Trust& trust,
                        const std::optional<std::string>& head) {
  Reopened again;
  again.good_bytes = log.rfind('\n') + 1;  // none: 0
  again.torn = std::string(log.substr(again.good_bytes));
  const std::string_view whole = log.substr(0, again.good_bytes);
  again.report = verify_kept(whole, head, trust, &again.lines);
  if (again.report.state == VerifyReport::State::Broken) {
    return broken_log(again.report);
  }
  again.tail.records = again.report.records;
  if (again.report.records > 0) {
    again.tail.last_hash = again.report.last_hash;
  }
  return again;
}

}  // namespace cfkops::audit
