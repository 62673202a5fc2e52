#pragma once

#include "value.hpp"

#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// The sum of two quantities, in the first one's form; that of the second where the first is zero.
[[nodiscard]] std::string sum_of(std::string_view first, std::string_view second);

/// The first less the second, not below zero, in the first one's form.
[[nodiscard]] std::string difference_of(std::string_view first, std::string_view second);

/// Adds each of `more` to the amount of its name, of which both are quantities.
void add_amounts(Value& amounts, const Value& more);

/// What a whole pod requests, or its limits: `what` is "requests" or "limits". Its containers
/// together, or the most that its init containers need, or what the pod itself says.
[[nodiscard]] Value amounts_of_pod(const Value& pod, std::string_view what);

}  // namespace cfkops::sandbox
