// Values of keys: "password=…", "\"token\": \"…\"", "--secret …", headers.

#include "secret_forms.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace cfkops::logs {

namespace {

constexpr std::size_t kMostKey = 80;

bool is_key_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

/// The key in which a word stands.
struct Key {
  std::size_t begin = 0;
  std::size_t end = 0;
};

Key key_around(std::string_view line, std::size_t begin, std::size_t end) {
  const std::size_t least = begin > kMostKey ? begin - kMostKey : 0;
  while (begin > least && is_key_char(line[begin - 1])) {
    --begin;
  }
  const std::size_t most = std::min(line.size(), end + kMostKey);
  while (end < most && is_key_char(line[end])) {
    ++end;
  }
  return {begin, end};
}

/// What stands behind a key, and how it is written.
struct Value {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool quoted = false;
  char separator = 0;
};

std::size_t skip_spaces(std::string_view line, std::size_t at) {
  while (at < line.size() && is_space(line[at])) {
    ++at;
  }
  return at;
}

/// The quote of a quoted text, behind as many backslashes as it has when it is quoted itself.
std::string_view quote_at(std::string_view line, std::size_t at) {
  std::size_t end = at;
  while (end < line.size() && line[end] == '\\') {
    ++end;
  }
  return end < line.size() && is_quote(line[end]) ? line.substr(at, end + 1 - at)
                                                  : std::string_view();
}

bool closes(std::string_view line, std::size_t at, std::string_view quote) {
  std::size_t slashes = 0;
  while (slashes < at && line[at - slashes - 1] == '\\') {
    ++slashes;
  }
  return line[at] == quote.back() && slashes <= quote.size() - 1;
}

std::size_t end_of_quoted(std::string_view line, std::size_t at, std::string_view quote) {
  for (; at < line.size(); ++at) {
    if (closes(line, at, quote)) {
      return std::max(at - (quote.size() - 1), std::size_t{0});
    }
  }
  return line.size();
}

/// A key at the beginning of a line has the rest of it, as in a file of properties.
std::size_t end_of_plain(std::string_view line, const Key& key, std::size_t at) {
  const std::string_view before = line.substr(0, key.begin);
  if (before.find_first_not_of(" \t") == std::string_view::npos) {
    std::size_t end = line.size();
    while (end > at && is_space(line[end - 1])) {
      --end;
    }
    return end;
  }
  const std::size_t end = line.find_first_of(" \t,;&)}]\"'<>|", at);
  return end == std::string_view::npos ? line.size() : end;
}

std::optional<Value> value_behind(std::string_view line, const Key& key) {
  std::size_t at = key.end;
  if (const std::string_view quote = quote_at(line, at); !quote.empty()) {
    at += quote.size();
  }
  const std::size_t behind = at;
  at = skip_spaces(line, at);
  char separator = ' ';
  if (at < line.size() && (line[at] == '=' || line[at] == ':')) {
    separator = line[at];
    ++at;
    at += at < line.size() && (line[at] == '=' || line[at] == '>') ? 1U : 0U;
  } else if (at == behind || !line.substr(key.begin).starts_with("--")) {
    return std::nullopt;
  }
  at = skip_spaces(line, at);
  const std::string_view quote = quote_at(line, at);
  Value value{.begin = at + quote.size(), .quoted = !quote.empty(), .separator = separator};
  value.end = value.quoted ? end_of_quoted(line, value.begin, quote) : end_of_plain(line, key, at);
  return value.begin < value.end ? std::optional<Value>(value) : std::nullopt;
}

/// Nothing secret about it: it is hidden already, a reference, or no text.
bool is_harmless(std::string_view value) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"null", "none", "nil", "true", "false", "undefined", "[hidden]", "(hidden)", "<hidden>"});
  const std::string word = base::lower(value);
  return value.find_first_not_of("*xX.") == std::string_view::npos ||
         std::ranges::find(kWords, word) != kWords.end() || word.starts_with("[redacted") ||
         word.starts_with("[hidden") || value.starts_with("${") || value.starts_with("{") ||
         value.starts_with("[{");
}

/// "password.file", "tokenTtl": about a secret, but none.
bool is_about(std::string_view key) {
  constexpr auto kEnds = std::to_array<std::string_view>(
      {"file",     "path",    "location",  "type",      "name",      "names",      "class",
       "ttl",      "ms",      "count",     "length",    "size",      "version",    "policy",
       "expiry",   "expires", "enabled",   "required",  "url",       "uri",        "endpoint",
       "provider", "ref",     "mechanism", "algorithm", "seconds",   "expires_in", "iterations",
       "min",      "max",     "id",        "kind",      "projection"});
  const std::string word = base::lower(key);
  return std::ranges::any_of(kEnds, [&](std::string_view end) { return word.ends_with(end); });
}

std::optional<SecretPlace> place_of(std::string_view line,
                                    std::size_t begin,
                                    std::size_t end,
                                    std::string_view kind) {
  const Key key = key_around(line, begin, end);
  if (is_about(line.substr(key.begin, key.end - key.begin))) {
    return std::nullopt;
  }
  const auto value = value_behind(line, key);
  if (!value || is_harmless(line.substr(value->begin, value->end - value->begin))) {
    return std::nullopt;
  }
  return SecretPlace{value->begin, value->end, kind};
}

std::optional<SecretPlace> password(std::string_view line, std::size_t begin, std::size_t end) {
  return place_of(line, begin, end, "password");
}

/// PWD is a directory more often than not.
std::optional<SecretPlace> pwd(std::string_view line, std::size_t begin, std::size_t end) {
  const auto place = place_of(line, begin, end, "password");
  return place && line[place->begin] != '/' ? place : std::nullopt;
}

std::optional<SecretPlace> secret(std::string_view line, std::size_t begin, std::size_t end) {
  return place_of(line, begin, end, "secret");
}

std::optional<SecretPlace> token(std::string_view line, std::size_t begin, std::size_t end) {
  const bool longer = end < line.size() && line[end] >= 'a' && line[end] <= 'z';
  return longer ? std::nullopt : place_of(line, begin, end, "token");
}

std::optional<SecretPlace> api_key(std::string_view line, std::size_t begin, std::size_t end) {
  return place_of(line, begin, end, "api-key");
}

/// A word that must be the whole key.
std::optional<SecretPlace> whole(std::string_view line,
                                 std::size_t begin,
                                 std::size_t end,
                                 std::string_view kind) {
  const Key key = key_around(line, begin, end);
  return key.begin == begin && key.end == end ? place_of(line, begin, end, kind) : std::nullopt;
}

std::optional<SecretPlace> scram(std::string_view line, std::size_t begin, std::size_t end) {
  return whole(line, begin, end, "scram");
}

std::optional<SecretPlace> registry(std::string_view line, std::size_t begin, std::size_t end) {
  const auto place = whole(line, begin, end, "registry-auth");
  return place && place->end - place->begin >= 8 ? place : std::nullopt;
}

std::optional<SecretPlace> signature(std::string_view line, std::size_t begin, std::size_t end) {
  const bool parameter = begin > 0 && (line[begin - 1] == '?' || line[begin - 1] == '&');
  return parameter ? whole(line, begin, end, "signature") : std::nullopt;
}

/// As JAAS names the users of a server: user_alice="secret".
std::optional<SecretPlace> jaas_user(std::string_view line, std::size_t begin, std::size_t end) {
  constexpr auto kOthers = std::to_array<std::string_view>(
      {"user_id", "user_agent", "user_name", "user_email", "user_count", "user_group"});
  const Key key = key_around(line, begin, end);
  const std::string name = base::lower(line.substr(key.begin, key.end - key.begin));
  const auto value = value_behind(line, key);
  const bool known = std::ranges::find(kOthers, name) != kOthers.end();
  if (key.begin != begin || known || !value || !value->quoted || value->separator != '=') {
    return std::nullopt;
  }
  return SecretPlace{value->begin, value->end, "jaas-user"};
}

/// The whole value of a header: its words belong together.
std::optional<SecretPlace> header(std::string_view line, std::size_t begin, std::size_t end) {
  const Key key = key_around(line, begin, end);
  const auto value = key.end == end ? value_behind(line, key) : std::nullopt;
  if (!value) {
    return std::nullopt;
  }
  std::size_t last = value->end;
  if (!value->quoted) {
    const std::size_t quote = line.find_first_of("\"'", value->begin);
    last = quote == std::string_view::npos ? line.size() : quote;
  }
  const std::string_view text = line.substr(value->begin, last - value->begin);
  if (text.size() < 6 || is_harmless(text)) {
    return std::nullopt;
  }
  const bool cookie = base::lower(line.substr(begin, end - begin)) == "cookie";
  return SecretPlace{value->begin, last, cookie ? "cookie" : "authorization"};
}

}  // namespace

std::span<const SecretWord> key_words() {
  static constexpr auto kWords = std::to_array<SecretWord>({{"password", password},
                                                            {"passwd", password},
                                                            {"passphrase", password},
                                                            {"_pass", password},
                                                            {"pwd", pwd},
                                                            {"secret", secret},
                                                            {"credential", secret},
                                                            {"token", token},
                                                            {"apikey", api_key},
                                                            {"api_key", api_key},
                                                            {"api-key", api_key},
                                                            {"api.key", api_key},
                                                            {"accesskey", api_key},
                                                            {"access_key", api_key},
                                                            {"access-key", api_key},
                                                            {"accountkey", api_key},
                                                            {"privatekey", api_key},
                                                            {"private_key", api_key},
                                                            {"private-key", api_key},
                                                            {"encryption_key", api_key},
                                                            {"salt", scram},
                                                            {"stored_key", scram},
                                                            {"server_key", scram},
                                                            {"storedkey", scram},
                                                            {"serverkey", scram},
                                                            {"auth", registry},
                                                            {"sig", signature},
                                                            {"user_", jaas_user},
                                                            {"authorization", header},
                                                            {"cookie", header}});
  return kWords;
}

}  // namespace cfkops::logs
