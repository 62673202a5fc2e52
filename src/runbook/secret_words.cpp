#include "cfkops/runbook/secret_words.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace cfkops::runbook {
namespace {

constexpr std::string_view kTokenCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

/// How many of these characters stand at the beginning of `text`.
std::size_t run_of(std::string_view text, std::string_view characters) {
  return std::min(text.find_first_not_of(characters), text.size());
}

/// A beginning that only tokens of some well-known kind have.
struct TokenKind {
  std::string_view begin;
  std::size_t least;  ///< characters that must follow
  std::string_view what;
};

constexpr std::array<TokenKind, 8> kTokens = {{
    {"AKIA", 16, "an AWS access key"},
    {"ASIA", 16, "an AWS access key"},
    {"ghp_", 30, "a GitHub token"},
    {"github_pat_", 30, "a GitHub token"},
    {"glpat-", 20, "a GitLab token"},
    {"xoxb-", 20, "a Slack token"},
    {"xoxp-", 20, "a Slack token"},
    {"AIza", 35, "a Google API key"},
}};

bool has_jwt(std::string_view text) {
  for (std::size_t at = text.find("eyJ"); at != std::string_view::npos;
       at = text.find("eyJ", at + 1)) {
    std::string_view rest = text.substr(at);
    const std::size_t head = run_of(rest, kTokenCharacters);
    rest.remove_prefix(head);
    if (head > 10 && rest.starts_with(".eyJ")) {
      return true;
    }
  }
  return false;
}

/// "https://user:word@host".
bool has_login(std::string_view text) {
  for (std::size_t at = text.find("://"); at != std::string_view::npos;
       at = text.find("://", at + 1)) {
    const std::string_view rest = text.substr(at + 3);
    const std::string_view host = rest.substr(0, rest.find_first_of("/ \n"));
    const std::size_t sign = host.rfind('@');
    const std::size_t colon = host.find(':');
    if (sign != std::string_view::npos && colon < sign && colon + 1 < sign &&
        !host.substr(colon + 1).starts_with("${")) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool is_secret_key(std::string_view key) {
  static constexpr std::array<std::string_view, 8> kEnds = {
      "password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "privatekey"};
  std::string word = base::lower(key);
  if (word.ends_with("_pass") || word.ends_with("_pwd")) {
    return true;
  }
  std::erase_if(word, [](char c) { return c == '_' || c == '-'; });
  return std::any_of(
      kEnds.begin(), kEnds.end(), [&word](std::string_view end) { return word.ends_with(end); });
}

std::string_view credential_in(std::string_view text) {
  const std::size_t pem = text.find("-----BEGIN ");
  if (pem != std::string_view::npos &&
      text.substr(pem, 60).find("PRIVATE KEY-----") != std::string_view::npos) {
    return "a private key";
  }
  for (const TokenKind& kind : kTokens) {
    const std::size_t at = text.find(kind.begin);
    if (at != std::string_view::npos &&
        run_of(text.substr(at + kind.begin.size()), kTokenCharacters) >= kind.least) {
      return kind.what;
    }
  }
  if (has_jwt(text)) {
    return "a JSON web token";
  }
  return has_login(text) ? "an address with a password in it" : "";
}

}  // namespace cfkops::runbook
