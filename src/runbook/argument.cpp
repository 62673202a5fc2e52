#include "check.hpp"

#include "cfkops/runbook/model.hpp"

#include <utility>

namespace cfkops::runbook {

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

Result<Type> ArgumentValue::check(const Scope& scope) const {
  if (const auto* value = std::get_if<Value>(&data)) {
    return type_of_value(*value);
  }
  if (const auto* text = std::get_if<Template>(&data)) {
    return text->check(scope);
  }
  if (const auto* list = std::get_if<List>(&data)) {
    Type element;
    for (const ArgumentValue& item : *list) {
      CFKOPS_ASSIGN(const Type type, item.check(scope));
      element = &item == list->data() ? type : common_type(element, type);
    }
    return Type::list_of(std::move(element));
  }
  std::vector<Type::Field> fields;
  for (const auto& [key, item] : std::get<Map>(data)) {
    CFKOPS_ASSIGN(Type type, item.check(scope));
    fields.push_back({key, std::move(type), {}});
  }
  return Type::object(std::move(fields));
}

}  // namespace cfkops::runbook
