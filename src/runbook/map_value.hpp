#pragma once

#include "functions.hpp"

#include "cfkops/runbook/value.hpp"

#include <cstddef>

/// Maps whatever their keys are: a Value holds those with string keys as ValueMap and the others as
/// ValueEntries.
namespace cfkops::runbook {

/// It is a map.
[[nodiscard]] bool is_map(const Value& value);

/// How many members a map has; 0 of anything else.
[[nodiscard]] std::size_t map_size(const Value& map);

/// The map of these members; in words where a key is no bool, int, uint or string, or stands twice.
[[nodiscard]] Computed make_map(ValueEntries entries);

/// The member with that key, or nullptr. A number is the same key whatever its type.
[[nodiscard]] const Value* find_key(const Value& map, const Value& key);

/// The members, in the order of their keys.
[[nodiscard]] ValueEntries entries_of(const Value& map);

}  // namespace cfkops::runbook
