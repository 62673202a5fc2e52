#include "cfkops/runbook/schema.hpp"

#include "key_table.hpp"
#include "schema_type.hpp"

#include "cfkops/base/yaml.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::runbook {

namespace {

using nlohmann::json;

json reference(std::string_view definition) {
  return {{"$ref", "#/$defs/" + std::string(definition)}};
}

json list_of(json items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

/// An id for expressions.
json id_schema() {
  return {{"type", "string"}, {"pattern", "^[a-z][a-z0-9_]*$"}};
}

/// So many elements, or percent of them.
json share_schema() {
  return {{"anyOf",
           json::array({{{"type", "integer"}, {"minimum", 0}},
                        {{"type", "string"}, {"pattern", "^([0-9]|[1-9][0-9]|100)%$"}}})}};
}

json type_schema() {
  const json simple = {"string",
                       "bool",
                       "int",
                       "uint",
                       "double",
                       "duration",
                       "timestamp",
                       "quantity",
                       "enum",
                       "secret"};
  return {{"anyOf",
           json::array({{{"enum", simple}},
                        {{"type", "string"}, {"pattern", "^(list|map|ref|enum)\\s*<.+>$"}}})}};
}

/// The schemas of what the table of keys calls types.
const std::map<std::string_view, json>& schemas_of_types() {
  static const std::map<std::string_view, json> kSchemas = {
      {"cfkops/v1", {{"const", "cfkops/v1"}}},
      {"Runbook", {{"const", "Runbook"}}},
      {"name", {{"type", "string"}, {"pattern", "^[a-z][a-z0-9-]*$"}}},
      {"id", id_schema()},
      {"type", type_schema()},
      {"text", scalar_schema()},
      {"text with ${…}", scalar_schema()},
      {"expression", scalar_schema()},
      {"runbook", {{"type", "string"}}},
      {"path", scalar_schema()},
      {"date and time", scalar_schema()},
      {"time zone", scalar_schema()},
      {"duration", duration_schema()},
      {"int", {{"type", "integer"}, {"minimum", 1}}},
      {"number", {{"type", "number"}}},
      {"true or false", {{"type", "boolean"}}},
      {"value", {{"not", {{"type", "null"}}}}},
      {"low, medium or high", {{"enum", {"low", "medium", "high"}}}},
      {"stop, rollback or ask", {{"enum", {"stop", "rollback", "ask"}}}},
      {"rollback, stop, continue or ask", {{"enum", {"rollback", "stop", "continue", "ask"}}}},
      {"number or percentage", share_schema()},
      {"list of numbers or percentages", list_of(share_schema())},
      {"allow or freeze", {{"enum", {"allow", "freeze"}}}},
      {"read, idempotent or once", {{"enum", {"read", "idempotent", "once"}}}},
      {"list of not_yet, refused, unknown, failed",
       list_of({{"enum", {"not_yet", "refused", "unknown", "failed"}}})},
      {"list of texts", list_of(scalar_schema())},
      {"list of texts with ${…}", list_of(scalar_schema())},
      {"list of dates and times", list_of(scalar_schema())},
      {"map of arguments", {{"type", "object"}}},
      {"map of params",
       {{"type", "object"},
        {"propertyNames", id_schema()},
        {"additionalProperties", reference("param")}}},
      {"list of checks", list_of(reference("check"))},
      {"list of guards", list_of(reference("guard"))},
      {"list of windows", list_of(reference("window"))},
      {"list of steps", list_of(reference("step"))},
      {"map, or list of steps",
       {{"anyOf", json::array({reference("rollback"), list_of(reference("step"))})}}},
  };
  return kSchemas;
}

class SchemaMaker {
 public:
  explicit SchemaMaker(std::span<const ActionSpec> specs)
      : specs_(specs) {}

  json make() {
    json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                   {"title", "Runbook of cfkops, format cfkops/v1"}};
    schema.update(place_schema("runbook"));
    for (const KeyPlace& place : all_places()) {
      if (place.where != "runbook") {
        schema["$defs"][std::string(place.where)] = place_schema(place.where);
      }
    }
    return schema;
  }

 private:
  [[nodiscard]] json names(bool checks) const {
    json list = json::array();
    for (const ActionSpec& spec : specs_) {
      if (spec.is_check == checks) {
        list.push_back(spec.name);
      }
    }
    if (checks && find_spec(specs_, "expr") == nullptr) {
      list.push_back("expr");
    }
    return list;
  }

  [[nodiscard]] json key_schema(const KeySpec& key) const {
    json schema;
    if (key.type == "action" || key.type == "kind") {
      schema = {{"enum", names(key.type == "kind")}};
    } else if (key.type == "map") {
      schema = reference(key.key);
    } else {
      const auto found = schemas_of_types().find(key.type);
      schema = found == schemas_of_types().end() ? json::object() : found->second;
    }
    schema["description"] = key.doc;
    const auto example = base::parse_yaml(key.example, "", base::YamlDialect::Strict);
    const base::YamlNode* value = example ? example->find(key.key) : nullptr;
    if (value != nullptr) {
      schema["examples"] = json::array({base::to_json(*value).raw()});
    }
    return schema;
  }

  [[nodiscard]] json place_schema(std::string_view where) const {
    json properties = json::object();
    json required = json::array();
    for (const KeySpec& key : all_keys()) {
      if (stands_in(key, where)) {
        properties[std::string(key.key)] = key_schema(key);
        if (key.required) {
          required.push_back(key.key);
        }
      }
    }
    json schema = {{"type", "object"},
                   {"description", find_place(where)->what},
                   {"properties", std::move(properties)},
                   {"required", std::move(required)},
                   {"additionalProperties", false}};
    if (where == "step") {
      schema["oneOf"] = {
          {{"required", {"do"}}}, {{"required", {"include"}}}, {{"required", {"steps"}}}};
      schema["allOf"] = choices("do", false);
    } else if (where == "check" || where == "guard") {
      schema["allOf"] = choices("check", true);
    } else if (where == "window") {
      schema["oneOf"] = {{{"required", {"file"}}}, {{"required", {"start", "duration"}}}};
    }
    return schema;
  }

  /// What `with` has depends on which action or check it is.
  [[nodiscard]] json choices(std::string_view key, bool checks) const {
    json all = json::array();
    for (const ActionSpec& spec : specs_) {
      if (spec.is_check != checks) {
        continue;
      }
      json then = {{"properties", {{"with", arguments_schema(spec)}}}};
      if (!then["properties"]["with"]["required"].empty()) {
        then["required"] = {"with"};
      }
      if (spec.name == "expr") {
        then = {{"required", {"that"}}};
      }
      all.push_back({{"if",
                      {{"properties", {{std::string(key), {{"const", spec.name}}}}},
                       {"required", {std::string(key)}}}},
                     {"then", std::move(then)}});
    }
    return all;
  }

  std::span<const ActionSpec> specs_;
};

}  // namespace

base::Json runbook_schema(std::span<const ActionSpec> specs) {
  return base::Json(SchemaMaker(specs).make());
}

}  // namespace cfkops::runbook
