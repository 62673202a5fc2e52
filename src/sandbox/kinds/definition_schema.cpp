#include "kinds/custom_validation.hpp"
#include "kinds/definition_validation.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

namespace {

std::string keyed(const std::string& field, std::string_view name) {
  return fmt::format("{}.properties[{}]", field, name);
}

/// Whether pruning would take something from it.
bool has_unknown(const Value& open_api, const Value& value) {
  if (value.is_array()) {
    const Value* items = find(open_api, {"items"});
    return items != nullptr && std::ranges::any_of(value, [items](const Value& element) {
             return has_unknown(*items, element);
           });
  }
  if (!value.is_object()) {
    return false;
  }
  const bool keeps = flag_at(open_api, {"x-kubernetes-preserve-unknown-fields"});
  const Value* more = find(open_api, {"additionalProperties"});
  for (const auto& [name, member] : value.items()) {
    if (const Value* property = find(open_api, {"properties", name}); property != nullptr) {
      if (has_unknown(*property, member)) {
        return true;
      }
    } else if (more != nullptr && more->is_object()) {
      if (has_unknown(*more, member)) {
        return true;
      }
    } else if (!keeps && more == nullptr) {
      return true;
    }
  }
  return false;
}

/// Defaults must fit their own schema.
void check_defaults(const Value& open_api, const std::string& field, FieldErrors& errors) {
  if (const Value* value = find(open_api, {"default"}); value != nullptr) {
    const std::string at = field + ".default";
    if (has_unknown(open_api, *value)) {
      errors.invalid(at, *value, "must not have unknown fields");
    }
    FieldErrors embedded;
    validate_embedded(open_api, *value, at, embedded);
    for (const FieldError& error : embedded.all()) {
      errors.add(error);
    }
    if (embedded.empty()) {
      validate_against_schema(open_api, *value, nullptr, at, errors);
    }
  }
  if (const Value* items = find(open_api, {"items"}); items != nullptr) {
    check_defaults(*items, field + ".items", errors);
  }
  for (const auto& [name, property] : object_at(open_api, {"properties"}).items()) {
    check_defaults(property, keyed(field, name), errors);
  }
}

/// Where in the schema the check is: some things are not allowed inside of metadata.
struct Surroundings {
  bool root = false;
  bool in_metadata = false;
  std::string no_defaults = {};  ///< why there must be none
};

void check_keywords(const Value& open_api,
                    const std::string& field,
                    const Surroundings& around,
                    FieldErrors& errors) {
  static const std::vector<std::string> kTypes = {
      "array", "boolean", "integer", "number", "object", "string"};
  const std::string type = text_at(open_api, {"type"});
  if (!type.empty() && std::ranges::find(kTypes, type) == kTypes.end()) {
    errors.not_supported(field + ".type", Value(type), kTypes);
  }
  if (!around.no_defaults.empty() && find(open_api, {"default"}) != nullptr) {
    errors.forbidden(field + ".default", "must not be set " + around.no_defaults);
  }
  for (const char* name :
       {"id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"}) {
    if (find(open_api, {name}) != nullptr) {
      errors.forbidden(fmt::format("{}.{}", field, name), fmt::format("{} is not supported", name));
    }
  }
  if (type == "null") {
    errors.forbidden(field + ".type", "type cannot be set to null, use nullable as an alternative");
  }
  if (const Value* items = find(open_api, {"items"}); items != nullptr && items->is_array()) {
    errors.forbidden(field + ".items", "items must be a schema object and not an array");
  }
  if (around.in_metadata && flag_at(open_api, {"x-kubernetes-embedded-resource"})) {
    errors.forbidden(field + ".x-kubernetes-embedded-resource",
                     "must not be used inside of resource meta");
  }
  if (flag_at(open_api, {"uniqueItems"})) {
    errors.forbidden(field + ".uniqueItems",
                     "uniqueItems cannot be set to true since the runtime complexity becomes "
                     "quadratic");
  }
  if (const Value* keeps = find(open_api, {"x-kubernetes-preserve-unknown-fields"});
      keeps != nullptr && *keeps == Value(false)) {
    errors.invalid(
        field + ".x-kubernetes-preserve-unknown-fields", *keeps, "must be true or undefined");
  }
}

/// `type` must be what an extension asks for.
void check_type_for(const Value& open_api,
                    std::string_view wanted,
                    std::string_view extension,
                    const std::string& field,
                    FieldErrors& errors) {
  const std::string type = text_at(open_api, {"type"});
  const std::string detail = fmt::format("must be {} if {} is specified", wanted, extension);
  if (type.empty()) {
    errors.required(field + ".type", detail);
  } else if (type != wanted) {
    errors.invalid(field + ".type", Value(type), detail);
  }
}

void check_set_items(const Value& open_api, const std::string& field, FieldErrors& errors) {
  const std::string type = text_at(open_api, {"items", "type"});
  const char* extension = type == "array"    ? "x-kubernetes-list-type"
                          : type == "object" ? "x-kubernetes-map-type"
                                             : nullptr;
  if (extension == nullptr) {
    return;
  }
  const std::string kept = text_at(open_api, {"items", extension});
  if (kept != "atomic" && (type == "object" || !kept.empty())) {
    const Value* printed = find(open_api, {"items", "x-kubernetes-list-type"});
    errors.invalid(fmt::format("{}.items.{}", field, extension),
                   printed == nullptr ? Value() : *printed,
                   "must be atomic as item of a list with x-kubernetes-list-type=set");
  }
}

void check_map_key(const Value& open_api,
                   const std::string& key,
                   const std::string& field,
                   FieldErrors& errors) {
  const Value* property = find(open_api, {"items", "properties", key});
  if (property == nullptr) {
    errors.invalid(field + ".x-kubernetes-list-map-keys",
                   list_at(open_api, {"x-kubernetes-list-map-keys"}),
                   "entries must all be names of item properties");
    return;
  }
  const std::string at = keyed(field + ".items", key);
  const std::string type = text_at(*property, {"type"});
  if (type == "array" || type == "object") {
    errors.invalid(at + ".type",
                   Value("object"),
                   "must be a scalar type if parent array's x-kubernetes-list-type is map");
  }
  const Value& required = list_at(open_api, {"items", "required"});
  if (std::ranges::find(required, Value(key)) == required.end() &&
      find(*property, {"default"}) == nullptr) {
    errors.required(at + ".default",
                    "this property is in x-kubernetes-list-map-keys, so it must have a default or "
                    "be a required property");
  }
  if (flag_at(*property, {"nullable"})) {
    errors.forbidden(at + ".nullable",
                     "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
  }
}

void check_map_items(const Value& open_api, const std::string& field, FieldErrors& errors) {
  const Value& keys = list_at(open_api, {"x-kubernetes-list-map-keys"});
  if (keys.empty()) {
    errors.required(field + ".x-kubernetes-list-map-keys",
                    "must not be empty if x-kubernetes-list-type is map");
  }
  const Value* items = find(open_api, {"items"});
  if (items == nullptr) {
    errors.required(field + ".items", "must have a schema if x-kubernetes-list-type is map");
    return;
  }
  if (text_at(*items, {"type"}) != "object") {
    errors.invalid(field + ".items.type",
                   Value(text_at(*items, {"type"})),
                   "must be object if parent array's x-kubernetes-list-type is map");
    return;
  }
  std::set<std::string> seen;
  for (const Value& key : keys) {
    check_map_key(open_api, key.get<std::string>(), field, errors);
    if (!seen.insert(key.get<std::string>()).second) {
      errors.invalid(
          field + ".x-kubernetes-list-map-keys", keys, "must not contain duplicate entries");
    }
  }
}

void check_list_type(const Value& open_api, const std::string& field, FieldErrors& errors) {
  const std::string at = field + ".x-kubernetes-list-type";
  const Value* list_type = find(open_api, {"x-kubernetes-list-type"});
  const std::string type =
      list_type == nullptr ? "" : text_at(open_api, {"x-kubernetes-list-type"});
  if (!list_at(open_api, {"x-kubernetes-list-map-keys"}).empty() && type != "map") {
    constexpr const char* kDetail = "must be map if x-kubernetes-list-map-keys is non-empty";
    if (list_type == nullptr) {
      errors.required(at, kDetail);
    } else {
      errors.invalid(at, *list_type, kDetail);
    }
  }
  if (list_type == nullptr) {
    return;
  }
  check_type_for(open_api, "array", "x-kubernetes-list-type", field, errors);
  if (type != "atomic" && type != "set" && type != "map") {
    errors.not_supported(at, *list_type, {"atomic", "set", "map"});
    return;
  }
  if (type != "atomic" && flag_at(open_api, {"items", "nullable"})) {
    errors.forbidden(field + ".items.nullable",
                     "cannot be nullable when x-kubernetes-list-type is " + type);
  }
  if (type == "set" && text_at(open_api, {"type"}) == "array") {
    check_set_items(open_api, field, errors);
  } else if (type == "map") {
    check_map_items(open_api, field, errors);
  }
}

void check_map_type(const Value& open_api, const std::string& field, FieldErrors& errors) {
  const Value* map_type = find(open_api, {"x-kubernetes-map-type"});
  if (map_type == nullptr) {
    return;
  }
  check_type_for(open_api, "object", "x-kubernetes-map-type", field, errors);
  if (*map_type != Value("atomic") && *map_type != Value("granular")) {
    errors.not_supported(field + ".x-kubernetes-map-type", *map_type, {"atomic", "granular"});
  }
}

void check_rules(const Value& open_api, const std::string& field, FieldErrors& errors) {
  std::size_t index = 0;
  for (const Value& rule : list_at(open_api, {"x-kubernetes-validations"})) {
    const std::string at = fmt::format("{}.x-kubernetes-validations[{}]", field, index++);
    const std::string text = text_at(rule, {"rule"});
    const std::string message = text_at(rule, {"message"});
    if (text.find_first_not_of(" \t\n\r") == std::string::npos) {
      errors.required(at + ".rule", "rule is not specified");
    } else if (!message.empty() && message.find_first_not_of(" \t\n\r") == std::string::npos) {
      errors.invalid(at + ".message", Value(message), "must be non-empty if specified");
    }
    static const std::vector<std::string> kReasons = {
        "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"};
    if (const Value* reason = find(rule, {"reason"});
        reason != nullptr && reason->is_string() &&
        std::ranges::find(kReasons, reason->get<std::string>()) == kReasons.end()) {
      errors.not_supported(at + ".reason", *reason, kReasons);
    }
  }
}

void check_supported(const Value& open_api,
                     const std::string& field,
                     const Surroundings& around,
                     FieldErrors& errors);

void check_properties(const Value& open_api,
                      const std::string& field,
                      const Surroundings& around,
                      FieldErrors& errors) {
  const Value& properties = object_at(open_api, {"properties"});
  if (const Value* more = find(open_api, {"additionalProperties"}); more != nullptr) {
    if (!properties.empty() && *more != Value(true)) {
      errors.forbidden(field + ".additionalProperties",
                       "additionalProperties and properties are mutual exclusive");
    }
    Surroundings inside = around;
    inside.root = false;
    if (around.in_metadata) {
      inside.no_defaults = "inside additionalProperties applying to object metadata";
    }
    if (more->is_object()) {
      check_supported(*more, field + ".additionalProperties", inside, errors);
    }
  }
  const bool resource = around.root || flag_at(open_api, {"x-kubernetes-embedded-resource"});
  for (const auto& [name, property] : properties.items()) {
    Surroundings inside = around;
    inside.root = false;
    if (resource && (name == "metadata" || name == "kind" || name == "apiVersion")) {
      inside.in_metadata = true;
      if (around.root) {
        inside.no_defaults = "in top-level " + name;
      }
    }
    check_supported(property, keyed(field, name), inside, errors);
  }
}

void check_supported(const Value& open_api,
                     const std::string& field,
                     const Surroundings& around,
                     FieldErrors& errors) {
  check_keywords(open_api, field, around, errors);
  check_properties(open_api, field, around, errors);
  Surroundings inside = around;
  inside.root = false;
  if (const Value* schema = find(open_api, {"not"}); schema != nullptr) {
    check_supported(*schema, field + ".not", inside, errors);
  }
  for (const char* junctor : {"allOf", "oneOf", "anyOf"}) {
    std::size_t index = 0;
    for (const Value& schema : list_at(open_api, {junctor})) {
      check_supported(schema, fmt::format("{}.{}[{}]", field, junctor, index++), inside, errors);
    }
  }
  if (const Value* items = find(open_api, {"items"}); items != nullptr && items->is_object()) {
    check_supported(*items, field + ".items", inside, errors);
  }
  check_map_type(open_api, field, errors);
  check_list_type(open_api, field, errors);
  check_rules(open_api, field, errors);
}

}  // namespace

void validate_definition_schema(const Value& open_api,
                                const std::string& field,
                                FieldErrors& errors) {
  if (flag_at(open_api, {"nullable"})) {
    errors.forbidden(field + ".nullable", "nullable cannot be true at the root");
  }
  FieldErrors structural;
  validate_structural(open_api, field, structural);
  if (structural.empty()) {
    check_defaults(open_api, field, errors);
  }
  for (const FieldError& error : structural.all()) {
    errors.add(error);
  }
  check_supported(open_api, field, {true, false, {}}, errors);
}

}  // namespace cfkops::sandbox
