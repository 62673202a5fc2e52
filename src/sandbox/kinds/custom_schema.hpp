#pragma once

#include "schema.hpp"
#include "value.hpp"

#include <memory>

namespace cfkops::sandbox {

/// The shape that a version's openAPIV3Schema (structural, checked) gives its objects, with the
/// apiVersion, kind and metadata that all have.
[[nodiscard]] std::shared_ptr<const Schema> custom_schema(const Value& open_api);

/// Removes nulls that the schema neither allows nor has a default for.
void drop_custom_nulls(const Value& open_api, Value& value);

/// Fills in the schema's defaults wherever their parent is there.
void fill_custom_defaults(const Value& open_api, Value& value);

}  // namespace cfkops::sandbox
