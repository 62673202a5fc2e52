#include "lint_context.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kConstant = "CFK-E004";
constexpr std::string_view kLooseRegex = "CFK-E009";

using Visit = std::function<void(const Expression&, std::string_view what)>;

void visit_checks(const std::vector<CheckEntry>& checks, const Visit& visit) {
  for (const CheckEntry& entry : checks) {
    visit(entry.when, "'when'");
    visit(entry.that, "'that'");
  }
}

/// Tells `visit` of each condition, with the key it stands under.
void each_condition(const LintContext& context, const Visit& visit) {
  const Runbook& runbook = context.runbook();
  visit_checks(runbook.prerequisites, visit);
  for (const Guard& guard : runbook.guards) {
    visit_checks({guard.check}, visit);
  }
  for (const PlacedStep& placed : context.steps()) {
    visit(placed.step->when, "'when'");
    visit_checks(placed.step->expect, visit);
  }
  visit_checks(runbook.validation, visit);
}

void constant_condition(LintContext& context) {
  each_condition(context, [&context](const Expression& condition, std::string_view what) {
    if (!condition.empty() && condition.names().empty()) {
      context.report(kConstant,
                     condition.pos(),
                     count_characters(condition.source()),
                     fmt::format("{} is the same in every run", what),
                     "ask for a parameter or an output, or remove it");
    }
  });
}

/// The pattern in `matches('…')` at that byte, its quotes left out; what is no literal reads "^$".
std::string_view pattern_at(std::string_view source, std::size_t at) {
  std::string_view rest = source.substr(at);
  if (rest.starts_with('r')) {
    rest.remove_prefix(1);
  }
  if (!rest.starts_with('\'') && !rest.starts_with('"')) {
    return "^$";
  }
  const std::size_t end = rest.find(rest.front(), 1);
  return rest.substr(1, end == std::string_view::npos ? end : end - 1);
}

bool is_anchored(std::string_view pattern) {
  const bool begins = pattern.starts_with('^') || pattern.starts_with("\\A");
  const bool ends = pattern.ends_with('$') || pattern.ends_with("\\z");
  return begins && ends;
}

void loose_regex(LintContext& context) {
  constexpr std::string_view kCall = "matches(";
  each_condition(context, [&](const Expression& condition, std::string_view /*what*/) {
    const std::string_view source = condition.source();
    for (std::size_t at = source.find(kCall); at != std::string_view::npos;
         at = source.find(kCall, at + 1)) {
      const std::string_view pattern = pattern_at(source, at + kCall.size());
      if (is_anchored(pattern)) {
        continue;
      }
      const SourcePos counted = advance(condition.pos(), source, at);
      context.report(kLooseRegex,
                     context.source().locate(condition.pos(), source, counted),
                     static_cast<int>(kCall.size()) - 1,
                     fmt::format("'{}' matches anywhere in the text: whatever stands around it "
                                 "passes too",
                                 pattern),
                     "begin it with ^ and end it with $");
    }
  });
}

}  // namespace

std::span<const Rule> expression_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 10> kRules = {{
      {{"CFK-E001", "syntax-error", "an expression cannot be read", Error, Basic}},
      {{"CFK-E002", "type-error", "an expression's types do not fit", Error, Basic}},
      {{"CFK-E003", "not-a-condition", "a condition is not true or false", Error, Basic}},
      {{kConstant, "constant-condition", "a condition never changes", Warning, Ci},
       constant_condition},
      {{"CFK-E005", "braces", "`${}` where a bare expression belongs", Error, Basic}},
      {{"CFK-E006", "may-be-missing", "what may be missing is used unasked", Error, Basic}},
      {{"CFK-E007", "too-early", "an output is used before it is there", Error, Basic}},
      {{"CFK-E008", "bad-regex", "RE2 cannot compile a regular expression", Error, Basic}},
      {{kLooseRegex, "loose-regex", "a regular expression is not anchored", Warning, Ci},
       loose_regex},
      {{"CFK-E010", "unknown-member", "a kind's schema has no such member", Error, Ci}},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
