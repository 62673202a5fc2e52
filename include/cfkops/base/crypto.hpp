#pragma once

#include "cfkops/base/redacted.hpp"
#include "cfkops/base/result.hpp"

#include <string>
#include <string_view>

namespace cfkops::base {

/// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// `count` random bytes from the operating system as lower-case hexadecimal.
[[nodiscard]] std::string random_hex(int count);

/// RFC 4648 with padding.
[[nodiscard]] std::string base64_encode(std::string_view bytes);

/// The bytes; line breaks are skipped. Errors: InvalidInput.
[[nodiscard]] Result<std::string> base64_decode(std::string_view text);

/// An Ed25519 (RFC 8032) key pair.
struct SigningKey {
  Redacted private_pem;    ///< PKCS #8
  std::string public_pem;  ///< SubjectPublicKeyInfo
};

/// A new key. Errors: Internal where the library cannot.
[[nodiscard]] Result<SigningKey> generate_signing_key();

/// The key of this PEM text. Errors: InvalidInput.
[[nodiscard]] Result<SigningKey> load_signing_key(const Redacted& private_pem);

/// The DER form (SubjectPublicKeyInfo) of an Ed25519 public key. Errors: InvalidInput.
[[nodiscard]] Result<std::string> public_key_der(const std::string& public_pem);

/// The 64-byte signature in base64. Errors: InvalidInput.
[[nodiscard]] Result<std::string> sign_ed25519(const SigningKey& key, std::string_view message);

/// Whether `signature_base64` is that of `message`. Errors: InvalidInput where the key cannot be
/// read.
[[nodiscard]] Result<bool> verify_ed25519(const std::string& public_pem,
                                          std::string_view message,
                                          const std::string& signature_base64);

}  // namespace cfkops::base
