#include "places.hpp"
#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/secret_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kCredential = "CFK-Z001";
constexpr std::string_view kSecretArgument = "CFK-Z003";
constexpr std::string_view kSecretDump = "CFK-Z004";

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
  const std::size_t dashes = std::min(flag.find_first_not_of('-'), flag.size());
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
