#pragma once

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/result.hpp"

#include <filesystem>
#include <string>

namespace cfkops::audit {

/// The key that logs are signed with, from this PEM file. Where there is none yet, one is made,
/// with mode 0600, and its public half beside it as "<file>.pub"; of two runs that do so at once
/// both get the same. The directory must exist. Errors: InvalidInput where the file is no such key
/// or others may read it, Io.
[[nodiscard]] Result<base::SigningKey> signing_key_in(const std::filesystem::path& file);

/// "SHA256:" and the SHA-256 of the key's DER form (SubjectPublicKeyInfo) in hexadecimal, as
/// `openssl pkey -pubin -outform DER | sha256sum` gives it. Errors: InvalidInput.
[[nodiscard]] Result<std::string> fingerprint(const std::string& public_pem);

}  // namespace cfkops::audit
