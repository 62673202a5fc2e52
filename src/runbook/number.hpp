#pragma once

#include "cfkops/runbook/value.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace cfkops::runbook {

/// How two numbers of whatever type compare, or nothing when one is no number. As in CEL's other
/// implementations an integer and a double compare as doubles: beyond 2^53 both may be the same.
[[nodiscard]] std::optional<std::partial_ordering> compare_numbers(const Value& a, const Value& b);

/// Whether one number or duration is less than another; not where the two have no order.
[[nodiscard]] bool is_less(const Value& a, const Value& b);

/// The shortest text that reads back as the same double: "1.5", "1e+300", "NaN", "Infinity".
[[nodiscard]] std::string double_text(double value);

/// The whole number a value is, whatever its type; nothing for fractions, what does not fit, and no
/// numbers.
[[nodiscard]] std::optional<std::int64_t> whole_number(const Value& value);

/// The whole number beyond an int's range that a double is, or nothing.
[[nodiscard]] std::optional<std::uint64_t> large_number(const Value& value);

}  // namespace cfkops::runbook
