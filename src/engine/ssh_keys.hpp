#pragma once

#include "cfkops/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::engine {

/// A line of an allowed-signers file.
struct AllowedSigner {
  std::vector<std::string> principals;
  std::string key;   ///< the public key's bytes
  std::string line;  ///< as written
  int number = 0;    ///< from 1
};

/// Reads it: principals, options, key type, key (ssh-keygen(1), ALLOWED SIGNERS). Errors:
/// InvalidInput with the line, also for certificate authorities, of which cfkops knows no keys.
[[nodiscard]] Result<std::vector<AllowedSigner>> read_allowed_signers(std::string_view text);

/// What an SSH signature says of itself (OpenSSH, PROTOCOL.sshsig).
struct SshSignature {
  std::string key;  ///< the public key's bytes
  std::string name_space;
};

/// Takes one apart, without judging it. Errors: InvalidInput.
[[nodiscard]] Result<SshSignature> read_ssh_signature(std::string_view bytes);

/// Between the lines of PEM's kind that ssh-keygen writes, and back. Errors: InvalidInput.
[[nodiscard]] std::string armored(std::string_view signature);
[[nodiscard]] Result<std::string> without_armor(std::string_view text);

/// "SHA256:…", as ssh-keygen shows a key.
[[nodiscard]] std::string fingerprint(std::string_view key);

}  // namespace cfkops::engine
