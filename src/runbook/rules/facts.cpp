#include "rules/facts.hpp"

#include "span.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/include.hpp"

#include <algorithm>
#include <array>

namespace cfkops::runbook::rules {

const ArgumentValue* argument(const Step& step, std::string_view name) {
  const auto found = std::find_if(step.with.begin(), step.with.end(), [name](const auto& member) {
    return member.name == name;
  });
  return found == step.with.end() ? nullptr : &found->value;
}

std::optional<std::string> literal(const ArgumentValue* value) {
  if (value == nullptr) {
    return std::nullopt;
  }
  if (const auto* constant = std::get_if<Value>(&value->data)) {
    return constant->text();
  }
  const auto* text = std::get_if<Template>(&value->data);
  return text != nullptr && text->constant() ? std::optional(text->source()) : std::nullopt;
}

std::string literal_word(const Step& step, std::string_view name) {
  return base::lower(literal(argument(step, name)).value_or(""));
}

Span span_of(const ArgumentValue& value) {
  if (const auto* text = std::get_if<Template>(&value.data)) {
    return {text->pos(), count_characters(text->source().substr(0, text->source().find('\n')))};
  }
  const auto* constant = std::get_if<Value>(&value.data);
  return {value.pos, constant == nullptr ? 1 : count_characters(constant->text())};
}

Span span_of(const Step& step) {
  return {step.pos, count_characters(step.id)};
}

void each_value(std::string_view key,
                const ArgumentValue& value,
                const std::function<void(std::string_view, const ArgumentValue&)>& visit) {
  visit(key, value);
  if (const auto* list = std::get_if<ArgumentValue::List>(&value.data)) {
    for (const ArgumentValue& item : *list) {
      each_value(key, item, visit);
    }
  } else if (const auto* map = std::get_if<ArgumentValue::Map>(&value.data)) {
    for (const ArgumentValue::Member& member : *map) {
      each_value(member.name, member.value, visit);
    }
  }
}

namespace {

void each_expression_of(const Template& text, const std::function<void(const Expression&)>& visit) {
  for (const Expression& expression : text.expressions()) {
    visit(expression);
  }
}

}  // namespace

void each_expression(const CheckEntry& entry, const std::function<void(const Expression&)>& visit) {
  visit(entry.when);
  visit(entry.that);
  each_expression_of(entry.otherwise, visit);
  for (const ArgumentValue::Member& member : entry.with) {
    runbook::each_expression(member.value, visit);
  }
}

void each_expression(const Step& step, const std::function<void(const Expression&)>& visit) {
  visit(step.when);
  if (step.each) {
    visit(step.each->in);
  }
  for (const ArgumentValue::Member& member : step.with) {
    runbook::each_expression(member.value, visit);
  }
  each_expression_of(step.confirm, visit);
  for (const CheckEntry& entry : step.expect) {
    each_expression(entry, visit);
  }
  for (const std::vector<Step>* steps : {&step.steps, &step.rollback}) {
    for (const Step& child : *steps) {
      each_expression(child, visit);
    }
  }
}

bool asked_before(const LintContext& context, const PlacedStep& placed, std::string_view kind) {
  const auto asks_for = [kind](const Step* group) {
    return group->included != nullptr &&
           std::ranges::find(group->included->runbook.prerequisites, kind, &CheckEntry::kind) !=
               group->included->runbook.prerequisites.end();
  };
  return context.requires_check(kind) ||
         std::any_of(placed.around.begin(), placed.around.end(), asks_for);
}

const Step& told_at(const PlacedStep& placed) {
  return placed.by == nullptr ? *placed.step : *placed.by;
}

bool removes_pods(const PlacedStep& placed) {
  if (!placed.mutates()) {
    return false;
  }
  const auto& permissions = placed.spec->permissions;
  return std::any_of(permissions.begin(), permissions.end(), [](const PermissionSpec& p) {
    return (p.verb == "create" && p.resource == "pods/eviction") ||
           (p.verb == "delete" && p.resource == "pods");
  });
}

std::vector<std::string> command_line(const Step& step) {
  std::vector<std::string> words;
  const ArgumentValue* argv = argument(step, "argv");
  const auto* list = argv == nullptr ? nullptr : std::get_if<ArgumentValue::List>(&argv->data);
  if (list != nullptr) {
    for (const ArgumentValue& item : *list) {
      words.push_back(literal(&item).value_or(""));
    }
  }
  return words;
}

std::string shell_script(const std::vector<std::string>& command) {
  static constexpr std::array<std::string_view, 6> kShells = {
      "sh", "bash", "ash", "dash", "ksh", "zsh"};
  if (command.size() < 3) {
    return {};
  }
  const std::string name = command[0].substr(command[0].rfind('/') + 1);
  if (std::find(kShells.begin(), kShells.end(), name) == kShells.end()) {
    return {};
  }
  for (std::size_t i = 1; i + 1 < command.size(); ++i) {
    const std::string& flag = command[i];
    if (flag.starts_with('-') && !flag.starts_with("--") && flag.ends_with('c')) {
      return command[i + 1].empty() ? "?" : command[i + 1];
    }
  }
  return {};
}

}  // namespace cfkops::runbook::rules
