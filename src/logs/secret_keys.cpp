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

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
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

/// All texts of a list belong to its key.
std::size_t end_of_list(std::string_view line, std::size_t at, std::string_view quote) {
  std::size_t end = end_of_quoted(line, at, quote);
  while (true) {
    std::size_t next = skip_spaces(line, end + quote.size());
    if (next >= line.size() || line[next] != ',') {
      return end;
    }
    next = skip_spaces(line, next + 1);
    if (quote_at(line, next) != quote) {
      return end;
    }
    end = end_of_quoted(line, next + quote.size(), quote);
  }
}

bool is_flag(std::string_view line, const Key& key) {
  return line.substr(key.begin).starts_with("--");
}

/// A key at the beginning of a line has the rest of it, as in a file of properties; a flag has what
/// a shell would give it.
std::size_t end_of_plain(std::string_view line, const Key& key, const Value& value) {
  const std::size_t at = value.begin;
  if (value.separator == '>') {
    return std::min(line.find('<', at), line.size());
  }
  if (is_flag(line, key)) {
    return std::min(line.find_first_of(" \t\"'", at), line.size());
  }
  const std::string_view before = line.substr(0, key.begin);
  if (before.find_first_not_of(" \t") == std::string_view::npos) {
    std::size_t end = line.size();
    while (end > at && is_space(line[end - 1])) {
      --end;
    }
    return end;
  }
  return std::min(line.find_first_of(" \t,;&)}]\"'<>|", at), line.size());
}

/// Where a value begins, or the spaces before it, and what stands between it and its key.
struct Assignment {
  std::size_t at = 0;
  char separator = ' ';
};

/// As environments are written: {"name": "DB_PASSWORD", "value": …}; `at` is behind the comma.
std::optional<Assignment> named_value(std::string_view line, std::size_t at) {
  constexpr std::string_view kWord = "value";
  at = skip_spaces(line, at);
  const std::string_view quote = quote_at(line, at);
  at += quote.size();
  if (quote.empty() || base::lower(line.substr(at, kWord.size())) != kWord ||
      quote_at(line, at + kWord.size()) != quote) {
    return std::nullopt;
  }
  at = skip_spaces(line, at + kWord.size() + quote.size());
  return at < line.size() && line[at] == ':' ? std::optional<Assignment>({at + 1, ':'})
                                             : std::nullopt;
}

/// Behind "key=", "key: ", "key => ", "--key ", "<key>", or the name in {name, value}.
std::optional<Assignment> assignment_behind(std::string_view line, const Key& key) {
  const char before = key.begin > 0 ? line[key.begin - 1] : ' ';
  const std::string_view quote = quote_at(line, key.end);
  const std::size_t behind = key.end + quote.size();
  std::size_t at = skip_spaces(line, behind);
  if (at == line.size()) {
    return std::nullopt;
  }
  const char next = line[at];
  if (next == '=' || next == ':') {
    ++at;
    at += at < line.size() && (line[at] == '=' || line[at] == '>') ? 1U : 0U;
    return Assignment{at, next};
  }
  if (next == '>' && at == key.end && (before == '<' || before == ':')) {
    return Assignment{at + 1, next};
  }
  if (next == ',' && !quote.empty() && is_quote(before)) {
    return named_value(line, at + 1);
  }
  return at > behind && is_flag(line, key) ? std::optional<Assignment>({at, ' '}) : std::nullopt;
}

std::optional<Value> value_behind(std::string_view line, const Key& key) {
  const auto assignment = assignment_behind(line, key);
  if (!assignment) {
    return std::nullopt;
  }
  std::size_t at = skip_spaces(line, assignment->at);
  const std::size_t first = at < line.size() && line[at] == '[' ? skip_spaces(line, at + 1) : at;
  const bool list = first != at && !quote_at(line, first).empty();
  at = list ? first : at;
  const std::string_view quote = quote_at(line, at);
  Value value{
      .begin = at + quote.size(), .quoted = !quote.empty(), .separator = assignment->separator};
  value.end = list           ? end_of_list(line, value.begin, quote)
              : value.quoted ? end_of_quoted(line, value.begin, quote)
                             : end_of_plain(line, key, value);
  return value.begin < value.end ? std::optional<Value>(value) : std::nullopt;
}

/// The beginning of an object or a list, whose own keys tell what is in it.
bool is_nested(std::string_view value) {
  return value == "{" || value.starts_with("{}") || value.starts_with("{ ") ||
         value.starts_with("{\"") || value.starts_with("{'") || value.starts_with("[{");
}

/// Nothing secret about it: it is hidden already, a reference, or no text.
bool is_harmless(std::string_view value, bool quoted) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"null", "none", "nil", "true", "false", "undefined", "[hidden]", "(hidden)", "<hidden>"});
  const std::string word = base::lower(value);
  // Nothing stands behind its brace, which the end of a plain value leaves out.
  const bool reference = value.starts_with("${") && value.find('}') >= value.size() - 1;
  return reference || (!quoted && is_nested(value)) ||
         value.find_first_not_of("*xX.") == std::string_view::npos ||
         std::ranges::find(kWords, word) != kWords.end() || word.starts_with("[redacted") ||
         word.starts_with("[hidden");
}

/// A word of its own at the end of a key: behind a separator, or in camel case.
bool ends_in(std::string_view key, const std::string& lowered, std::string_view end) {
  if (!lowered.ends_with(end) || key.size() == end.size()) {
    return lowered == end;
  }
  const std::size_t at = key.size() - end.size();
  const char before = key[at - 1];
  return before == '_' || before == '-' || before == '.' ||
         (is_upper(key[at]) && !is_upper(before));
}

/// "password.file", "tokenTtl": about a secret, but none.
bool is_about(std::string_view key) {
  constexpr auto kEnds = std::to_array<std::string_view>(
      {"file",     "path",    "location",  "type",      "name",      "names",      "class",
       "ttl",      "ms",      "count",     "length",    "size",      "version",    "policy",
       "expiry",   "expires", "enabled",   "required",  "url",       "uri",        "endpoint",
       "provider", "ref",     "mechanism", "algorithm", "seconds",   "expires_in", "iterations",
       "min",      "max",     "id",        "kind",      "projection"});
  // An AppRole of Vault has its secret under that name.
  constexpr auto kSecrets = std::to_array<std::string_view>({"secret_id", "secret-id", "secretid"});
  const std::string word = base::lower(key);
  const auto ends = [&](std::string_view end) { return ends_in(key, word, end); };
  return std::ranges::any_of(kEnds, ends) && !std::ranges::any_of(kSecrets, ends);
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
  if (!value || is_harmless(line.substr(value->begin, value->end - value->begin), value->quoted)) {
    return std::nullopt;
  }
  return SecretPlace{value->begin, value->end, kind};
}

std::optional<SecretPlace> password(std::string_view line, std::size_t begin, std::size_t end) {
  return place_of(line, begin, end, "password");
}

/// An ordinary word, too: it must end the key, and stand for more than a count.
std::optional<SecretPlace> pass(std::string_view line, std::size_t begin, std::size_t end) {
  const Key key = key_around(line, begin, end);
  const char before = begin > key.begin ? line[begin - 1] : '.';
  const bool word = before == '.' || before == '-' || before == '_' ||
                    (is_upper(line[begin]) && !is_upper(before));
  const auto value = word && key.end == end ? value_behind(line, key) : std::nullopt;
  return value && (value->quoted || value->separator != ':')
             ? place_of(line, begin, end, "password")
             : std::nullopt;
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
  const Key key = key_around(line, begin, end);
  const char before = key.begin > 0 ? line[key.begin - 1] : ' ';
  return key.end == end && (before == '?' || before == '&')
             ? place_of(line, begin, end, "signature")
             : std::nullopt;
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
  if (text.size() < 6 || is_harmless(text, value->quoted)) {
    return std::nullopt;
  }
  const bool cookie = base::lower(line.substr(begin, end - begin)) == "cookie";
  return SecretPlace{value->begin, last, cookie ? "cookie" : "authorization"};
}

}  // namespace

std::span<const SecretWord> key_words() {
  static constexpr auto kWords = std::to_array<SecretWord>(
      {{"password", password},    {"passwd", password},     {"passphrase", password},
       {"_pass", password},       {"pass", pass},           {"pwd", pwd},
       {"secret", secret},        {"credential", secret},   {"token", token},
       {"apikey", api_key},       {"api_key", api_key},     {"api-key", api_key},
       {"api.key", api_key},      {"accesskey", api_key},   {"access_key", api_key},
       {"access-key", api_key},   {"accountkey", api_key},  {"privatekey", api_key},
       {"private_key", api_key},  {"private-key", api_key}, {"encryption_key", api_key},
       {"salt", scram},           {"stored_key", scram},    {"server_key", scram},
       {"storedkey", scram},      {"serverkey", scram},     {"auth", registry},
       {"sig", signature},        {"signature", signature}, {"user_", jaas_user},
       {"authorization", header}, {"cookie", header}});
  return kWords;
}

}  // namespace cfkops::logs
