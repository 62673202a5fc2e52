#include "functions.hpp"
#include "map_value.hpp"
#include "moment.hpp"
#include "number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <compare>
#include <utility>

namespace cfkops::runbook {

namespace {

using ast::Operator;

tl::unexpected<std::string> no_operator(Operator op, const Value& a, const Value& b) {
  return wrong(fmt::format(
      "'{}' does not take {} and {}", ast::to_string(op), a.type_name(), b.type_name()));
}

tl::unexpected<std::string> overflow(Operator op) {
  return wrong(fmt::format("integer overflow in '{}'", ast::to_string(op)));
}

/// int and uint: every result that does not fit is an error.
template <class Integer>
Computed integers(Operator op, Integer a, Integer b) {
  Integer result = 0;
  bool overflowed = false;
  switch (op) {
    case Operator::Add:
      overflowed = __builtin_add_overflow(a, b, &result);
      break;
    case Operator::Subtract:
      overflowed = __builtin_sub_overflow(a, b, &result);
      break;
    case Operator::Multiply:
      overflowed = __builtin_mul_overflow(a, b, &result);
      break;
    case Operator::Divide:
    case Operator::Remainder:
      if (b == 0) {
        return wrong(op == Operator::Divide ? "division by zero" : "modulus by zero");
      }
      // The one quotient that does not fit: least / -1. The processor traps on its remainder, too.
      overflowed = std::is_signed_v<Integer> && b == static_cast<Integer>(-1) &&
                   a == std::numeric_limits<Integer>::min();
      if (!overflowed) {
        result = op == Operator::Divide ? a / b : a % b;
      }
      break;
    default:
      return no_operator(op, Value(a), Value(b));
  }
  return overflowed ? Computed(overflow(op)) : Computed(Value(result));
}

Computed doubles(Operator op, double a, double b) {
  switch (op) {
    case Operator::Add:
      return Value(a + b);
    case Operator::Subtract:
      return Value(a - b);
    case Operator::Multiply:
      return Value(a * b);
    case Operator::Divide:
      return Value(a / b);
    default:
      return no_operator(op, Value(a), Value(b));
  }
}

/// Sums and differences of durations and times.
Computed times(Operator op, const Value& a, const Value& b) {
  const auto left_time = time_nanos(a);
  const auto right_time = time_nanos(b);
  const auto left = duration_nanos(a);
  const auto right = duration_nanos(b);
  const int sign = op == Operator::Add ? 1 : -1;
  if (left && right) {
    return duration_value(*left + sign * *right);
  }
  if (left_time && right) {
    return time_value(*left_time + sign * *right);
  }
  if (left && right_time && op == Operator::Add) {
    return time_value(*left + *right_time);
  }
  if (left_time && right_time && op == Operator::Subtract) {
    return duration_value(*left_time - *right_time);
  }
  return no_operator(op, a, b);
}

/// "+" of what is put one after the other.
Computed concatenate(const Value& a, const Value& b) {
  const auto* text = a.as<std::string>();
  const auto* more_text = b.as<std::string>();
  if (text != nullptr && more_text != nullptr) {
    return Value(*text + *more_text);
  }
  const auto* bytes = a.as<Bytes>();
  const auto* more_bytes = b.as<Bytes>();
  if (bytes != nullptr && more_bytes != nullptr) {
    return Value(Bytes{bytes->data + more_bytes->data});
  }
  const ValueList* list = a.list();
  const ValueList* more = b.list();
  if (list != nullptr && more != nullptr) {
    ValueList both = *list;
    both.insert(both.end(), more->begin(), more->end());
    return Value(std::move(both));
  }
  return no_operator(Operator::Add, a, b);
}

Computed arithmetic(Operator op, const Value& a, const Value& b) {
  const auto* left = a.as<std::int64_t>();
  const auto* right = b.as<std::int64_t>();
  if (left != nullptr && right != nullptr) {
    return integers(op, *left, *right);
  }
  const auto* left_unsigned = a.as<std::uint64_t>();
  const auto* right_unsigned = b.as<std::uint64_t>();
  if (left_unsigned != nullptr && right_unsigned != nullptr) {
    return integers(op, *left_unsigned, *right_unsigned);
  }
  const auto* left_double = a.as<double>();
  const auto* right_double = b.as<double>();
  if (left_double != nullptr && right_double != nullptr) {
    return doubles(op, *left_double, *right_double);
  }
  if (op != Operator::Add && op != Operator::Subtract) {
    return no_operator(op, a, b);
  }
  if (time_nanos(a) || duration_nanos(a)) {
    return times(op, a, b);
  }
  return op == Operator::Add ? concatenate(a, b) : Computed(no_operator(op, a, b));
}

template <class T>
std::optional<std::partial_ordering> compare_as(const Value& a, const Value& b) {
  const auto* left = a.as<T>();
  const auto* right = b.as<T>();
  if (left == nullptr || right == nullptr) {
    return std::nullopt;
  }
  return *left <=> *right;
}

std::optional<std::partial_ordering> compare_moments(std::optional<Int128> a,
                                                     std::optional<Int128> b) {
  return a && b ? std::optional<std::partial_ordering>(*a <=> *b) : std::nullopt;
}

Computed compare(Operator op, const Value& a, const Value& b) {
  const auto found = order(a, b);
  if (!found) {
    return no_operator(op, a, b);
  }
  switch (op) {
    case Operator::Less:
      return Value(std::is_lt(*found));
    case Operator::LessEqual:
      return Value(std::is_lteq(*found));
    case Operator::Greater:
      return Value(std::is_gt(*found));
    default:
      return Value(std::is_gteq(*found));
  }
}

Computed contained(const Value& a, const Value& b) {
  if (const ValueList* list = b.list()) {
    return Value(std::find(list->begin(), list->end(), a) != list->end());
  }
  if (!is_map(b)) {
    return no_operator(Operator::In, a, b);
  }
  return Value(find_key(b, a) != nullptr);
}

}  // namespace

std::optional<std::partial_ordering> order(const Value& a, const Value& b) {
  for (const auto& compared : {compare_numbers(a, b),
                               compare_as<std::string>(a, b),
                               compare_moments(duration_nanos(a), duration_nanos(b)),
                               compare_moments(time_nanos(a), time_nanos(b)),
                               compare_as<bool>(a, b),
                               compare_as<Bytes>(a, b)}) {
    if (compared) {
      return compared;
    }
  }
  return std::nullopt;
}

Computed apply(Operator op, const Value& a, const Value& b) {
  if (a.tainted() || b.tainted()) {
    return wrong(
        fmt::format("'{}' on a secret: a secret may only be passed on", ast::to_string(op)));
  }
  switch (op) {
    case Operator::Equal:
      return Value(a == b);
    case Operator::NotEqual:
      return Value(!(a == b));
    case Operator::In:
      return contained(a, b);
    case Operator::Less:
    case Operator::LessEqual:
    case Operator::Greater:
    case Operator::GreaterEqual:
      return compare(op, a, b);
    default:
      return arithmetic(op, a, b);
  }
}

Computed negate(const Value& a) {
  if (const auto* number = a.as<std::int64_t>()) {
    return integers<std::int64_t>(Operator::Subtract, 0, *number);
  }
  if (const auto* number = a.as<double>()) {
    return Value(-*number);
  }
  return wrong(fmt::format("'-' does not take {}", a.type_name()));
}

}  // namespace cfkops::runbook
