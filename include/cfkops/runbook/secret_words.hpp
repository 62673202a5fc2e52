#pragma once

#include <string_view>

namespace cfkops::runbook {

/// A name under which a secret stands: "password", "sasl.password", "apiKey", "access-key",
/// "DB_PASS"; not "passwordSecretName".
[[nodiscard]] bool is_secret_key(std::string_view key);

/// What kind of credential a text is or holds, by its form: "a private key", "a GitHub token"; ""
/// where it has no such form.
[[nodiscard]] std::string_view credential_in(std::string_view text);

}  // namespace cfkops::runbook
