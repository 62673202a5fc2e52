// Secrets that are known by how they look, wherever they stand.

#include "secret_forms.hpp"

#include "cfkops/base/crypto.hpp"

#include <array>
#include <string>

namespace cfkops::logs {

namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_word(char c) {
  return is_alnum(c) || c == '_' || c == '-';
}

/// Of base64, in either alphabet, and of what RFC 6750 calls a token.
bool is_token68(char c) {
  return is_word(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

template <class Is>
std::size_t run(std::string_view line, std::size_t at, Is is) {
  while (at < line.size() && is(line[at])) {
    ++at;
  }
  return at;
}

bool begins_word(std::string_view line, std::size_t begin) {
  return begin == 0 || !is_word(line[begin - 1]);
}

/// A word with a well-known beginning, and at least `Least` characters behind it.
template <std::size_t Least>
std::optional<SecretPlace> maker(std::string_view line, std::size_t begin, std::size_t end) {
  const std::size_t last = run(line, end, is_token68);
  return begins_word(line, begin) && last - end >= Least
             ? std::optional<SecretPlace>({begin, last, "maker-token"})
             : std::nullopt;
}

std::optional<SecretPlace> aws(std::string_view line, std::size_t begin, std::size_t end) {
  const auto upper = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  const std::size_t last = run(line, begin, upper);
  return begins_word(line, begin) && last - end == 16 && run(line, last, is_word) == last
             ? std::optional<SecretPlace>({begin, last, "aws-key"})
             : std::nullopt;
}

std::optional<SecretPlace> google(std::string_view line, std::size_t begin, std::size_t end) {
  const bool exact = line.substr(begin, 4) == "AIza";
  const std::size_t last = run(line, end, is_word);
  return exact && begins_word(line, begin) && last - end == 35
             ? std::optional<SecretPlace>({begin, last, "google-key"})
             : std::nullopt;
}

std::optional<SecretPlace> web_token(std::string_view line, std::size_t begin, std::size_t end) {
  constexpr std::size_t kLeast = 8;
  if (!begins_word(line, begin) || line.substr(begin, 3) != "eyJ") {
    return std::nullopt;
  }
  const std::size_t head = run(line, end, is_word);
  if (head - begin < kLeast || head >= line.size() || line[head] != '.') {
    return std::nullopt;
  }
  const std::size_t body = run(line, head + 1, is_word);
  if (body - head < kLeast) {
    return std::nullopt;
  }
  const bool is_signed = body < line.size() && line[body] == '.';
  return SecretPlace{begin, is_signed ? run(line, body + 1, is_word) : body, "jwt"};
}

std::optional<SecretPlace> bearer(std::string_view line, std::size_t begin, std::size_t end) {
  const std::size_t last = run(line, end, is_token68);
  return begins_word(line, begin) && last - end >= 8
             ? std::optional<SecretPlace>({end, last, "bearer"})
             : std::nullopt;
}

/// "Basic" is an ordinary word: what follows must be a name and a password.
std::optional<SecretPlace> basic(std::string_view line, std::size_t begin, std::size_t end) {
  const std::size_t last = run(line, end, is_token68);
  if (!begins_word(line, begin) || last - end < 4) {
    return std::nullopt;
  }
  const auto decoded = base::base64_decode(line.substr(end, last - end));
  return decoded && decoded->find(':') != std::string::npos
             ? std::optional<SecretPlace>({end, last, "basic"})
             : std::nullopt;
}

/// The password in scheme://user:password@host.
std::optional<SecretPlace> url(std::string_view line, std::size_t /*begin*/, std::size_t end) {
  const std::size_t stop = line.find_first_of(" \t\"'<>", end);
  const std::string_view rest = line.substr(end, stop - end);
  const std::size_t slash = rest.find_first_of("/?#");
  const std::size_t at = rest.substr(0, slash).rfind('@');
  const std::size_t colon = rest.find(':');
  if (at == std::string_view::npos || colon >= at || colon + 1 == at ||
      rest.substr(colon + 1, at - colon - 1).find_first_not_of('*') == std::string_view::npos) {
    return std::nullopt;
  }
  return SecretPlace{end + colon + 1, end + at, "url-password"};
}

std::optional<SecretPlace> webhook(std::string_view line, std::size_t /*begin*/, std::size_t end) {
  const std::size_t last = run(line, end, is_token68);
  return last - end >= 10 ? std::optional<SecretPlace>({end, last, "webhook"}) : std::nullopt;
}

/// The client's proof in the last message of SCRAM: c=…,r=…,p=….
std::optional<SecretPlace> proof(std::string_view line, std::size_t begin, std::size_t end) {
  const std::size_t last = run(line, end, is_token68);
  const std::string_view before = line.substr(0, begin);
  return last - end >= 20 && before.find("c=") != std::string_view::npos
             ? std::optional<SecretPlace>({end, last, "scram"})
             : std::nullopt;
}

/// A private key up to its end, or to the end of the line: PEM, on one line or the first of many.
std::optional<SecretPlace> private_key(std::string_view line, std::size_t begin, std::size_t end) {
  constexpr std::size_t kLongest = 40;
  const std::size_t label = line.substr(end, kLongest).find("PRIVATE KEY");
  if (label == std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t tail = line.find(kKeyEnds, end);
  if (tail == std::string_view::npos) {
    return SecretPlace{begin, line.size(), kPrivateKey};
  }
  const std::size_t close = line.find("-----", tail + kKeyEnds.size());
  return SecretPlace{begin, close == std::string_view::npos ? line.size() : close + 5, kPrivateKey};
}

}  // namespace

std::span<const SecretWord> token_words() {
  static constexpr auto kWords = std::to_array<SecretWord>({{"-----begin ", private_key},
                                                            {"eyj", web_token},
                                                            {"bearer ", bearer},
                                                            {"basic ", basic},
                                                            {"://", url},
                                                            {"akia", aws},
                                                            {"asia", aws},
                                                            {"aiza", google},
                                                            {"ya29.", maker<20>},
                                                            {"ghp_", maker<30>},
                                                            {"gho_", maker<30>},
                                                            {"ghu_", maker<30>},
                                                            {"ghs_", maker<30>},
                                                            {"ghr_", maker<30>},
                                                            {"github_pat_", maker<22>},
                                                            {"glpat-", maker<20>},
                                                            {"xoxb-", maker<10>},
                                                            {"xoxp-", maker<10>},
                                                            {"xoxa-", maker<10>},
                                                            {"xoxs-", maker<10>},
                                                            {"xapp-", maker<10>},
                                                            {"hooks.slack.com/services/", webhook},
                                                            {"hvs.", maker<20>},
                                                            {"hvb.", maker<20>},
                                                            {"npm_", maker<36>},
                                                            {"pypi-", maker<50>},
                                                            {"dckr_pat_", maker<20>},
                                                            {"sk_live_", maker<16>},
                                                            {"rk_live_", maker<16>},
                                                            {"sk-", maker<32>},
                                                            {"cflt", maker<56>},
                                                            {"age-secret-key-1", maker<50>},
                                                            {",p=", proof}});
  return kWords;
}

}  // namespace cfkops::logs
