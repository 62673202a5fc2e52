#include "cfkops/runbook/model.hpp"

#include <utility>

namespace cfkops::runbook {

void each_expression(const ArgumentValue& value,
                     const std::function<void(const Expression&)>& visit) {
  if (const auto* text = std::get_if<Template>(&value.data)) {
    for (const Expression& expression : text->expressions()) {
      visit(expression);
    }
  } else if (const auto* list = std::get_if<ArgumentValue::List>(&value.data)) {
    for (const ArgumentValue& item : *list) {
      each_expression(item, visit);
    }
  } else if (const auto* map = std::get_if<ArgumentValue::Map>(&value.data)) {
    for (const ArgumentValue::Member& member : *map) {
      each_expression(member.value, visit);
    }
  }
}

Result<Value> ArgumentValue::evaluate(const Bindings& bindings) const {
  if (const auto* value = std::get_if<Value>(&data)) {
    return *value;
  }
  if (const auto* text = std::get_if<Template>(&data)) {
    return text->evaluate(bindings);
  }
  if (const auto* list = std::get_if<List>(&data)) {
    ValueList items;
    for (const ArgumentValue& item : *list) {
      CFKOPS_ASSIGN(Value value, item.evaluate(bindings));
      items.push_back(std::move(value));
    }
    return Value(std::move(items));
  }
  ValueMap members;
  for (const auto& [key, item] : std::get<Map>(data)) {
    CFKOPS_ASSIGN(Value value, item.evaluate(bindings));
    members.insert_or_assign(key, std::move(value));
  }
  return Value(std::move(members));
}

}  // namespace cfkops::runbook
