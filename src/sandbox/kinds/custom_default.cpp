#include "kinds/custom_schema.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::sandbox {

namespace {

/// The schema of a member, or nullptr where nothing is said of it.
const Value* member_schema(const Value& open_api, const std::string& name) {
  if (const Value* property = find(open_api, {"properties", name}); property != nullptr) {
    return property;
  }
  const Value* more = find(open_api, {"additionalProperties"});
  return more != nullptr && more->is_object() ? more : nullptr;
}

bool is_wrong_null(const Value& value, const Value* open_api) {
  return value.is_null() && open_api != nullptr && !flag_at(*open_api, {"nullable"});
}

Value default_of(const Value& open_api) {
  const Value* value = find(open_api, {"default"});
  return value == nullptr ? Value() : *value;
}

void fill_members(const Value& open_api, Value& object) {
  for (const auto& [name, property] : object_at(open_api, {"properties"}).items()) {
    const Value* value = find(property, {"default"});
    if (value == nullptr) {
      continue;
    }
    const auto found = object.find(name);
    if (found == object.end()) {
      object.emplace(name, *value);
    } else if (is_wrong_null(*found, &property)) {
      *found = *value;
    }
  }
  for (auto member = object.begin(); member != object.end(); ++member) {
    const Value* schema = member_schema(open_api, member.key());
    if (schema == nullptr) {
      continue;
    }
    if (is_wrong_null(member.value(), schema)) {
      member.value() = default_of(*schema);
    }
    fill_custom_defaults(*schema, member.value());
  }
}

}  // namespace

void drop_custom_nulls(const Value& open_api, Value& value) {
  if (value.is_object()) {
    for (auto member = value.begin(); member != value.end();) {
      const Value* schema = member_schema(open_api, member.key());
      if (is_wrong_null(member.value(), schema) && find(*schema, {"default"}) == nullptr) {
        member = value.erase(member);
        continue;
      }
      if (schema != nullptr) {
        drop_custom_nulls(*schema, member.value());
      }
      ++member;
    }
  } else if (value.is_array()) {
    if (const Value* items = find(open_api, {"items"}); items != nullptr) {
      for (Value& element : value) {
        drop_custom_nulls(*items, element);
      }
    }
  }
}

void fill_custom_defaults(const Value& open_api, Value& value) {
  if (value.is_object()) {
    fill_members(open_api, value);
  } else if (value.is_array()) {
    const Value* items = find(open_api, {"items"});
    for (Value& element : value) {
      if (items != nullptr && is_wrong_null(element, items)) {
        element = default_of(*items);
      }
      if (items != nullptr) {
        fill_custom_defaults(*items, element);
      }
    }
  }
}

}  // namespace cfkops::sandbox
