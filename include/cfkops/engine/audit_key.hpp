#pragma once

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/result.hpp"

#include <string>

namespace cfkops::engine {

/// The key that this user's audit logs are signed with: "audit-key.pem" in `state_directory`, made
/// at its first use. Errors: as audit::signing_key_in.
[[nodiscard]] Result<base::SigningKey> audit_key();

/// Its public half in PEM form, for plans and reports. Errors: likewise.
[[nodiscard]] Result<std::string> audit_public_key();

/// Its fingerprint where there is such a key already, else "". Makes none.
[[nodiscard]] std::string own_fingerprint();

}  // namespace cfkops::engine
