#include "cfkops/audit/head.hpp"

#include "line.hpp"
#include "seal.hpp"

#include "cfkops/audit/key.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::audit {
namespace {

/// What is signed: the head without its signature, under words of its own.
std::string message_of(nlohmann::json head) {
  head.erase("signature");
  return "cfkops audit head\n" + base::sha256_hex(Json(std::move(head)).dump());
}

Error altered(const std::string& how) {
  return make_error(ErrorCode::InvalidInput, "it is not as it was written: " + how);
}

/// The log says that it has a head.
bool names_head(const std::vector<LogLine>& lines) {
  return std::ranges::any_of(lines, [](const LogLine& line) {
    const bool begins =
        line.phase == to_string(Phase::Start) || line.phase == to_string(Phase::Resume);
    return begins && !line.data.string_or("/head", "").empty();
  });
}

/// How many records were signed after that many.
std::ptrdiff_t signed_after(const std::vector<LogLine>& lines, std::uint64_t records) {
  return std::ranges::count_if(lines, [records](const LogLine& line) {
    return line.sequence > records && is_signed(line.phase);
  });
}

/// What is wrong with a head that is as it was written, or "".
std::string contradiction(const Head& head,
                          const Trust& trust,
                          const VerifyReport& report,
                          const std::vector<LogLine>& lines) {
  if (!trust.accepts(head.signer)) {
    return "its head is signed by " + head.signer + ", which is not an expected key";
  }
  if (report.records > 0 && head.run_id != report.run_id) {
    return "its head is that of another run";
  }
  if (head.records > report.records) {
    return "lines are missing at its end: its head tells of " + std::to_string(head.records);
  }
  const std::string hash = head.records == 0 ? no_hash() : lines[head.records - 1].sha256;
  if (head.last_hash != hash) {
    return "its head tells of another line " + std::to_string(head.records);
  }
  // Killed between the two writes, a log is one signature ahead of its head; never more.
  if (report.state == VerifyReport::State::Intact && signed_after(lines, head.records) > 1) {
    return "its head is older than the log: one of an earlier time was put back";
  }
  return "";
}

/// What the head says against a log that is right in itself, or "".
std::string against(const std::optional<std::string>& text,
                    const Trust& trust,
                    VerifyReport& report,
                    const std::vector<LogLine>& lines) {
  if (!text) {
    return names_head(lines) ? "its head is missing, the small file that is kept beside it: lines "
                               "may be missing at its end"
                             : "";
  }
  const Result<Head> head = read_head(*text);
  if (!head) {
    return "its head: " + head.error().message;
  }
  report.head_signer = head->signer;
  if (head->records > report.records) {
    report.line = static_cast<int>(report.records) + 1;
  }
  return contradiction(*head, trust, report, lines);
}

}  // namespace

Result<std::string> to_text(const Head& head, const base::SigningKey& key) {
  nlohmann::json whole = {{"publicKey", key.public_pem},
                          {"records", head.records},
                          {"run", head.run_id},
                          {"schemaVersion", 1},
                          {"sha256", head.last_hash}};
  CFKOPS_ASSIGN(std::string signature, base::sign_ed25519(key, message_of(whole)));
  whole["signature"] = std::move(signature);
  return Json(std::move(whole)).dump() + "\n";
}

Result<Head> read_head(std::string_view text) {
  const Result<Json> json = Json::parse(text);
  if (!json || !json->is_object() || json->dump() + "\n" != text) {
    return altered("it is no canonical JSON");
  }
  const std::string key = json->string_or("/publicKey", "");
  const Result<bool> fits =
      base::verify_ed25519(key, message_of(json->raw()), json->string_or("/signature", ""));
  if (!fits || !*fits) {
    return altered("its signature is another's");
  }
  CFKOPS_ASSIGN(std::string signer, fingerprint(key));
  return Head{.run_id = json->string_or("/run", ""),
              .records = static_cast<std::uint64_t>(json->int_or("/records", 0)),
              .last_hash = json->string_or("/sha256", ""),
              .signer = std::move(signer)};
}

VerifyReport verify_kept(std::string_view log,
                         const std::optional<std::string>& head,
                         const Trust& trust,
                         std::vector<LogLine>* lines) {
  std::vector<LogLine> own;
  std::vector<LogLine>& all = lines == nullptr ? own : *lines;
  VerifyReport report = verify(log, trust, &all);
  if (report.state == VerifyReport::State::Broken) {
    return report;
  }
  if (std::string wrong = against(head, trust, report, all); !wrong.empty()) {
    report.state = VerifyReport::State::Broken;
    report.reason = std::move(wrong);
  }
  return report;
}

}  // namespace cfkops::audit
