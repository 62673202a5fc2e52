#include "object_meta.hpp"

#include "names.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kImmutable = "field is immutable";
constexpr std::string_view kOrphan = "orphan";
constexpr std::string_view kForeground = "foregroundDeletion";

void add_all(const Faults& faults,
             std::string_view name,
             std::string_view field,
             FieldErrors& errors) {
  for (const std::string& fault : faults) {
    errors.invalid(std::string(field), std::string(name), fault);
  }
}

std::string lower(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') {
      letter = static_cast<char>(letter - 'A' + 'a');
    }
  }
  return text;
}

std::string text_of(const Value& value) {
  const auto* text = value.get_ptr<const std::string*>();
  return text == nullptr ? std::string() : *text;
}

std::string child(std::string_view field, std::string_view name) {
  return fmt::format("{}.{}", field, name);
}

void validate_annotations(const Value& annotations, FieldErrors& errors) {
  constexpr std::size_t kMost = std::size_t{256} * 1024;
  std::size_t size = 0;
  for (const auto& [key, value] : annotations.items()) {
    add_all(qualified_name_faults(lower(key)), key, "metadata.annotations", errors);
    size += key.size() + text_of(value).size();
  }
  if (size > kMost) {
    errors.too_long("metadata.annotations", static_cast<int>(kMost));
  }
}

// In the order of Go's struct, which is not that of the names.
std::string printed_owner(const Value& owner) {
  std::string text;
  for (const std::string_view name :
       {"apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"}) {
    const Value* value = find(owner, {name});
    if (value != nullptr) {
      text += fmt::format("{}\"{}\":{}", text.empty() ? "" : ",", name, go_json(*value));
    }
  }
  return "{" + text + "}";
}

void validate_owner(const Value& owner, FieldErrors& errors) {
  constexpr std::string_view kField = "metadata.ownerReferences";
  const std::string api_version = text_at(owner, {"apiVersion"});
  const std::size_t slash = api_version.find('/');
  const std::string version =
      slash == std::string::npos ? api_version : api_version.substr(slash + 1);
  if (version.empty()) {
    errors.invalid(child(kField, "apiVersion"), api_version, "version must not be empty");
  }
  for (const std::string_view name : {"kind", "name", "uid"}) {
    if (text_at(owner, {name}).empty()) {
      errors.invalid(child(kField, name), "", "must not be empty");
    }
  }
  if (api_version == "v1" && text_at(owner, {"kind"}) == "Event") {
    errors.add({FieldError::Type::Invalid,
                std::string(kField),
                "/v1, Kind=Event is disallowed from being an owner",
                printed_owner(owner)});
  }
}

void validate_owners(const Value& owners, FieldErrors& errors) {
  std::string controller;
  for (const Value& owner : owners) {
    validate_owner(owner, errors);
    if (!flag_at(owner, {"controller"})) {
      continue;
    }
    const std::string called = text_at(owner, {"kind"}) + "/" + text_at(owner, {"name"});
    if (controller.empty()) {
      controller = called;
      continue;
    }
    std::string printed;
    for (const Value& one : owners) {
      printed += (printed.empty() ? "" : ",") + printed_owner(one);
    }
    errors.add({FieldError::Type::Invalid,
                "metadata.ownerReferences",
                fmt::format("Only one reference can have Controller set to true. Found \"true\" in "
                            "references for {} and {}",
                            controller,
                            called),
                "[" + printed + "]"});
  }
}

// The API's own kinds allow few names without a prefix; defined ones allow all.
bool is_defined_kind(const Value& object) {
  const std::string api_version = text_at(object, {"apiVersion"});
  const std::string group = api_version.substr(0, api_version.find('/'));
  return api_version.find('/') != std::string::npos && group.find('.') != std::string::npos &&
         !group.ends_with(".k8s.io");
}

void validate_standard_finalizers(const Value& object, FieldErrors& errors) {
  if (is_defined_kind(object)) {
    return;
  }
  std::size_t index = 0;
  for (const Value& finalizer : list_at(object, {"metadata", "finalizers"})) {
    const std::string name = text_of(finalizer);
    if (name.find('/') == std::string::npos && name != "kubernetes" && name != kOrphan &&
        name != kForeground) {
      errors.invalid(fmt::format("metadata.finalizers[{}]", index),
                     name,
                     "name is neither a standard finalizer name nor is it fully qualified");
    }
    ++index;
  }
}

void validate_finalizers(const Value& finalizers, FieldErrors& errors) {
  bool orphan = false;
  bool foreground = false;
  for (const Value& finalizer : finalizers) {
    const std::string name = text_of(finalizer);
    add_all(qualified_name_faults(name), name, "metadata.finalizers", errors);
    orphan = orphan || name == kOrphan;
    foreground = foreground || name == kForeground;
  }
  if (orphan && foreground) {
    errors.invalid("metadata.finalizers",
                   finalizers,
                   "finalizer orphan and foregroundDeletion cannot be both set");
  }
}

void validate_managed_fields(const Value& entries, FieldErrors& errors) {
  constexpr std::size_t kMost = 256;
  std::size_t index = 0;
  for (const Value& entry : entries) {
    const std::string field = fmt::format("metadata.managedFields[{}]", index);
    const std::string operation = text_at(entry, {"operation"});
    if (operation != "Apply" && operation != "Update") {
      errors.invalid(child(field, "operation"), operation, "must be `Apply` or `Update`");
    }
    const std::string type = text_at(entry, {"fieldsType"});
    if (!type.empty() && type != "FieldsV1") {
      errors.invalid(child(field, "fieldsType"), type, "must be `FieldsV1`");
    }
    validate_field_manager(text_at(entry, {"manager"}), child(field, "manager"), errors);
    if (text_at(entry, {"subresource"}).size() > kMost) {
      errors.too_long(child(field, "subresource"), static_cast<int>(kMost));
    }
    ++index;
  }
}

void validate_shared(const Value& object, FieldErrors& errors) {
  validate_labels(object_at(object, {"metadata", "labels"}), "metadata.labels", errors);
  validate_annotations(object_at(object, {"metadata", "annotations"}), errors);
  validate_owners(list_at(object, {"metadata", "ownerReferences"}), errors);
}

void validate_namespace(const Value& object, bool namespaced, FieldErrors& errors) {
  const std::string ns = namespace_of(object);
  if (!namespaced) {
    if (!ns.empty()) {
      errors.forbidden("metadata.namespace", "not allowed on this type");
    }
  } else if (ns.empty()) {
    errors.required("metadata.namespace");
  } else {
    validate_dns_label(ns, "metadata.namespace", errors);
  }
}

void validate_no_new_finalizers(const Value& fresh, const Value& old, FieldErrors& errors) {
  const Value& known = list_at(old, {"metadata", "finalizers"});
  std::set<std::string> added;
  for (const Value& finalizer : list_at(fresh, {"metadata", "finalizers"})) {
    if (std::ranges::find(known, finalizer) == known.end()) {
      added.insert(text_of(finalizer));
    }
  }
  if (added.empty()) {
    return;
  }
  std::string printed;
  for (const std::string& name : added) {
    printed += (printed.empty() ? "" : ", ") + go_quoted(name);
  }
  errors.forbidden("metadata.finalizers",
                   fmt::format("no new finalizers can be added if the object is being deleted, "
                               "found new finalizers []string{{{}}}",
                               printed));
}

void validate_immutable(const Value& fresh, const Value& old, FieldErrors& errors) {
  constexpr std::array<std::string_view, 3> kTexts = {"name", "namespace", "uid"};
  constexpr std::array<std::string_view, 3> kOthers = {
      "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"};
  for (const std::string_view name : kTexts) {
    const std::string now = text_at(fresh, {"metadata", name});
    if (now != text_at(old, {"metadata", name})) {
      errors.invalid(child("metadata", name), now, std::string(kImmutable));
    }
  }
  for (const std::string_view name : kOthers) {
    const Value* now = find(fresh, {"metadata", name});
    const Value* before = find(old, {"metadata", name});
    const bool same = now == nullptr || before == nullptr ? now == before : *now == *before;
    if (!same) {
      // A time goes through JSON, with its quotes; that is how a text is printed as well.
      errors.invalid(
          child("metadata", name), now == nullptr ? Value() : *now, std::string(kImmutable));
    }
  }
}

void validate_expression(const Value& expression, const std::string& field, FieldErrors& errors) {
  const std::string op = text_at(expression, {"operator"});
  const Value& values = list_at(expression, {"values"});
  if (op == "In" || op == "NotIn") {
    if (values.empty()) {
      errors.required(child(field, "values"),
                      "must be specified when `operator` is 'In' or 'NotIn'");
    }
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (!values.empty()) {
      errors.forbidden(child(field, "values"),
                       "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else {
    errors.invalid(child(field, "operator"), op, "not a valid selector operator");
  }
  validate_qualified_name(text_at(expression, {"key"}), child(field, "key"), errors);
  std::size_t index = 0;
  for (const Value& value : values) {
    const std::string text = text_of(value);
    add_all(label_value_faults(text), text, fmt::format("{}.values[{}]", field, index), errors);
    ++index;
  }
}

}  // namespace

void validate_object_meta(const Value& object, bool namespaced, FieldErrors& errors) {
  if (name_of(object).empty()) {
    errors.required("metadata.name", "name or generateName is required");
  }
  validate_namespace(object, namespaced, errors);
  if (const std::int64_t generation = number_at(object, {"metadata", "generation"});
      generation < 0) {
    errors.invalid("metadata.generation", generation, "must be greater than or equal to 0");
  }
  validate_shared(object, errors);
  validate_finalizers(list_at(object, {"metadata", "finalizers"}), errors);
  validate_managed_fields(list_at(object, {"metadata", "managedFields"}), errors);
  validate_standard_finalizers(object, errors);
}

void validate_object_meta_update(const Value& fresh, const Value& old, FieldErrors& errors) {
  if (find(old, {"metadata", "deletionTimestamp"}) != nullptr) {
    validate_no_new_finalizers(fresh, old, errors);
  }
  if (text_at(fresh, {"metadata", "resourceVersion"}).empty()) {
    errors.invalid("metadata.resourceVersion", "", "must be specified for an update");
  }
  const std::int64_t generation = number_at(fresh, {"metadata", "generation"});
  if (generation < number_at(old, {"metadata", "generation"})) {
    errors.invalid("metadata.generation", generation, "must not be decremented");
  }
  validate_immutable(fresh, old, errors);
  validate_shared(fresh, errors);
  validate_managed_fields(list_at(fresh, {"metadata", "managedFields"}), errors);
  validate_standard_finalizers(fresh, errors);
}

void validate_dns_subdomain(std::string_view name, std::string_view field, FieldErrors& errors) {
  add_all(dns_subdomain_faults(name), name, field, errors);
}

void validate_dns_label(std::string_view name, std::string_view field, FieldErrors& errors) {
  add_all(dns_label_faults(name), name, field, errors);
}

void validate_dns1035_label(std::string_view name, std::string_view field, FieldErrors& errors) {
  add_all(dns1035_label_faults(name), name, field, errors);
}

void validate_path_segment(std::string_view name, std::string_view field, FieldErrors& errors) {
  add_all(path_segment_faults(name), name, field, errors);
}

void validate_labels(const Value& labels, std::string_view field, FieldErrors& errors) {
  if (!labels.is_object()) {
    return;
  }
  for (const auto& [key, value] : labels.items()) {
    validate_qualified_name(key, field, errors);
    const std::string text = text_of(value);
    add_all(label_value_faults(text), text, field, errors);
  }
}

void validate_label_selector(const Value& selector, std::string_view what, FieldErrors& errors) {
  validate_labels(object_at(selector, {"matchLabels"}), child(what, "matchLabels"), errors);
  std::size_t index = 0;
  for (const Value& expression : list_at(selector, {"matchExpressions"})) {
    validate_expression(expression, fmt::format("{}.matchExpressions[{}]", what, index), errors);
    ++index;
  }
}

void validate_qualified_name(std::string_view name, std::string_view field, FieldErrors& errors) {
  add_all(qualified_name_faults(name), name, field, errors);
}

void validate_field_manager(std::string_view name, std::string_view field, FieldErrors& errors) {
  constexpr std::size_t kMost = 128;
  if (name.size() > kMost) {
    errors.too_long(std::string(field), static_cast<int>(kMost));
  }
  std::size_t position = 0;
  for (const char letter : name) {
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x20 || code == 0x7f) {
      errors.invalid(std::string(field),
                     std::string(name),
                     fmt::format("invalid character U+{:04X} (at position {})", code, position));
    }
    ++position;
  }
}

}  // namespace cfkops::sandbox
