#include "kinds/custom_schema.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

Schema schema_of(const Value& open_api);

std::shared_ptr<const Schema> shared_schema(const Value& open_api) {
  return std::make_shared<const Schema>(schema_of(open_api));
}

std::shared_ptr<const Schema> of_type(Schema::Type type) {
  Schema schema;
  schema.type = type;
  return std::make_shared<const Schema>(std::move(schema));
}

/// metadata has the same shape everywhere; that of a built-in kind is at hand.
std::shared_ptr<const Schema> metadata_schema() {
  if (const Schema* known = builtin_schema("v1", "ConfigMap"); known != nullptr) {
    if (const auto found = known->fields.find("metadata"); found != known->fields.end()) {
      return found->second;
    }
  }
  return of_type(Schema::Type::Any);
}

void add_object_fields(Schema& schema) {
  schema.fields.insert_or_assign("apiVersion", of_type(Schema::Type::String));
  schema.fields.insert_or_assign("kind", of_type(Schema::Type::String));
  schema.fields.insert_or_assign("metadata", metadata_schema());
}

void read_object(const Value& open_api, Schema& schema) {
  schema.type = Schema::Type::Object;
  schema.atomic = text_at(open_api, {"x-kubernetes-map-type"}) == "atomic";
  for (const auto& [name, property] : object_at(open_api, {"properties"}).items()) {
    schema.fields.emplace(name, shared_schema(property));
  }
  if (const Value* more = find(open_api, {"additionalProperties"}); more != nullptr) {
    if (more->is_object()) {
      schema.type = Schema::Type::Map;
      schema.items = shared_schema(*more);
    } else if (more->is_boolean() && more->get<bool>() && schema.fields.empty()) {
      schema.type = Schema::Type::Map;
      schema.items = of_type(Schema::Type::Any);
    }
  }
}

void read_list(const Value& open_api, Schema& schema) {
  schema.type = Schema::Type::List;
  if (const Value* items = find(open_api, {"items"}); items != nullptr && items->is_object()) {
    schema.items = shared_schema(*items);
  }
  const std::string list_type = text_at(open_api, {"x-kubernetes-list-type"});
  if (list_type == "set") {
    schema.list_type = Schema::ListType::Set;
  } else if (list_type == "map") {
    schema.list_type = Schema::ListType::Map;
  }
  for (const Value& key : list_at(open_api, {"x-kubernetes-list-map-keys"})) {
    if (key.is_string()) {
      schema.list_keys.push_back(key.get<std::string>());
    }
  }
}

Schema::Type scalar_type(std::string_view type) {
  if (type == "string") {
    return Schema::Type::String;
  }
  if (type == "integer") {
    return Schema::Type::Integer;
  }
  if (type == "number") {
    return Schema::Type::Number;
  }
  return type == "boolean" ? Schema::Type::Boolean : Schema::Type::Any;
}

Schema schema_of(const Value& open_api) {
  Schema schema;
  schema.preserve_unknown = flag_at(open_api, {"x-kubernetes-preserve-unknown-fields"});
  schema.embedded = flag_at(open_api, {"x-kubernetes-embedded-resource"});
  const std::string type = text_at(open_api, {"type"});
  if (flag_at(open_api, {"x-kubernetes-int-or-string"})) {
    schema.type = Schema::Type::IntOrString;
  } else if (type == "object") {
    read_object(open_api, schema);
  } else if (type == "array") {
    read_list(open_api, schema);
  } else {
    schema.type = scalar_type(type);
  }
  if (schema.embedded) {
    add_object_fields(schema);
  }
  if (const Value* value = find(open_api, {"default"}); value != nullptr) {
    schema.default_value = share(*value);
  }
  return schema;
}

}  // namespace

std::shared_ptr<const Schema> custom_schema(const Value& open_api) {
  Schema root = schema_of(open_api);
  root.type = Schema::Type::Object;
  add_object_fields(root);
  return std::make_shared<const Schema>(std::move(root));
}

}  // namespace cfkops::sandbox
