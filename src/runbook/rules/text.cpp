#include "cfkops/base/text.hpp"

#include "places.hpp"
#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kTitle = "CFK-T001";
constexpr std::string_view kSpelling = "CFK-T002";

constexpr int kLongestTitle = 72;

/// "Restarting": a word that ends so and is a verb's form, no verb by itself such as "Bring".
bool is_gerund(std::string_view word) {
  static constexpr std::array<std::string_view, 5> kVerbs = {
      "bring", "ping", "ring", "spring", "string"};
  const std::string lower = base::lower(word);
  return lower.size() > 4 && lower.ends_with("ing") &&
         std::find(kVerbs.begin(), kVerbs.end(), lower) == kVerbs.end();
}

void title(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    const Step& step = *placed.step;
    const Span place = context.key_of(step, "title");
    const std::string first = step.title.substr(0, step.title.find(' '));
    if (step.title.empty()) {
      context.report(kTitle,
                     place,
                     fmt::format("step '{}' has no title for those who watch the run", step.id),
                     "add title: in the imperative, such as Restart the brokers");
    } else if (count_characters(step.title) > kLongestTitle) {
      context.report(kTitle,
                     place,
                     fmt::format("the title of step '{}' has {} characters, {} fit on a line",
                                 step.id,
                                 count_characters(step.title),
                                 kLongestTitle),
                     "say it shorter, and the rest in 'purpose'");
    } else if (is_gerund(first)) {
      context.report(
          kTitle,
          place,
          fmt::format("the title of step '{}' begins with '{}', which is no order", step.id, first),
          "write it in the imperative: Restart, not Restarting");
    }
  }
}

/// A term that is often misspelt, and how it is written.
struct Term {
  std::string_view wrong;
  std::string_view right;
};

constexpr std::array<Term, 26> kTerms = {{
    {"borker", "broker"},
    {"brokr", "broker"},
    {"certficate", "certificate"},
    {"conflunet", "Confluent"},
    {"confluet", "Confluent"},
    {"contoller", "controller"},
    {"controler", "controller"},
    {"daemonest", "DaemonSet"},
    {"deamonset", "DaemonSet"},
    {"deployement", "Deployment"},
    {"evition", "eviction"},
    {"kafak", "Kafka"},
    {"kakfa", "Kafka"},
    {"kuberentes", "Kubernetes"},
    {"kubernets", "Kubernetes"},
    {"lgos", "logs"},
    {"namepsace", "namespace"},
    {"parition", "partition"},
    {"partion", "partition"},
    {"partiton", "partition"},
    {"recieve", "receive"},
    {"replcia", "replica"},
    {"replciation", "replication"},
    {"replicaton", "replication"},
    {"statefullset", "StatefulSet"},
    {"topci", "topic"},
}};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The right word, with the plural and the capital of the wrong one; "" where it is not wrong.
std::string corrected(std::string_view word) {
  std::string lower = base::lower(word);
  const auto known = [&lower] {
    return std::find_if(
        kTerms.begin(), kTerms.end(), [&lower](const Term& term) { return term.wrong == lower; });
  };
  const auto* term = known();
  const bool plural = term == kTerms.end() && lower.ends_with('s');
  if (plural) {
    lower.pop_back();
    term = known();
  }
  if (term == kTerms.end()) {
    return {};
  }
  std::string right = std::string(term->right) + (plural ? "s" : "");
  if (word.front() >= 'A' && word.front() <= 'Z') {
    right.replace(0, 1, base::upper(right.substr(0, 1)));
  }
  return right;
}

void judge_spelling(LintContext& context, const base::YamlNode& scalar) {
  const std::string_view text = scalar.scalar;
  const SourcePos start = context.source().content_start(scalar.pos, scalar.quoted);
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_letter(text[end])) {
      ++end;
    }
    const std::string_view word = text.substr(at, end - at);
    const std::string right = word.empty() ? std::string() : corrected(word);
    if (!right.empty()) {
      const SourcePos pos = context.source().locate(start, text, advance(start, text, at));
      context
          .report(kSpelling,
                  pos,
                  count_characters(word),
                  fmt::format("'{}' is spelt {}", word, right),
                  fmt::format("write {}", right))
          .edits = {context.source().edit(pos, count_characters(word), right)};
    }
    at = end + 1;
  }
}

void spelling(LintContext& context) {
  static constexpr std::array<std::string_view, 6> kProse = {
      "confirm", "doc", "else", "none", "purpose", "title"};
  each_scalar(context.root(), [&context](const base::YamlNode& scalar, std::string_view key) {
    if (std::find(kProse.begin(), kProse.end(), key) != kProse.end()) {
      judge_spelling(context, scalar);
    }
  });
}

}  // namespace

std::span<const Rule> text_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 2> kRules = {{
      {{kTitle, "title", "a step's title is missing, long, or no order", Warning, Ci}, title},
      {{kSpelling, "spelling", "a well-known term is misspelt", Info, Ci}, spelling},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
