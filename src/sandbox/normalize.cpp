#include "schema.hpp"

#include <nlohmann/json.hpp>

#include <iterator>

namespace cfkops::sandbox {

namespace {

using Type = Schema::Type;

bool is_empty(const Value& value) {
  if (value.is_string()) {
    return value.get_ref<const std::string&>().empty();
  }
  return value.empty() || value == 0 || value == false;
}

Value zero_of(const Schema& schema) {
  switch (schema.type) {
    case Type::String:
      return "";
    case Type::Integer:
    case Type::Number:
      return 0;
    case Type::Boolean:
      return false;
    case Type::Quantity:
      return "0";
    case Type::Object:
      return Value::object();
    default:
      return nullptr;
  }
}

void normalize_object(const Schema& schema, Value& object) {
  for (auto member = object.begin(); member != object.end();) {
    const auto field = schema.fields.find(member.key());
    if (field == schema.fields.end()) {
      ++member;
      continue;
    }
    normalize(*field->second, *member);
    const bool goes = field->second->omits_empty ? is_empty(*member)
                                                 : member->is_null() && !field->second->always;
    member = goes ? object.erase(member) : std::next(member);
  }
  for (const auto& [name, field] : schema.fields) {
    if (!field->always) {
      continue;
    }
    if (Value& member = object[name]; member.is_null()) {
      member = zero_of(*field);
      normalize(*field, member);
    }
  }
}

}  // namespace

void normalize(const Schema& schema, Value& object) {
  if (schema.type == Type::Object && object.is_object()) {
    normalize_object(schema, object);
  } else if (schema.items != nullptr && object.is_structured()) {
    for (Value& element : object) {
      normalize(*schema.items, element);
    }
  }
}

}  // namespace cfkops::sandbox
