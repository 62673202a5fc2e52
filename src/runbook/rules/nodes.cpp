#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include <fmt/format.h>

#include <array>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kUncheckedEviction = "CFK-K005";

/// Whether a step makes a node unschedulable.
bool cordons(const Step& step) {
  if (step.action == "node.cordon" || step.action == "node.drain") {
    return true;
  }
  const std::string kind = literal_word(step, "kind");
  const ArgumentValue* patch = argument(step, "patch");
  bool found = false;
  if (patch != nullptr && (kind == "node" || kind == "nodes")) {
    each_value("", *patch, [&found](std::string_view key, const ArgumentValue& value) {
      found = found || (key == "unschedulable" && literal(&value) == "true");
    });
  }
  return found;
}

/// The checks that the prerequisites lack, for a message; "" where there is nothing to lack.
std::string lacking(const LintContext& context, bool cordoned) {
  const bool budgets = context.requires_check("disruption");
  const bool room = context.requires_check("capacity") || !cordoned;
  if (budgets && room) {
    return {};
  }
  if (budgets || room) {
    return budgets ? "capacity" : "disruption";
  }
  return "capacity and disruption";
}

/// Of a step that an included runbook has: what this one adds to it are nodes without room.
std::string lacking_inside(const LintContext& context, const PlacedStep& placed, bool cordoned) {
  return cordoned && !asked_before(context, placed, "capacity") ? "capacity" : std::string();
}

void unchecked_eviction(LintContext& context) {
  bool cordoned = false;
  for (const PlacedStep& placed : context.all_steps()) {
    cordoned = cordoned || (placed.by == nullptr && cordons(*placed.step));
    if (placed.undoing || !removes_pods(placed) || placed.spec->name.starts_with("kafka.")) {
      continue;
    }
    const std::string missing = placed.by == nullptr ? lacking(context, cordoned)
                                                     : lacking_inside(context, placed, cordoned);
    if (!missing.empty()) {
      context.report(kUncheckedEviction,
                     span_of(told_at(placed)),
                     fmt::format("step '{}' takes pods away, and nobody has asked for {} before",
                                 placed.step->id,
                                 missing),
                     fmt::format("add to the prerequisites: {}", missing));
      return;
    }
  }
}

}  // namespace

std::span<const Rule> node_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 1> kRules = {{
      {{kUncheckedEviction, "unchecked-eviction", "pods go without a look at budgets", Warning, Ci},
       unchecked_eviction},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
