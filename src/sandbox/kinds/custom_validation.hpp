#pragma once

#include "refusal.hpp"
#include "value.hpp"

#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// Checks a value against an openAPIV3Schema in the words of apiextensions: types, bounds,
/// patterns, formats, enumerations, requirements, combined schemas. `old` is what was there before
/// (nullptr for none): what is wrong in parts that did not change is let pass. `field` stands
/// before the fields of the errors, not in their texts ("" at the root, "status").
void validate_against_schema(const Value& open_api,
                             const Value& value,
                             const Value* old,
                             std::string_view field,
                             FieldErrors& errors);

/// Duplicates in lists of type set and map.
void validate_list_types(const Value& open_api, const Value& object, FieldErrors& errors);

/// What embedded resources (x-kubernetes-embedded-resource) must have. `field` is the path of
/// `value`, "" at the root.
void validate_embedded(const Value& open_api,
                       const Value& value,
                       const std::string& field,
                       FieldErrors& errors);

/// A value as Go's messages print it: strings quoted, numbers plain, the rest as JSON.
[[nodiscard]] std::string go_value(const Value& value);

/// "spec.ports" and "name" to "spec.ports.name"; without the dot where the path is "".
[[nodiscard]] std::string child_field(std::string_view path, std::string_view name);

}  // namespace cfkops::sandbox
