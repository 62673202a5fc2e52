#include "places.hpp"
#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kCredential = "CFK-Z001";
constexpr std::string_view kSecretArgument = "CFK-Z003";
constexpr std::string_view kSecretDump = "CFK-Z004";

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

/// What kind of credential a text is or holds, or "".
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

/// A key under which a secret stands: "password", "sasl.password", "apiKey"; not
/// "passwordSecretName".
bool is_secret_key(std::string_view key) {
  static constexpr std::array<std::string_view, 9> kEnds = {"password",
                                                            "passwd",
                                                            "passphrase",
                                                            "secret",
                                                            "token",
                                                            "apikey",
                                                            "api_key",
                                                            "accesskey",
                                                            "privatekey"};
  const std::string word = base::lower(key);
  return std::any_of(
      kEnds.begin(), kEnds.end(), [&word](std::string_view end) { return word.ends_with(end); });
}

void credential(LintContext& context) {
  each_scalar(context.root(), [&context](const base::YamlNode& scalar, std::string_view key) {
    const std::string_view text = scalar.scalar;
    std::string_view what = credential_in(text);
    const bool written = !text.empty() && text.find("${") == std::string_view::npos &&
                         text != "true" && text != "false";
    if (what.empty() && is_secret_key(key) && written) {
      what = "what its key calls a secret";
    }
    if (!what.empty()) {
      context.report(kCredential,
                     scalar.pos,
                     std::max(scalar.length, 1),
                     fmt::format("'{}' holds {}, for all who can read the file", key, what),
                     "take it out, change it, and hand it in as a parameter of type: secret");
    }
  });
}

/// A flag of programs that takes a secret: "-p", "--password=…".
bool takes_secret(std::string_view flag) {
  const std::size_t dashes = run_of(flag, "-");
  if (dashes == 0 || dashes > 2) {
    return false;
  }
  flag.remove_prefix(dashes);
  return is_secret_key(flag.substr(0, flag.find('='))) || flag == "pass";
}

void secret_argument(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    const ArgumentValue* argv = argument(*placed.step, "argv");
    const auto* list = argv == nullptr ? nullptr : std::get_if<ArgumentValue::List>(&argv->data);
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const auto* text = std::get_if<Template>(&(*list)[i].data);
      const std::string_view word = text == nullptr ? std::string_view() : text->source();
      const bool value = word.find('=') != std::string_view::npos || i + 1 < list->size();
      if (takes_secret(word) && value) {
        context.report(kSecretArgument,
                       span_of((*list)[i]),
                       fmt::format("{} hands a secret over where every process of the container "
                                   "can read it",
                                   word.substr(0, word.find('='))),
                       "let the program read it from a file that is mounted, or from 'input'");
      }
    }
  }
}

bool is_secret_kind(const Step& step) {
  const std::string kind = literal_word(step, "kind");
  return kind == "secret" || kind == "secrets" || kind == "secrets.v1" || kind == "v1/secret";
}

void secret_dump(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    const Step& step = *placed.step;
    if (!is_secret_kind(step) || placed.spec == nullptr) {
      continue;
    }
    const Span place = span_of(*argument(step, "kind"));
    if (argument(step, "patch") != nullptr) {
      context.report(kSecretDump,
                     place,
                     "a plan would show what changes in the Secret, and the log keep it",
                     "change Secrets where they are kept, and read here what came of it");
    } else if (context.used_chains().contains("steps." + step.id + ".object")) {
      context.report(kSecretDump,
                     place,
                     fmt::format("steps.{}.object is used as a whole, with all that the Secret "
                                 "holds",
                                 step.id),
                     "use a single field of it, such as its metadata");
    }
  }
}

}  // namespace

std::span<const Rule> secret_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 4> kRules = {{
      {{kCredential, "credential", "a credential stands in the file", Error, Ci}, credential},
      {{"CFK-Z002", "secret-shown", "a secret where it could be read", Error, Basic}},
      {{kSecretArgument, "secret-argument", "a secret as a program's argument", Warning, Ci},
       secret_argument},
      {{kSecretDump, "secret-dump", "a Secret's content would be shown", Error, Ci}, secret_dump},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
