#include "kinds/custom_format.hpp"
#include "kinds/definition_validation.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

namespace {

enum class Level { Root, Item, Field };

std::string keyed(const std::string& field, std::string_view name) {
  return fmt::format("{}.properties[{}]", field, name);
}

/// anyOf: integer, string; nothing else.
bool is_int_or_string(const Value& any_of) {
  return any_of.size() == 2 && any_of.at(0) == Value{{"type", "integer"}} &&
         any_of.at(1) == Value{{"type", "string"}};
}

void check_nested(const Value& open_api,
                  bool skip_any_of,
                  const std::string& field,
                  FieldErrors& errors);

/// What stands in anyOf, allOf, oneOf and not, and the pattern.
void check_value_validation(const Value& open_api,
                            bool skip_any_of,
                            bool skip_first_all_of,
                            const std::string& field,
                            FieldErrors& errors) {
  for (const char* junctor : {"anyOf", "allOf", "oneOf"}) {
    if (skip_any_of && std::string_view(junctor) == "anyOf") {
      continue;
    }
    std::size_t index = 0;
    for (const Value& schema : list_at(open_api, {junctor})) {
      const bool skip = skip_first_all_of && index == 0 && std::string_view(junctor) == "allOf";
      check_nested(schema, skip, fmt::format("{}.{}[{}]", field, junctor, index++), errors);
    }
  }
  if (const Value* schema = find(open_api, {"not"}); schema != nullptr) {
    check_nested(*schema, false, field + ".not", errors);
  }
  const std::string pattern = text_at(open_api, {"pattern"});
  if (const std::optional<std::string> problem = pattern_problem(pattern);
      !pattern.empty() && problem) {
    errors.invalid(field + ".pattern",
                   Value(pattern),
                   "must be a valid regular expression, but isn't: " + *problem);
  }
}

void forbid_set(const Value& open_api,
                const std::string& field,
                std::string_view name,
                std::string_view detail,
                FieldErrors& errors) {
  const Value* value = find(open_api, {name});
  const bool set = value != nullptr && *value != Value(false) && *value != Value("") &&
                   !(value->is_structured() && value->empty() && name != "additionalProperties");
  if (set) {
    errors.forbidden(fmt::format("{}.{}", field, name), std::string(detail));
  }
}

void check_nested(const Value& open_api,
                  bool skip_any_of,
                  const std::string& field,
                  FieldErrors& errors) {
  check_value_validation(open_api, skip_any_of, false, field, errors);
  if (const Value* items = find(open_api, {"items"}); items != nullptr) {
    check_nested(*items, false, field + ".items", errors);
  }
  for (const auto& [name, property] : object_at(open_api, {"properties"}).items()) {
    check_nested(property, false, keyed(field, name), errors);
  }
  forbid_set(open_api, field, "type", "must be empty to be structural", errors);
  forbid_set(open_api, field, "additionalProperties", "must be undefined to be structural", errors);
  forbid_set(open_api, field, "default", "must be undefined to be structural", errors);
  forbid_set(open_api, field, "title", "must be empty to be structural", errors);
  forbid_set(open_api, field, "description", "must be empty to be structural", errors);
  forbid_set(open_api, field, "nullable", "must be false to be structural", errors);
  for (const char* name : {"x-kubernetes-preserve-unknown-fields",
                           "x-kubernetes-embedded-resource",
                           "x-kubernetes-int-or-string"}) {
    forbid_set(open_api, field, name, "must be false to be structural", errors);
  }
  forbid_set(
      open_api, field, "x-kubernetes-list-map-keys", "must be empty to be structural", errors);
  for (const char* name : {"x-kubernetes-list-type", "x-kubernetes-map-type"}) {
    forbid_set(open_api, field, name, "must be undefined to be structural", errors);
  }
  forbid_set(open_api, field, "x-kubernetes-validations", "must be empty to be structural", errors);
  if (find(open_api, {"properties", "metadata"}) != nullptr) {
    errors.forbidden(keyed(field, "metadata"), "must not be specified in a nested context");
  }
}

void check_type(const Value& open_api, Level level, const std::string& field, FieldErrors& errors) {
  const std::string type = text_at(open_api, {"type"});
  const std::string at = field + ".type";
  if (flag_at(open_api, {"x-kubernetes-embedded-resource"}) && type != "object") {
    constexpr const char* kDetail = "must be object if x-kubernetes-embedded-resource is true";
    if (type.empty()) {
      errors.required(at, kDetail);
    } else {
      errors.invalid(at, Value(type), kDetail);
    }
  } else if (type.empty() && !flag_at(open_api, {"x-kubernetes-int-or-string"}) &&
             !flag_at(open_api, {"x-kubernetes-preserve-unknown-fields"})) {
    errors.required(at,
                    level == Level::Root   ? "must not be empty at the root"
                    : level == Level::Item ? "must not be empty for specified array items"
                                           : "must not be empty for specified object fields");
  }
  if (level == Level::Root && !type.empty() && type != "object") {
    errors.invalid(at, Value(type), "must be object at the root");
  }
}

/// metadata may only be restricted in name and generateName, and only at the root.
void check_metadata(const Value& metadata, const std::string& field, FieldErrors& errors) {
  for (const auto& [name, value] : metadata.items()) {
    bool allowed = name == "type" || name == "default";
    if (name == "properties" && value.is_object()) {
      allowed = true;
      for (const auto& [property, schema] : value.items()) {
        allowed =
            allowed && !schema.is_null() && (property == "name" || property == "generateName");
      }
    }
    if (!allowed) {
      errors.forbidden(field,
                       "must not specify anything other than name and generateName, but metadata "
                       "is implicitly specified");
      return;
    }
  }
}

void check_resource_fields(const Value& open_api,
                           Level level,
                           const std::string& field,
                           FieldErrors& errors) {
  const bool embedded = flag_at(open_api, {"x-kubernetes-embedded-resource"});
  if (level == Level::Root || embedded) {
    for (const char* name : {"kind", "apiVersion"}) {
      const Value* schema = find(open_api, {"properties", name});
      if (schema != nullptr && text_at(*schema, {"type"}) != "string") {
        errors.invalid(
            keyed(field, name) + ".type", Value(text_at(*schema, {"type"})), "must be string");
      }
    }
    const Value* metadata = find(open_api, {"properties", "metadata"});
    if (metadata != nullptr && text_at(*metadata, {"type"}) != "object") {
      errors.invalid(keyed(field, "metadata") + ".type",
                     Value(text_at(*metadata, {"type"})),
                     "must be object");
    }
    if (metadata != nullptr && level == Level::Root) {
      check_metadata(*metadata, keyed(field, "metadata"), errors);
    }
  }
  if (embedded && !flag_at(open_api, {"x-kubernetes-preserve-unknown-fields"}) &&
      object_at(open_api, {"properties"}).empty()) {
    errors.required(field + ".properties",
                    "must not be empty if x-kubernetes-embedded-resource is true without "
                    "x-kubernetes-preserve-unknown-fields");
  }
}

void check_additional(const Value& open_api,
                      Level level,
                      const std::string& field,
                      FieldErrors& errors);

void check_invariants(const Value& open_api,
                      Level level,
                      const std::string& field,
                      FieldErrors& errors) {
  const Value* items = find(open_api, {"items"});
  if (text_at(open_api, {"type"}) == "array" && items == nullptr) {
    errors.required(field + ".items", "must be specified");
  }
  if (items != nullptr) {
    check_invariants(*items, Level::Item, field + ".items", errors);
  }
  for (const auto& [name, property] : object_at(open_api, {"properties"}).items()) {
    check_invariants(property, Level::Field, keyed(field, name), errors);
  }
  check_additional(open_api, level, field, errors);
  if (flag_at(open_api, {"x-kubernetes-int-or-string"})) {
    for (const char* name :
         {"x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"}) {
      if (flag_at(open_api, {name})) {
        errors.invalid(fmt::format("{}.{}", field, name),
                       Value(true),
                       "must be false if x-kubernetes-int-or-string is true");
      }
    }
  }
  const Value& all_of = list_at(open_api, {"allOf"});
  check_value_validation(open_api,
                         is_int_or_string(list_at(open_api, {"anyOf"})),
                         !all_of.empty() && is_int_or_string(list_at(all_of.at(0), {"anyOf"})),
                         field,
                         errors);
  check_type(open_api, level, field, errors);
  check_resource_fields(open_api, level, field, errors);
}

void check_additional(const Value& open_api,
                      Level level,
                      const std::string& field,
                      FieldErrors& errors) {
  const Value* more = find(open_api, {"additionalProperties"});
  if (more == nullptr) {
    return;
  }
  const std::string at = field + ".additionalProperties";
  if (level == Level::Root) {
    errors.forbidden(at, "must not be used at the root");
  }
  if (more->is_object()) {
    check_invariants(*more, Level::Field, at, errors);
  }
  if (flag_at(open_api, {"x-kubernetes-embedded-resource"})) {
    errors.forbidden(at, "must not be used if x-kubernetes-embedded-resource is set");
  }
}

/// Fields that combined schemas reason about must be specified in the structure, too.
void check_complete(const Value* structure,
                    const Value& nested,
                    const std::string& structure_field,
                    const std::string& field,
                    FieldErrors& errors) {
  for (const auto& [name, property] : object_at(nested, {"properties"}).items()) {
    const Value* known = structure == nullptr ? nullptr : find(*structure, {"properties", name});
    if (known == nullptr) {
      errors.required(keyed(structure_field, name),
                      "because it is defined in " + keyed(field, name));
      continue;
    }
    check_complete(known, property, keyed(structure_field, name), keyed(field, name), errors);
  }
  if (const Value* items = find(nested, {"items"}); items != nullptr) {
    const Value* known = structure == nullptr ? nullptr : find(*structure, {"items"});
    if (known == nullptr) {
      errors.required(structure_field + ".items", "because it is defined in " + field + ".items");
    } else {
      check_complete(known, *items, structure_field + ".items", field + ".items", errors);
    }
  }
  for (const char* junctor : {"anyOf", "allOf", "oneOf"}) {
    std::size_t index = 0;
    for (const Value& schema : list_at(nested, {junctor})) {
      check_complete(structure,
                     schema,
                     structure_field,
                     fmt::format("{}.{}[{}]", field, junctor, index++),
                     errors);
    }
  }
  if (const Value* schema = find(nested, {"not"}); schema != nullptr) {
    check_complete(structure, *schema, structure_field, field + ".not", errors);
  }
}

/// Only what the root's own junctors say is looked at, as the real server does.
void check_completeness(const Value& open_api, const std::string& field, FieldErrors& errors) {
  Value junctors = Value::object();
  for (const char* name : {"anyOf", "allOf", "oneOf", "not"}) {
    if (const Value* value = find(open_api, {name}); value != nullptr) {
      junctors.emplace(name, *value);
    }
  }
  check_complete(&open_api, junctors, field, field, errors);
}

}  // namespace

void validate_structural(const Value& open_api, const std::string& field, FieldErrors& errors) {
  check_invariants(open_api, Level::Root, field, errors);
  check_completeness(open_api, field, errors);
}

}  // namespace cfkops::sandbox
