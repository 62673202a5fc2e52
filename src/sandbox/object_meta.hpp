#pragma once

#include "refusal.hpp"
#include "value.hpp"

#include <string_view>

namespace cfkops::sandbox {

/// Checks of apimachinery pkg/api/validation: labels, annotations, finalizers, owner references,
/// managed fields, names, for a new object and for a change.
void validate_object_meta(const Value& object, bool namespaced, FieldErrors& errors);
void validate_object_meta_update(const Value& fresh, const Value& old, FieldErrors& errors);

/// Checks of names; each adds an Invalid of `field` in the API server's words.
void validate_dns_subdomain(std::string_view name, std::string_view field, FieldErrors& errors);
void validate_dns_label(std::string_view name, std::string_view field, FieldErrors& errors);
void validate_dns1035_label(std::string_view name, std::string_view field, FieldErrors& errors);
void validate_path_segment(std::string_view name, std::string_view field, FieldErrors& errors);
void validate_labels(const Value& labels, std::string_view field, FieldErrors& errors);
/// A metav1.LabelSelector; `what` is its path: "spec.selector".
void validate_label_selector(const Value& selector, std::string_view what, FieldErrors& errors);
void validate_qualified_name(std::string_view name, std::string_view field, FieldErrors& errors);
/// The name of a writer, in a query (`fieldManager`) or in managed fields.
void validate_field_manager(std::string_view name, std::string_view field, FieldErrors& errors);

}  // namespace cfkops::sandbox
