#pragma once

#include "refusal.hpp"
#include "value.hpp"

#include <string>

namespace cfkops::sandbox {

/// The checks of a CustomResourceDefinition's spec and status (apiextensions
/// pkg/apis/apiextensions/ validation). `old` is nullptr for a create.
void validate_definition(const Value& definition, const Value* old, FieldErrors& errors);

/// An openAPIV3Schema: structural, with valid defaults, and with nothing that is not supported.
/// `field` is its path. CEL rules are not compiled.
void validate_definition_schema(const Value& open_api,
                                const std::string& field,
                                FieldErrors& errors);

/// That it is structural (apiextensions pkg/apiserver/schema/validation.go).
void validate_structural(const Value& open_api, const std::string& field, FieldErrors& errors);

}  // namespace cfkops::sandbox
