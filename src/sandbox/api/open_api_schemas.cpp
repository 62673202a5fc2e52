#include "api/open_api_schemas.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr const char* kGroupVersionKind = "x-kubernetes-group-version-kind";

Value typed(const char* type) {
  return {{"type", type}};
}

/// Types that refer to each other by name; those of one name that differ get a number before it.
class SchemaWriter {
 public:
  /// What stands for the type where it is used.
  Value reference(const Schema& schema) {
    switch (schema.type) {
      case Schema::Type::Any:
      case Schema::Type::Object:
        return is_named(schema) ? refer(name_of_type(schema)) : typed("object");
      case Schema::Type::Map: {
        Value map = typed("object");
        map["additionalProperties"] = items_of(schema);
        return map;
      }
      case Schema::Type::List: {
        Value list = typed("array");
        list["items"] = items_of(schema);
        return list;
      }
      default:
        return scalar(schema);
    }
  }

  /// The type itself, for a kind.
  void add_kind(const Schema& schema, const kube::Resource& resource) {
    const std::string name = name_of_type(schema);
    done_[name][kGroupVersionKind] = Value::array({group_version_kind(resource)});
  }

  void add_defined(const Kind& kind, const Value& open_api) {
    const kube::Resource& resource = kind.resource();
    Value schema = open_api;
    Value& members = schema["properties"];
    members["apiVersion"] = told(
        "APIVersion defines the versioned schema of this representation of an object. Servers "
        "should convert recognized schemas to the latest internal value, and may reject "
        "unrecognized values. More info: "
        "https://git.k8s.io/community/contributors/devel/sig-architecture/"
        "api-conventions.md#resources");
    members["kind"] = told(
        "Kind is a string value representing the REST resource this object represents. "
        "Servers may infer this from the endpoint the client submits requests to. Cannot be "
        "updated. In CamelCase. More info: "
        "https://git.k8s.io/community/contributors/devel/sig-architecture/"
        "api-conventions.md#types-kinds");
    Value& metadata = members["metadata"] = Value::object();
    metadata["description"] =
        "Standard object's metadata. More info: "
        "https://git.k8s.io/community/contributors/devel/sig-architecture/"
        "api-conventions.md#metadata";
    const Schema* const pod = builtin_schema("v1", "Pod");
    if (pod != nullptr && pod->fields.contains("metadata")) {
      metadata["allOf"] = Value::array({reference(*pod->fields.find("metadata")->second)});
    }
    schema[kGroupVersionKind] = Value::array({group_version_kind(resource)});
    done_[resource.group + "." + resource.version + "." + resource.kind] = std::move(schema);
  }

  Value take() { return std::move(done_); }

 private:
  static bool is_named(const Schema& schema) {
    return !schema.go_type.empty() && !schema.fields.empty();
  }

  static Value refer(const std::string& name) { return {{"$ref", "#/components/schemas/" + name}}; }

  static Value told(const char* description) {
    return {{"type", "string"}, {"description", description}};
  }

  Value items_of(const Schema& schema) {
    return schema.items == nullptr ? typed("object") : reference(*schema.items);
  }

  Value scalar(const Schema& schema) {
    switch (schema.type) {
      case Schema::Type::Bytes:
        return {{"type", "string"}, {"format", "byte"}};
      case Schema::Type::Integer:
        return {{"type", "integer"}, {"format", schema.go_type == "int32" ? "int32" : "int64"}};
      case Schema::Type::Number:
        return {{"type", "number"}, {"format", "double"}};
      case Schema::Type::Boolean:
        return typed("boolean");
      case Schema::Type::IntOrString:
        done_["util.intstr.IntOrString"] = {
            {"format", "int-or-string"},
            {"oneOf", Value::array({typed("integer"), typed("string")})}};
        return refer("util.intstr.IntOrString");
      case Schema::Type::Quantity:
        done_["api.resource.Quantity"] = {
            {"oneOf", Value::array({typed("string"), typed("number")})}};
        return refer("api.resource.Quantity");
      case Schema::Type::Time:
      case Schema::Type::MicroTime:
        return {{"type", "string"}, {"format", "date-time"}};
      default:
        return typed("string");
    }
  }

  /// Writes the type where it is new.
  std::string name_of_type(const Schema& schema) {
    std::vector<const Schema*>& alike = types_[schema.go_type];
    const auto found = std::ranges::find_if(
        alike, [&](const Schema* known) { return known->fields == schema.fields; });
    const auto number = found - alike.begin();
    std::string name = (number == 0 ? "" : std::to_string(number + 1) + ".") + schema.go_type;
    if (found != alike.end()) {
      return name;
    }
    alike.push_back(&schema);
    Value type = typed("object");
    Value& members = type["properties"] = Value::object();
    for (const auto& [member, of] : schema.fields) {
      members[member] = reference(*of);
    }
    done_[name] = std::move(type);
    return name;
  }

  Value done_ = Value::object();
  std::map<std::string, std::vector<const Schema*>> types_;
};

}  // namespace

Value group_version_kind(const kube::Resource& resource) {
  return {{"group", resource.group}, {"kind", resource.kind}, {"version", resource.version}};
}

Value open_api_schemas(const std::vector<const Kind*>& kinds) {
  SchemaWriter writer;
  for (const Kind* kind : kinds) {
    if (const Shared open_api = kind->open_api(); open_api != nullptr) {
      writer.add_defined(*kind, *open_api);
    } else if (const Schema* const schema = kind->schema(); schema != nullptr) {
      writer.add_kind(*schema, kind->resource());
    }
  }
  return writer.take();
}

}  // namespace cfkops::sandbox
