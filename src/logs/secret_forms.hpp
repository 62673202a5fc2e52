#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace cfkops::logs {

/// Where in a line a secret stands.
struct SecretPlace {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view kind;
};

/// Looks at a line in which a word stands at [begin, end): whether it tells of a secret, and where
/// that is.
using SecretForm = std::optional<SecretPlace> (*)(std::string_view line,
                                                  std::size_t begin,
                                                  std::size_t end);

/// A word that secrets are known by.
struct SecretWord {
  std::string_view literal;  ///< in lower case
  SecretForm form = nullptr;
};

/// Words of keys whose values are secrets: "password".
[[nodiscard]] std::span<const SecretWord> key_words();

/// What tokens of well-known makers begin with: "ghp_".
[[nodiscard]] std::span<const SecretWord> token_words();

/// A private key begins.
inline constexpr std::string_view kKeyBegins = "-----BEGIN ";
inline constexpr std::string_view kKeyEnds = "-----END ";
inline constexpr std::string_view kPrivateKey = "private-key";

}  // namespace cfkops::logs
