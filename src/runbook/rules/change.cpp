#include "lint_context.hpp"
#include "places.hpp"
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

}  // namespace

std::span<const Rule> change_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 1> kRules = {{
      {{kUnprepared, "unprepared", "a high risk without what it takes", Error, Production},
       unprepared},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
