#include "evaluate.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

using runbook::ArgumentSpec;
using runbook::ArgumentValue;
using runbook::Type;
using runbook::Value;

const ArgumentValue* find(const runbook::ArgumentMap& written, const std::string& name) {
  const auto found = std::find_if(
      written.begin(), written.end(), [&](const auto& entry) { return entry.name == name; });
  return found == written.end() ? nullptr : &found->value;
}

Status known_names(const runbook::ArgumentMap& written, const runbook::ActionSpec& spec) {
  for (const auto& [name, value] : written) {
    if (spec.argument(name) != nullptr) {
      continue;
    }
    std::vector<std::string> names;
    for (const ArgumentSpec& argument : spec.arguments) {
      names.push_back(argument.name);
    }
    Error error =
        make_error(ErrorCode::InvalidInput,
                   spec.name + " has no argument '" + name + "'" + base::did_you_mean(name, names));
    error.pos = value.pos;
    return error;
  }
  return {};
}

/// Whether `value` holds a secret where `type` does not ask for one.
bool gives_away(const Value& value, const Type& type) {
  if (!value.tainted()) {
    return false;
  }
  if (const runbook::ValueList* items = value.list()) {
    return type.kind != Type::Kind::List ||
           std::any_of(items->begin(), items->end(), [&](const Value& item) {
             return gives_away(item, type.element());
           });
  }
  if (const runbook::ValueMap* members = value.map()) {
    return std::any_of(members->begin(), members->end(), [&](const auto& member) {
      const Type::Field* field = type.field(member.first);
      return gives_away(member.second, field == nullptr ? type.element() : field->type);
    });
  }
  return type.kind != Type::Kind::Secret;
}

/// Nothing for an argument that was left out and has no default.
Result<std::optional<Value>> evaluate(const ArgumentSpec& spec,
                                      const ArgumentValue* written,
                                      const runbook::Bindings& bindings,
                                      const Site& site) {
  Value value;
  if (written != nullptr) {
    CFKOPS_ASSIGN(value, written->evaluate(bindings));
  }
  if (value.is_null()) {
    if (!spec.fallback) {
      return spec.required ? Result<std::optional<Value>>(
                                 make_error(ErrorCode::InvalidInput, "a value is required"))
                           : std::optional<Value>();
    }
    value = *spec.fallback;
  }
  CFKOPS_ASSIGN(Value converted, runbook::convert(value, spec.type));
  if (gives_away(converted, spec.type)) {
    return make_error(ErrorCode::InvalidInput,
                      "it takes no secret, and would pass on *** in its place",
                      "pass a secret alone, to an argument that takes one");
  }
  CFKOPS_ASSIGN(Value resolved,
                resolve_references(converted,
                                   spec.type,
                                   {.name = "argument '" + spec.name + "'", .text = {}, .how = ""},
                                   site));
  return std::optional<Value>(std::move(resolved));
}

/// The chain leads to outputs that nothing has produced so far.
bool to_come(const std::vector<std::string>& chain, const runbook::Bindings& bindings) {
  if (chain.front() != "steps" && chain.front() != "checks") {
    return false;
  }
  const auto all = bindings.find(chain.front());
  const Value* one =
      all == bindings.end() || chain.size() < 2 ? nullptr : all->second.member(chain[1]);
  return one == nullptr || one->map() == nullptr || one->map()->empty();
}

}  // namespace

Result<Arguments> evaluate_arguments(const runbook::ArgumentMap& written,
                                     const runbook::ActionSpec& spec,
                                     const runbook::Bindings& bindings,
                                     const Site& site) {
  CFKOPS_TRY(known_names(written, spec));
  runbook::ValueMap values;
  for (const ArgumentSpec& argument : spec.arguments) {
    const ArgumentValue* given = find(written, argument.name);
    auto value = evaluate(argument, given, bindings, site);
    if (!value) {
      Error error = std::move(value).error().in("argument '" + argument.name + "' of " + spec.name);
      if (!error.pos && given != nullptr) {
        error.pos = given->pos;
      }
      return error;
    }
    if (*value) {
      values.emplace(argument.name, **std::move(value));
    }
  }
  return Arguments(std::move(values));
}

Result<bool> holds(const runbook::Expression& condition, const runbook::Bindings& bindings) {
  if (condition.empty()) {
    return true;
  }
  CFKOPS_ASSIGN(const Value value, condition.evaluate(bindings));
  if (const bool* answer = value.as<bool>()) {
    return *answer;
  }
  Error error = make_error(ErrorCode::InvalidInput,
                           "`" + condition.source() + "` is a " + std::string(value.type_name()) +
                               " where true or false is needed");
  error.pos = condition.pos();
  return error;
}

Result<runbook::ValueList> elements(const runbook::Each& each, const runbook::Bindings& bindings) {
  CFKOPS_ASSIGN(const Value value, each.in.evaluate(bindings));
  if (const runbook::ValueList* list = value.list()) {
    return *list;
  }
  Error error = make_error(ErrorCode::InvalidInput,
                           "`" + each.in.source() + "` is a " + std::string(value.type_name()) +
                               " where a list is needed");
  error.pos = each.pos;
  return error;
}

std::set<std::string> not_known_yet(const runbook::Expression& expression,
                                    const runbook::Bindings& bindings) {
  std::set<std::string> used;
  if (expression.empty()) {
    return used;
  }
  for (const std::vector<std::string>& chain : expression.chains()) {
    if (!chain.empty() && to_come(chain, bindings)) {
      used.insert(base::join(chain, "."));
    }
  }
  return used;
}

std::set<std::string> not_known_yet(const runbook::ArgumentMap& written,
                                    const runbook::Bindings& bindings) {
  std::set<std::string> used;
  for (const auto& [name, value] : written) {
    runbook::each_expression(value, [&](const runbook::Expression& expression) {
      used.merge(not_known_yet(expression, bindings));
    });
  }
  return used;
}

}  // namespace cfkops::engine
