#include "cfkops/engine/audit_key.hpp"

#include "cfkops/audit/key.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/engine/journal.hpp"

#include <filesystem>
#include <system_error>

namespace cfkops::engine {
namespace {

std::filesystem::path key_file() {
  return state_directory() / "audit-key.pem";
}

}  // namespace

Result<base::SigningKey> audit_key() {
  CFKOPS_TRY(base::make_private_directory(state_directory()));
  return audit::signing_key_in(key_file());
}

Result<std::string> audit_public_key() {
  CFKOPS_ASSIGN(const base::SigningKey key, audit_key());
  return key.public_pem;
}

std::string own_fingerprint() {
  std::error_code ignored;
  if (!std::filesystem::exists(key_file(), ignored)) {
    return {};
  }
  const Result<base::SigningKey> key = audit::signing_key_in(key_file());
  return key ? audit::fingerprint(key->public_pem).value_or("") : std::string();
}

}  // namespace cfkops::engine
