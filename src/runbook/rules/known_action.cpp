#include "rules/rules.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

namespace cfkops::runbook::rules {

namespace {

enum class Wanted { Action, Check };

/// The spec of that name and sort; otherwise says what there is.
const ActionSpec* known(LintContext& context,
                        const std::string& name,
                        const SourcePos& pos,
                        Wanted wanted) {
  const bool check = wanted == Wanted::Check;
  const std::string_view word = check ? "check" : "action";
  const ActionSpec* spec = find_spec(context.specs(), name);
  if (name.empty() || (spec != nullptr && spec->is_check == check)) {
    return spec;
  }
  std::vector<std::string> names;
  if (check) {
    names.emplace_back("expr");
  }
  for (const ActionSpec& candidate : context.specs()) {
    if (candidate.is_check == check) {
      names.push_back(candidate.name);
    }
  }
  const std::string message =
      spec != nullptr
          ? fmt::format("'{}' is {}", name, check ? "an action, no check" : "a check, no action")
          : fmt::format("unknown {} '{}'{}", word, name, base::did_you_mean(name, names));
  context.report(
      kUnknownAction,
      pos,
      count_characters(name),
      message,
      fmt::format("'cfkops explain' shows all; there are {}", base::enumerate(names, 8)));
  return nullptr;
}

}  // namespace

const ActionSpec* known_action(LintContext& context, const Step& step) {
  return known(context, step.action, step.action_pos, Wanted::Action);
}

const ActionSpec* known_check(LintContext& context, const CheckEntry& entry) {
  return entry.kind == "expr" ? nullptr : known(context, entry.kind, entry.pos, Wanted::Check);
}

}  // namespace cfkops::runbook::rules
