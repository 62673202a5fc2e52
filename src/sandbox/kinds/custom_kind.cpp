#include "kinds/custom_kind.hpp"

#include "kinds/custom_format.hpp"
#include "kinds/custom_path.hpp"
#include "kinds/custom_schema.hpp"
#include "kinds/custom_validation.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr const char* kNameDescription =
    "Name must be unique within a namespace. Is required when creating resources, although some "
    "resources may allow a client to request the generation of an appropriate name automatically. "
    "Name is primarily intended for creation idempotence and configuration definition. Cannot be "
    "updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";

constexpr const char* kAgeDescription =
    "CreationTimestamp is a timestamp representing the server time when this object was created. "
    "It is not guaranteed to be set in happens-before order across separate operations. Clients "
    "may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the "
    "system. Read-only. Null for lists. More info: "
    "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

bool has_rules(const Value& open_api) {
  if (open_api.is_object() && !list_at(open_api, {"x-kubernetes-validations"}).empty()) {
    return true;
  }
  return open_api.is_structured() && std::ranges::any_of(open_api, has_rules);
}

/// Members from the outside in, as ".spec.replicas" names them.
const Value* find_dotted(const Value& object, std::string_view path) {
  const Value* here = &object;
  while (!path.empty() && here != nullptr) {
    path.remove_prefix(path.front() == '.' ? 1 : 0);
    const std::string_view name = path.substr(0, path.find('.'));
    here = find(*here, {name});
    path.remove_prefix(name.size());
  }
  return here;
}

std::string go_type(const Value& value) {
  if (value.is_string()) {
    return "string";
  }
  if (value.is_boolean()) {
    return "bool";
  }
  if (value.is_number_integer()) {
    return "int64";
  }
  if (value.is_number()) {
    return "float64";
  }
  return value.is_array() ? "[]interface {}" : "map[string]interface {}";
}

std::string accessor_problem(const std::string& path, const Value& value, const char* expected) {
  return fmt::format("{} accessor error: {} is of the type {}, expected {}",
                     path,
                     value.is_string() ? value.get<std::string>() : go_value(value),
                     go_type(value),
                     expected);
}

void check_replicas(const Value& object, const std::string& path, FieldErrors& errors) {
  const Value* replicas = find_dotted(object, path);
  if (replicas == nullptr) {
    return;
  }
  if (!replicas->is_number_integer()) {
    errors.invalid(path, Value(0), accessor_problem(path, *replicas, "int64"));
  } else if (replicas->get<std::int64_t>() < 0) {
    errors.invalid(path, *replicas, "should be a non-negative integer");
  } else if (replicas->get<std::int64_t>() > std::numeric_limits<std::int32_t>::max()) {
    errors.invalid(path,
                   *replicas,
                   fmt::format("should be less than or equal to {}",
                               std::numeric_limits<std::int32_t>::max()));
  }
}

/// A cell of a column that is not of type string; null where the value does not fit.
Value typed_cell(std::string_view type, const Value& value, WallTime now) {
  if (type == "integer" && value.is_number()) {
    return value.is_number_float() ? Value(static_cast<std::int64_t>(value.get<double>())) : value;
  }
  if ((type == "number" && value.is_number()) || (type == "boolean" && value.is_boolean())) {
    return value;
  }
  if (type == "date" && value.is_string()) {
    if (!has_format("date-time", value.get<std::string>())) {
      return "<invalid>";
    }
    const Value holder = {{"time", value}};
    return age_cell(holder, {"time"}, now);
  }
  return nullptr;
}

std::vector<std::string> finalizers_of(const Value* object) {
  std::vector<std::string> names;
  if (object != nullptr) {
    for (const Value& name : list_at(*object, {"metadata", "finalizers"})) {
      if (name.is_string()) {
        names.push_back(name.get<std::string>());
      }
    }
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void warn_of_finalizer(const std::string& name, std::vector<std::string>& warnings) {
  FieldErrors errors;
  validate_qualified_name(name, "metadata.finalizers", errors);
  for (const FieldError& error : errors.all()) {
    warnings.push_back(
        fmt::format("metadata.finalizers: {}: {}", go_value(Value(name)), error.detail));
  }
  if (name.find('/') != std::string::npos || name == "orphan" || name == "foregroundDeletion" ||
      name == "kubernetes") {
    return;
  }
  const bool has_domain = name.find('.') != std::string::npos;
  warnings.push_back(
      fmt::format("metadata.finalizers: {}: prefer a domain-qualified finalizer name {}to avoid "
                  "accidental conflicts with other finalizer writers",
                  go_value(Value(name)),
                  has_domain ? "including a path (/) " : ""));
}

std::string deprecation_of(const Value& definition, const Value& version) {
  if (!flag_at(version, {"deprecated"})) {
    return {};
  }
  if (std::string own = text_at(version, {"deprecationWarning"}); !own.empty()) {
    return own;
  }
  const std::string group = text_at(definition, {"spec", "group"});
  const std::string kind = text_at(definition, {"spec", "names", "kind"});
  std::string newest = text_at(version, {"name"});
  const std::string name = newest;
  for (const Value& other : list_at(definition, {"spec", "versions"})) {
    const std::string candidate = text_at(other, {"name"});
    if (flag_at(other, {"served"}) && !flag_at(other, {"deprecated"}) &&
        compare_versions(newest, candidate) < 0) {
      newest = candidate;
    }
  }
  const std::string warning = fmt::format("{}/{} {} is deprecated", group, name, kind);
  return newest == name ? warning : fmt::format("{}; use {}/{} {}", warning, group, newest, kind);
}

std::optional<ScalePaths> scale_of(const Value& version) {
  const Value* scale = find(version, {"subresources", "scale"});
  if (scale == nullptr) {
    return std::nullopt;
  }
  return ScalePaths{text_at(*scale, {"specReplicasPath"}),
                    text_at(*scale, {"statusReplicasPath"}),
                    text_at(*scale, {"labelSelectorPath"})};
}

}  // namespace

CustomKind::Terms CustomKind::terms_of(const Value& definition, const Value& version) {
  Terms terms;
  terms.open_api = share(object_at(version, {"schema", "openAPIV3Schema"}));
  terms.schema = custom_schema(*terms.open_api);
  terms.has_status = find(version, {"subresources", "status"}) != nullptr;
  terms.has_rules = sandbox::has_rules(*terms.open_api);
  terms.is_storage = flag_at(version, {"storage"});
  for (const Value& other : list_at(definition, {"spec", "versions"})) {
    if (flag_at(other, {"storage"})) {
      terms.stored_api_version =
          text_at(definition, {"spec", "group"}) + "/" + text_at(other, {"name"});
    }
  }
  terms.scale = scale_of(version);
  for (const Value& column : list_at(version, {"additionalPrinterColumns"})) {
    const std::string path = text_at(column, {"jsonPath"});
    terms.columns.push_back(
        {{text_at(column, {"name"}),
          text_at(column, {"type"}),
          text_at(column, {"format"}),
          text_at(column,
                  {"description"},
                  "Custom resource definition column (in JSONPath format): " + path),
          static_cast<int>(number_at(column, {"priority"}))},
         path});
  }
  if (terms.columns.empty()) {
    terms.columns.push_back(
        {{"Age", "date", "", kAgeDescription, 0}, ".metadata.creationTimestamp"});
  }
  for (const Value& field : list_at(version, {"selectableFields"})) {
    terms.selectable.push_back(text_at(field, {"jsonPath"}));
  }
  terms.deprecation = deprecation_of(definition, version);
  return terms;
}

CustomKind::CustomKind(const Value& definition, const Value& version)
    : Kind(custom_names(definition, version)),
      terms_(terms_of(definition, version)) {}

void CustomKind::redefine(const Value& definition, const Value& version) {
  terms_ = terms_of(definition, version);
}

Value CustomKind::to_storage(Value object) const {
  make_at(object, {"apiVersion"}) = terms_.stored_api_version;
  return object;
}

Value CustomKind::from_storage(const Shared& stored) const {
  Value object = *stored;
  Value metadata = object_at(object, {"metadata"});
  make_at(object, {"apiVersion"}) = resource().api_version();
  // What a change of the schema no longer knows is gone from what is read, what it defaults is
  // there.
  prune(*terms_.schema, object);
  make_at(object, {"metadata"}) = std::move(metadata);
  set_defaults(object);
  return object;
}

const Schema* CustomKind::schema() const {
  return terms_.schema.get();
}

std::vector<SubresourceNames> CustomKind::subresources() const {
  std::vector<SubresourceNames> names;
  if (terms_.has_status) {
    names.push_back({"status", resource().kind, {}, {}, {"get", "patch", "update"}});
  }
  if (terms_.scale) {
    names.push_back({"scale", "Scale", "autoscaling", "v1", {"get", "patch", "update"}});
  }
  return names;
}

const ScalePaths* CustomKind::scale_paths() const {
  return terms_.scale ? &*terms_.scale : nullptr;
}

std::string CustomKind::deprecation() const {
  return terms_.deprecation;
}

bool CustomKind::has_status() const {
  return terms_.has_status;
}

bool CustomKind::is_storage_version() const {
  return terms_.is_storage;
}

void CustomKind::set_defaults(Value& object) const {
  drop_custom_nulls(*terms_.open_api, object);
  fill_custom_defaults(*terms_.open_api, object);
}

void CustomKind::prepare_create(Value& object) const {
  if (terms_.has_status) {
    erase_at(object, {"status"});
  }
}

void CustomKind::prepare_update(Value& fresh,
                                const Value& old,
                                std::string_view subresource) const {
  if (subresource == "status") {
    Value result = old;
    for (const char* own : {"managedFields", "resourceVersion"}) {
      if (const Value* value = find(fresh, {"metadata", own}); value != nullptr) {
        make_at(result, {"metadata", own}) = *value;
      } else {
        erase_at(result, {"metadata", own});
      }
    }
    erase_at(result, {"status"});
    if (const auto status = fresh.find("status"); status != fresh.end()) {
      make_at(result, {"status"}) = *status;
    }
    fresh = std::move(result);
  } else if (terms_.has_status) {
    erase_at(fresh, {"status"});
    if (const auto status = old.find("status"); status != old.end()) {
      make_at(fresh, {"status"}) = *status;
    }
  }
}

void CustomKind::validate_scale(const Value& object, bool with_spec, FieldErrors& errors) const {
  if (!terms_.scale) {
    return;
  }
  if (with_spec) {
    check_replicas(object, terms_.scale->spec_replicas, errors);
  }
  check_replicas(object, terms_.scale->status_replicas, errors);
  const std::string& path = terms_.scale->selector;
  if (const Value* selector = path.empty() ? nullptr : find_dotted(object, path);
      selector != nullptr && !selector->is_string()) {
    errors.invalid(path, Value(""), accessor_problem(path, *selector, "string"));
  }
}

void CustomKind::note_unchecked_rules(FieldErrors& errors) const {
  const auto blocks = [](const FieldError& error) {
    switch (error.type) {
      case FieldError::Type::NotSupported:
      case FieldError::Type::Required:
      case FieldError::Type::TooLong:
      case FieldError::Type::TooMany:
      case FieldError::Type::TypeInvalid:
        return true;
      default:
        return false;
    }
  };
  if (terms_.has_rules && std::ranges::any_of(errors.all(), blocks)) {
    errors.add({FieldError::Type::Invalid,
                "<nil>",
                "some validation rules were not checked because the object was invalid; correct "
                "the existing errors to complete validation",
                "null"});
  }
}

void CustomKind::validate(const Value& object, FieldErrors& errors) const {
  validate_against_schema(*terms_.open_api, object, nullptr, "", errors);
  validate_scale(object, true, errors);
  validate_embedded(*terms_.open_api, object, "", errors);
  validate_list_types(*terms_.open_api, object, errors);
  note_unchecked_rules(errors);
}

void CustomKind::validate_update(const Value& fresh,
                                 const Value& old,
                                 std::string_view subresource,
                                 FieldErrors& errors) const {
  if (subresource == "status") {
    const Value* schema = find(*terms_.open_api, {"properties", "status"});
    if (const auto status = fresh.find("status"); schema != nullptr && status != fresh.end()) {
      const auto before = old.find("status");
      validate_against_schema(
          *schema, *status, before == old.end() ? nullptr : &*before, "status", errors);
    }
    validate_scale(fresh, false, errors);
  } else {
    validate_against_schema(*terms_.open_api, fresh, &old, "", errors);
    validate_scale(fresh, true, errors);
    validate_embedded(*terms_.open_api, fresh, "", errors);
  }
  FieldErrors before;
  validate_list_types(*terms_.open_api, old, before);
  if (before.empty()) {
    validate_list_types(*terms_.open_api, fresh, errors);
  }
  note_unchecked_rules(errors);
}

std::vector<std::string> CustomKind::warnings(const Value& object, const Value* old) const {
  const std::vector<std::string> before = finalizers_of(old);
  std::vector<std::string> warnings;
  for (const std::string& name : finalizers_of(&object)) {
    if (std::ranges::find(before, name) == before.end()) {
      warn_of_finalizer(name, warnings);
    }
  }
  return warnings;
}

std::map<std::string, std::string> CustomKind::selectable_fields(const Value& object) const {
  std::map<std::string, std::string> fields;
  for (const std::string& path : terms_.selectable) {
    const std::vector<const Value*> found = find_json_path(object, path);
    const bool there = !found.empty() && !found.front()->is_null();
    fields.emplace(path.substr(path.empty() ? 0 : 1),
                   there ? json_path_text(*found.front()) : std::string());
  }
  return fields;
}

std::vector<std::string> CustomKind::selectable_names() const {
  std::vector<std::string> names;
  for (const std::string& path : terms_.selectable) {
    names.push_back(path.substr(path.empty() ? 0 : 1));
  }
  return names;
}

std::vector<Column> CustomKind::columns() const {
  std::vector<Column> columns = {{"Name", "string", "name", kNameDescription, 0}};
  for (const PrinterColumn& printer : terms_.columns) {
    columns.push_back(printer.column);
  }
  return columns;
}

std::vector<Value> CustomKind::cells(const Value& object, WallTime now) const {
  std::vector<Value> cells = {name_of(object)};
  for (const PrinterColumn& printer : terms_.columns) {
    const std::vector<const Value*> found = find_json_path(object, printer.path);
    if (found.empty()) {
      cells.emplace_back(nullptr);
    } else if (printer.column.type == "string") {
      cells.emplace_back(json_path_text(*found.front()));
    } else {
      cells.push_back(typed_cell(printer.column.type, *found.front(), now));
    }
  }
  return cells;
}

}  // namespace cfkops::sandbox
