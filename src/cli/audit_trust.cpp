#include "audit_trust.hpp"

#include "run_store.hpp"

#include "cfkops/audit/head.hpp"
#include "cfkops/audit/key.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/engine/audit_key.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::cli {
namespace {

constexpr std::size_t kLongestLog = std::size_t{1} << 30U;

}  // namespace

Result<audit::Trust> trust_in(const std::vector<std::string>& key_files) {
  audit::Trust trust{.required = true, .fingerprints = {}};
  for (const std::string& file : key_files) {
    CFKOPS_ASSIGN(const std::string pem, base::read_file(file));
    Result<std::string> print = audit::fingerprint(pem);
    if (!print) {
      Error error = std::move(print).error();
      error.hint =
          pem.find("PRIVATE KEY-----") != std::string::npos
              ? "that is a private key, for its owner alone; name the public half, " + file + ".pub"
              : "name a public key in PEM form, such as another user's audit-key.pem.pub";
      return std::move(error).in("read " + file);
    }
    trust.fingerprints.push_back(*std::move(print));
  }
  if (key_files.empty()) {
    if (std::string own = engine::own_fingerprint(); !own.empty()) {
      trust.fingerprints.push_back(std::move(own));
    }
  }
  return trust;
}

Result<CheckedLog> checked_log(const std::string& word, const audit::Trust& trust) {
  CheckedLog log;
  CFKOPS_ASSIGN(log.path, find_log(word));
  // Of a run that is going on the log must be read last.
  CFKOPS_ASSIGN(const auto head, read_head_of(log.path));
  CFKOPS_ASSIGN(const std::string text, base::read_file(log.path, kLongestLog));
  log.report = audit::verify_kept(text, head, trust, &log.lines);
  return log;
}

std::string_view state_name(audit::VerifyReport::State state) {
  switch (state) {
    case audit::VerifyReport::State::Intact:
      return "intact";
    case audit::VerifyReport::State::Open:
      return "open";
    case audit::VerifyReport::State::Broken:
      return "broken";
  }
  return "broken";
}

Json to_json(const audit::VerifyReport& report) {
  return Json(nlohmann::json{{"state", state_name(report.state)},
                             {"run", report.run_id},
                             {"records", report.records},
                             {"sha256", report.last_hash},
                             {"line", report.line},
                             {"reason", report.reason},
                             {"signedRecords", report.signed_records},
                             {"signers", report.signers}});
}

}  // namespace cfkops::cli
