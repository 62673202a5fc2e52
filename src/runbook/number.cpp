#include "number.hpp"

#include <fmt/format.h>

#include <cmath>
#include <compare>

namespace cfkops::runbook {

namespace {

using Order = std::partial_ordering;

constexpr double kTwo63 = 9223372036854775808.0;
constexpr double kTwo64 = 18446744073709551616.0;

Order compare(std::int64_t a, std::int64_t b) {
  return a <=> b;
}

Order compare(std::uint64_t a, std::uint64_t b) {
  return a <=> b;
}

Order compare(double a, double b) {
  return a <=> b;
}

Order compare(std::int64_t a, std::uint64_t b) {
  return a < 0 ? Order::less : static_cast<std::uint64_t>(a) <=> b;
}

Order compare(std::int64_t a, double b) {
  return static_cast<double>(a) <=> b;
}

Order compare(std::uint64_t a, double b) {
  return static_cast<double>(a) <=> b;
}

Order reversed(Order order) {
  if (std::is_lt(order)) {
    return Order::greater;
  }
  return std::is_gt(order) ? Order::less : order;
}

Order compare(std::uint64_t a, std::int64_t b) {
  return reversed(compare(b, a));
}

Order compare(double a, std::int64_t b) {
  return reversed(compare(b, a));
}

Order compare(double a, std::uint64_t b) {
  return reversed(compare(b, a));
}

template <class Left>
std::optional<Order> compare_to(Left left, const Value& b) {
  if (const auto* number = b.as<std::int64_t>()) {
    return compare(left, *number);
  }
  if (const auto* number = b.as<std::uint64_t>()) {
    return compare(left, *number);
  }
  if (const auto* number = b.as<double>()) {
    return compare(left, *number);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Order> compare_numbers(const Value& a, const Value& b) {
  if (const auto* number = a.as<std::int64_t>()) {
    return compare_to(*number, b);
  }
  if (const auto* number = a.as<std::uint64_t>()) {
    return compare_to(*number, b);
  }
  if (const auto* number = a.as<double>()) {
    return compare_to(*number, b);
  }
  return std::nullopt;
}

bool is_less(const Value& a, const Value& b) {
  const auto* left = a.as<Duration>();
  const auto* right = b.as<Duration>();
  if (left != nullptr && right != nullptr) {
    return *left < *right;
  }
  const auto order = compare_numbers(a, b);
  return order && std::is_lt(*order);
}

std::string double_text(double value) {
  if (std::isnan(value)) {
    return "NaN";
  }
  if (std::isinf(value)) {
    return value < 0 ? "-Infinity" : "Infinity";
  }
  return fmt::format("{}", value);
}

std::optional<std::int64_t> whole_number(const Value& value) {
  if (const auto* number = value.as<std::int64_t>()) {
    return *number;
  }
  if (const auto* number = value.as<std::uint64_t>()) {
    return *number > static_cast<std::uint64_t>(INT64_MAX)
               ? std::nullopt
               : std::optional(static_cast<std::int64_t>(*number));
  }
  const auto* number = value.as<double>();
  if (number == nullptr || !(*number >= -kTwo63 && *number < kTwo63) ||
      std::trunc(*number) != *number) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*number);
}

std::optional<std::uint64_t> large_number(const Value& value) {
  const auto* number = value.as<double>();
  if (number == nullptr || !(*number >= kTwo63 && *number < kTwo64)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*number);
}

}  // namespace cfkops::runbook
