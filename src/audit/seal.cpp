#include "seal.hpp"

#include "cfkops/base/crypto.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::audit {
namespace {

/// What is signed: the record, without the members that come of it. The words keep a signature from
/// being taken for one of something else.
std::string message_of(nlohmann::json record) {
  record.erase("sha256");
  record.at("data").erase("signature");
  return "cfkops audit log\n" + base::sha256_hex(Json(std::move(record)).dump());
}

}  // namespace

bool checkpoint_due(std::string_view phase, const Json& data, std::uint64_t unsigned_records) {
  return phase == to_string(Phase::Start) || phase == to_string(Phase::Resume) ||
         (phase == to_string(Phase::Step) && data.string_or("/event", "") == "end") ||
         unsigned_records >= kCheckpointEvery;
}

bool is_signed(std::string_view phase) {
  return phase == to_string(Phase::Checkpoint) || phase == to_string(Phase::End);
}

Result<Json> with_signature(const Json& record, const base::SigningKey& key) {
  nlohmann::json whole = record.raw();
  whole["data"]["publicKey"] = key.public_pem;
  CFKOPS_ASSIGN(std::string signature, base::sign_ed25519(key, message_of(whole)));
  whole["data"]["signature"] = std::move(signature);
  return Json(std::move(whole));
}

Result<std::string> signer_of(const Json& record) {
  const std::string signature = record.string_or("/data/signature", "");
  const std::string key = record.string_or("/data/publicKey", "");
  if (signature.empty() && key.empty()) {
    return std::string();
  }
  const Result<bool> fits = base::verify_ed25519(key, message_of(record.raw()), signature);
  if (!fits || !*fits) {
    return make_error(ErrorCode::InvalidInput, "its signature is not that of this record");
  }
  return fingerprint(key);
}

}  // namespace cfkops::audit
