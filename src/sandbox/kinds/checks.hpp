#pragma once

#include "refusal.hpp"
#include "value.hpp"

#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// "spec" and "replicas" to "spec.replicas"; without the dot where the path is "".
[[nodiscard]] std::string below(std::string_view path, std::string_view name);

/// "spec.rules" and 2 to "spec.rules[2]".
[[nodiscard]] std::string element(std::string_view path, std::size_t index);

/// The object at a path, made where it is missing.
Value& ensure_object(Value& in, Path path);

/// A member that is missing or zero is no error.
void check_nonnegative(const Value& in,
                       std::string_view name,
                       std::string_view path,
                       FieldErrors& errors);

/// A number at or above zero, or "30%".
void check_share(const Value& share, const std::string& field, FieldErrors& errors);

/// No share above 100%.
void check_share_limit(const Value& share, const std::string& field, FieldErrors& errors);

/// The number of a number or a percentage: 30 for "30%", 0 for what is neither.
[[nodiscard]] std::int64_t share_number(const Value& share);

/// Whether it is a text like "30%".
[[nodiscard]] bool is_percent(const Value& share);

/// So many of `total`, rounded up or down; `share` is a number or a percentage.
enum class Rounding { Up, Down };
[[nodiscard]] std::int64_t share_of(const Value& share, std::int64_t total, Rounding rounding);

/// An Invalid with "field is immutable" where the two differ; nullptr is a missing member.
void check_immutable(const Value* fresh, const Value* old, std::string field, FieldErrors& errors);

/// Whether two members are alike; a missing one and an empty list or object are.
[[nodiscard]] bool alike(const Value* one, const Value* other);

/// `status.collisionCount` must not go down.
void check_collisions(const Value& fresh, const Value& old, FieldErrors& errors);

/// Removes members that are zero, "" or empty, as Go's omitempty does for what is no pointer.
void drop_empty(Value& in, std::initializer_list<std::string_view> names);

}  // namespace cfkops::sandbox
