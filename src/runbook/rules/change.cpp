#include "lint_context.hpp"
#include "places.hpp"
#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/include.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kUnprepared = "CFK-C001";
constexpr std::string_view kNameless = "CFK-C002";
constexpr int kShortestPurpose = 30;

/// A runbook of high risk says what it is for, asks before it begins, and keeps others out.
void unprepared(LintContext& context) {
  const Runbook& runbook = context.runbook();
  if (runbook.risk != "high") {
    return;
  }
  const base::YamlNode* risk = context.root().find("risk");
  const auto report = [&](std::string_view what, std::string remedy) {
    context.report(kUnprepared,
                   risk->pos,
                   count_characters("high"),
                   fmt::format("the risk is high, but {}", what),
                   std::move(remedy));
  };
  if (count_characters(base::trim(runbook.purpose)) <= kShortestPurpose) {
    report("the purpose is too short to decide by", "write when to use it, and why it works so");
  }
  bool asks = !runbook.prerequisites.empty();
  bool locks_inside = false;
  each_include(runbook, [&](const Step& step) {
    asks = asks || !step.included->runbook.prerequisites.empty();
    locks_inside = locks_inside || !step.included->runbook.locks.empty();
  });
  if (!asks) {
    report("nothing is asked before it begins", "add prerequisites:");
  }
  // Where it names no locks, a run locks the objects that its references mean.
  const bool locks = !runbook.locks.empty() || locks_inside ||
                     std::any_of(runbook.params.begin(), runbook.params.end(), [](const Param& p) {
                       return p.type.kind == Type::Kind::Ref;
                     });
  if (!locks) {
    report("two runs may work on the same at once",
           "add locks:, or a parameter of type: ref<…> for what it works on");
  }
}

/// What a text may name the run by: its id, or an output of a step, which may have it in it.
bool may_name_run(const Expression& expression) {
  const std::vector<std::string> names = expression.names();
  const bool of_step = std::find(names.begin(), names.end(), "steps") != names.end();
  const auto chains = expression.chains();
  return of_step || std::any_of(chains.begin(), chains.end(), [](const auto& chain) {
           return chain.front() == "run" && (chain.size() == 1 || chain[1] == "id");
         });
}

/// Whoever is told of a run wants to know which.
void nameless(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    const ArgumentValue* text = argument(*placed.step, "text");
    if (placed.step->action != "notify" || text == nullptr) {
      continue;
    }
    bool named = false;
    runbook::each_expression(*text, [&named](const Expression& expression) {
      named = named || may_name_run(expression);
    });
    if (!named) {
      context.report(kNameless,
                     span_of(*text),
                     fmt::format("what step '{}' tells people does not say of which run it is",
                                 placed.step->id),
                     "put ${run.id} into the text");
    }
  }
}

}  // namespace

std::span<const Rule> change_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 2> kRules = {{
      {{kUnprepared, "unprepared", "a high risk without what it takes", Error, Production},
       unprepared},
      {{kNameless,
        "nameless-notice",
        "people are told of a run without its id",
        Warning,
        Production},
       nameless},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
