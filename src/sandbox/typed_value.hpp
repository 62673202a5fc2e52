#pragma once

#include "field_set.hpp"
#include "schema.hpp"
#include "value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

/// How apply looks at a value: as one piece, member by member, or element by element.
enum class Grain { Leaf, Members, Elements };

/// For a value with this schema (nullptr: what is not known is taken apart by members).
[[nodiscard]] Grain grain_of(const Schema* schema, const Value& value);

/// The schema of a member or element; nullptr where it is not known.
[[nodiscard]] const Schema* member_schema(const Schema* schema, std::string_view name);
[[nodiscard]] const Schema* element_schema(const Schema* schema);

/// The step to an element of a set or of a list by keys, or why it has none.
[[nodiscard]] std::pair<std::string, std::string> element_step(const Schema& list,
                                                               const Value& element);

/// Two objects, field by field.
struct Comparison {
  FieldSet added;
  FieldSet changed;
  FieldSet removed;
};

/// `left` or `right` null counts as missing.
[[nodiscard]] Comparison compare_values(const Schema* schema,
                                        const Value& left,
                                        const Value& right);

/// What an applied configuration names.
[[nodiscard]] FieldSet fields_of(const Schema* schema, const Value& value);

/// The value without what is in the set.
[[nodiscard]] Value without_fields(const Schema* schema,
                                   const Value& value,
                                   const FieldSet& fields);

/// Why the value cannot be of that schema, in the words of structured-merge-diff: "" if it can.
[[nodiscard]] std::string type_problem(const Schema* schema, const Value& value);

/// Lays `config` over `live`, lists by their keys, in the order that structured-merge-diff makes.
[[nodiscard]] Value merge_values(const Schema* schema, const Value& live, const Value& config);

}  // namespace cfkops::sandbox
