#pragma once

#include <string>
#include <string_view>

namespace cfkops::sandbox {

// Whole numbers of any size as decimal digits without leading zeros; "" is zero.

void strip_leading_zeros(std::string& digits);

void add_one(std::string& digits);

/// `factor` and `divisor` are small.
void multiply(std::string& digits, unsigned factor);
void divide(std::string& digits, unsigned divisor);
[[nodiscard]] unsigned digits_modulo(std::string_view digits, unsigned divisor);

/// Below, at or above zero as the first is less than the second.
[[nodiscard]] int compare_digits(std::string_view first, std::string_view second);

}  // namespace cfkops::sandbox
