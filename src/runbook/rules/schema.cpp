#include "key_table.hpp"
#include "lint_context.hpp"
#include "places.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kKeyOrder = "CFK-S005";

/// The house order of the keys of one map; only its first key that stands too late is told.
void judge_order(LintContext& context, const base::YamlNode& map, std::string_view where) {
  const std::vector<std::string> order = key_names(where);
  auto latest = order.begin();
  for (const base::YamlNode::Member& member : map.members) {
    const auto place = std::find(order.begin(), order.end(), member.key);
    if (place != order.end() && place < latest) {
      context.report(kKeyOrder,
                     member.key_pos,
                     count_characters(member.key),
                     fmt::format("'{}' stands after '{}'", member.key, *latest),
                     fmt::format("move it up: all runbooks have {} before {}", *place, *latest));
      return;
    }
    latest = place == order.end() ? latest : std::max(latest, place);
  }
}

void key_order(LintContext& context) {
  each_place(context.root(), [&context](const base::YamlNode& map, std::string_view where) {
    judge_order(context, map, where);
  });
}

}  // namespace

std::span<const Rule> schema_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 9> kRules = {{
      {{"CFK-S001", "unknown-key", "an unknown key", Error, Basic}},
      {{"CFK-S002", "missing-key", "a required key is missing", Error, Basic}},
      {{"CFK-S003", "wrong-type", "a value of the wrong type", Error, Basic}},
      {{"CFK-S004", "bad-id", "a name that is no id, is reserved, or given twice", Error, Basic}},
      {{kKeyOrder, "key-order", "keys are not in the usual order", Warning, Ci}, key_order},
      {{"CFK-S006", "unknown-action", "an unknown action or check", Error, Basic}},
      {{"CFK-S007", "bad-argument", "an argument is unknown, missing or wrong", Error, Basic}},
      {{"CFK-S008", "renamed-key", "a key by its name in another tool", Error, Basic}},
      {{"CFK-S009", "bad-include", "a runbook that cannot be included", Error, Basic}, late_locks},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
