#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kUncheckedName = "CFK-P003";
constexpr std::string_view kTextForObject = "CFK-P005";
constexpr std::string_view kShadowed = "CFK-P006";
constexpr std::string_view kUnusedElement = "CFK-P007";

void unused_params(LintContext& context) {
  for (const Param& param : context.runbook().params) {
    if (!context.used_params().contains(param.name)) {
      context.report(kUnusedParam,
                     param.pos,
                     count_characters(param.name),
                     fmt::format("parameter '{}' is never used", param.name),
                     fmt::format("use it as params.{}, or remove it", param.name));
    }
  }
}

/// Whether a prerequisite looks at the form of a parameter.
bool form_is_checked(const Runbook& runbook, const std::string& param) {
  return std::any_of(
      runbook.prerequisites.begin(), runbook.prerequisites.end(), [&](const CheckEntry& entry) {
        const auto chains = entry.that.chains();
        const bool looks = std::any_of(chains.begin(), chains.end(), [&](const auto& chain) {
          return chain.size() > 1 && chain[0] == "params" && chain[1] == param;
        });
        return looks && entry.that.source().find("matches(") != std::string::npos;
      });
}

/// The text parameter in an argument, or nullptr.
const Param* text_param(const Runbook& runbook, const ArgumentValue& value) {
  const auto* text = std::get_if<Template>(&value.data);
  if (text == nullptr) {
    return nullptr;
  }
  for (const Expression& expression : text->expressions()) {
    const std::vector<std::string> chain = expression.chain();
    const Param* param =
        chain.size() == 2 && chain[0] == "params" ? runbook.param(chain[1]) : nullptr;
    if (param != nullptr && param->type.kind == Type::Kind::String) {
      return param;
    }
  }
  return nullptr;
}

/// The kind of reference that a parameter could be, in place of the text that names such an
/// object; "" where there is none.
std::string_view reference_for(const Step& step, std::string_view argument_name) {
  static constexpr std::array<std::array<std::string_view, 2>, 5> kKinds = {{
      {"kafka", "Kafka"},
      {"kafkas", "Kafka"},
      {"statefulset", "StatefulSet"},
      {"statefulsets", "StatefulSet"},
      {"sts", "StatefulSet"},
  }};
  const std::string kind = literal_word(step, "kind");
  for (const auto& [word, reference] : kKinds) {
    if (argument_name == "name" && kind == word) {
      return reference;
    }
  }
  return {};
}

void text_for_object(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    for (const ArgumentValue::Member& member : placed.step->with) {
      const Param* param = text_param(context.runbook(), member.value);
      const std::string_view kind = reference_for(*placed.step, member.name);
      if (param != nullptr && !kind.empty()) {
        context.report(
            kTextForObject,
            span_of(member.value),
            fmt::format("'{}' is any text, and names a {}", param->name, kind),
            fmt::format("make it type: ref<{}>, which is looked up and pinned before the run, "
                        "and write ${{params.{}.name}}",
                        kind,
                        param->name));
      }
    }
  }
}

void unchecked_name(LintContext& context) {
  static constexpr std::array<std::string_view, 6> kNames = {
      "container", "name", "namespace", "node", "pod", "selector"};
  for (const PlacedStep& placed : context.steps()) {
    for (const ArgumentValue::Member& member : placed.step->with) {
      const Param* param = text_param(context.runbook(), member.value);
      const bool names = std::find(kNames.begin(), kNames.end(), member.name) != kNames.end();
      if (param == nullptr || !names || !placed.mutates() ||
          form_is_checked(context.runbook(), param->name) ||
          !reference_for(*placed.step, member.name).empty()) {
        continue;
      }
      context.report(kUncheckedName,
                     span_of(member.value),
                     fmt::format("'{}' is what is changed, and any text will do for parameter '{}'",
                                 member.name,
                                 param->name),
                     fmt::format("add a prerequisite: {{check: expr, that: "
                                 "\"params.{}.matches('^[a-z0-9-]+$')\"}}",
                                 param->name));
    }
  }
}

void shadowed(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    if (!placed.step->each) {
      continue;
    }
    for (const Step* group : placed.around) {
      if (group->each && group->each->as == placed.step->each->as) {
        context.report(kShadowed,
                       context.key_of(*placed.step, "each"),
                       fmt::format("'{}' hides the element of the same name of group '{}'",
                                   group->each->as,
                                   group->id),
                       "call one of them otherwise");
      }
    }
  }
}

void unused_element(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    const std::optional<Each>& each = placed.step->each;
    if (!each) {
      continue;
    }
    bool used = false;
    each_expression(*placed.step, [&](const Expression& expression) {
      const std::vector<std::string> names = expression.names();
      used = used || std::find(names.begin(), names.end(), each->as) != names.end();
    });
    if (!used) {
      context.report(kUnusedElement,
                     context.key_of(*placed.step, "each"),
                     fmt::format("step '{}' is done for each '{}' and never uses it: the same is "
                                 "done again and again",
                                 placed.step->id,
                                 each->as),
                     fmt::format("write ${{{}}} where the element belongs", each->as));
    }
  }
}

}  // namespace

std::span<const Rule> parameter_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 7> kRules = {{
      {{kUnusedParam, "unused-parameter", "a parameter is never used", Error, Basic},
       unused_params},
      {{"CFK-P002", "unknown-name", "a name that does not exist", Error, Basic}},
      {{kUncheckedName, "unchecked-name", "any text may name what is changed", Warning, Ci},
       unchecked_name},
      {{"CFK-P004", "bad-default", "a default or limit does not fit", Error, Basic}},
      {{kTextForObject, "text-for-object", "a text in place of a reference", Warning, Ci},
       text_for_object},
      {{kShadowed, "shadowed-name", "an element hides another of its name", Warning, Ci}, shadowed},
      {{kUnusedElement, "unused-element", "a repeated step never uses the element", Warning, Ci},
       unused_element},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
