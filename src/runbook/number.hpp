#pragma once

#include "cfkops/runbook/value.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace cfkops::runbook {

/// How two numbers of whatever type compare, as if computed exactly; nothing when one is no number.
[[nodiscard]] std::optional<std::partial_ordering> compare_numbers(const Value& a, const Value& b);

/// The shortest text that reads back as the same double: "1.5", "1e+300", "NaN", "Infinity".
[[nodiscard]] std::string double_text(double value);

/// The whole number a value is, whatever its type; nothing for fractions, what does not fit, and no
/// numbers.
[[nodiscard]] std::optional<std::int64_t> whole_number(const Value& value);

}  // namespace cfkops::runbook
