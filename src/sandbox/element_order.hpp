#pragma once

#include "value.hpp"

#include <string>

namespace cfkops::sandbox {

// What strategic merge needs of lists. `key` is the merge key of a list of objects, "" where the
// elements are scalars.

/// The same scalar, or the same value of the key in both.
[[nodiscard]] bool same_element(const Value& first, const Value& second, const std::string& key);

/// The first element whose `key` has that value, or nullptr. Elements that are no objects never
/// have it.
[[nodiscard]] Value* find_element(Value& list, const std::string& key, const Value& value);

/// Removes all of those.
void erase_elements(Value& list, const std::string& key, const Value& value);

/// The first element without the key, or nullptr; nullptr for scalars.
[[nodiscard]] const Value* find_keyless(const Value& list, const std::string& key);

/// The elements of `merged`, those that `wanted` names in its order, between them the others in the
/// order of `live`: each of these stands before the first wanted one that it stood before.
[[nodiscard]] Value in_order(const Value& merged,
                             const Value& wanted,
                             const Value& live,
                             const std::string& key);

}  // namespace cfkops::sandbox
