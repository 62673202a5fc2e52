#include "schema_type.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace cfkops::runbook {

namespace {

using nlohmann::json;

/// What a text that is computed has in it.
constexpr const char* kComputed = R"(\$\{)";

json or_computed(json schema) {
  return {
      {"anyOf", json::array({std::move(schema), {{"type", "string"}, {"pattern", kComputed}}})}};
}

json object_schema(const Type& type) {
  json properties = json::object();
  for (const Type::Field& field : type.fields) {
    properties[field.name] = argument_schema(field.type);
    if (!field.help.empty()) {
      properties[field.name]["description"] = field.help;
    }
  }
  json schema = {{"type", "object"}};
  if (!type.fields.empty()) {
    schema["properties"] = std::move(properties);
  }
  return schema;
}

}  // namespace

json scalar_schema() {
  return {{"type", json::array({"string", "number", "boolean"})}};
}

json duration_schema() {
  return {{"type", "string"},
          {"pattern", "^\\s*([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d|w))+\\s*$"}};
}

json argument_schema(const Type& type) {
  switch (type.kind) {
    case Type::Kind::Bool:
      return or_computed({{"type", "boolean"}});
    case Type::Kind::Int:
    case Type::Kind::Uint:
      return or_computed({{"type", "integer"}});
    case Type::Kind::Double:
      return or_computed({{"type", "number"}});
    case Type::Kind::Duration:
      return or_computed(duration_schema());
    case Type::Kind::Enum:
      return or_computed({{"enum", type.names}});
    case Type::Kind::List:
      return or_computed({{"type", "array"}, {"items", argument_schema(type.element())}});
    case Type::Kind::Map:
      return or_computed(
          {{"type", "object"}, {"additionalProperties", argument_schema(type.element())}});
    case Type::Kind::Object:
      return or_computed(object_schema(type));
    case Type::Kind::String:
    case Type::Kind::Bytes:
    case Type::Kind::Timestamp:
    case Type::Kind::Quantity:
    case Type::Kind::Ref:
    case Type::Kind::Secret:
    case Type::Kind::Semver:
      return scalar_schema();
    default:
      return json::object();
  }
}

json arguments_schema(const ActionSpec& spec) {
  json properties = json::object();
  json required = json::array();
  for (const ArgumentSpec& argument : spec.arguments) {
    json schema = argument_schema(argument.type);
    schema["description"] = argument.help + " (" + argument.type.text() + ")";
    if (argument.fallback && !argument.fallback->is_null()) {
      schema["default"] = argument.fallback->to_json().raw();
    }
    properties[argument.name] = std::move(schema);
    if (argument.required) {
      required.push_back(argument.name);
    }
  }
  return {{"type", "object"},
          {"description", spec.name + ": " + spec.summary},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

}  // namespace cfkops::runbook
