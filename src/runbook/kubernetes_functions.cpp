#include "builtins.hpp"

#include "cfkops/base/quantity.hpp"
#include "cfkops/runbook/semver.hpp"

#include <compare>
#include <limits>
#include <optional>

namespace cfkops::runbook {

namespace {

using base::Int128;

constexpr Int128 kUnit = 1'000'000'000;

template <class Part>
Computed of_quantity(std::string_view name, const FunctionCall& call, Part part) {
  const Quantity* quantity = call.arguments[0].quantity();
  return quantity == nullptr ? Computed(no_overload(name, call.arguments))
                             : Computed(part(*quantity));
}

template <class Part>
Computed of_semver(std::string_view name, const FunctionCall& call, Part part) {
  const Semver* version = call.arguments[0].semver();
  if (version == nullptr) {
    return no_overload(name, call.arguments);
  }
  return Value(static_cast<std::int64_t>(part(*version)));
}

/// The nanos of the other quantity, which may be an int.
std::optional<Int128> nanos_at(const FunctionCall& call, std::size_t index) {
  const Value& value = call.arguments[index];
  if (const Quantity* quantity = value.quantity()) {
    return quantity->nanos;
  }
  const auto* number = value.as<std::int64_t>();
  return number == nullptr ? std::nullopt : std::optional(*number * kUnit);
}

Computed summed(std::string_view name, const FunctionCall& call, int sign) {
  const Quantity* quantity = call.arguments[0].quantity();
  const auto other = nanos_at(call, 1);
  if (quantity == nullptr || !other) {
    return no_overload(name, call.arguments);
  }
  auto sum = Quantity::of_nanos(quantity->nanos + sign * *other, quantity->binary());
  return sum ? Computed(Value(*std::move(sum))) : Computed(wrong("the quantity is out of range"));
}

/// How two quantities or two versions compare; nothing of anything else.
std::optional<std::strong_ordering> compared(const FunctionCall& call) {
  const Value& a = call.arguments[0];
  const Value& b = call.arguments[1];
  if (a.quantity() != nullptr && b.quantity() != nullptr) {
    return *a.quantity() <=> *b.quantity();
  }
  if (a.semver() != nullptr && b.semver() != nullptr) {
    return *a.semver() <=> *b.semver();
  }
  return std::nullopt;
}

template <class Test>
Computed tested(std::string_view name, const FunctionCall& call, Test test) {
  const auto order = compared(call);
  return order ? Computed(Value(test(*order))) : Computed(no_overload(name, call.arguments));
}

/// The arguments of semver() and isSemver().
struct WrittenVersion {
  const std::string* text = nullptr;
  bool loosely = false;

  [[nodiscard]] std::optional<Semver> read() const {
    return loosely ? Semver::parse_loosely(*text) : Semver::parse(*text);
  }
};

/// No text where the arguments are others.
WrittenVersion written_version(const FunctionCall& call) {
  const auto* loosely = call.arguments.size() > 1 ? call.arguments[1].as<bool>() : nullptr;
  if (call.arguments.size() > 1 && loosely == nullptr) {
    return {};
  }
  return {call.arguments[0].as<std::string>(), loosely != nullptr && *loosely};
}

}  // namespace

Computed quantity_function(const FunctionCall& call) {
  if (call.arguments[0].quantity() != nullptr) {
    return call.arguments[0];
  }
  const auto* text = call.arguments[0].as<std::string>();
  if (text == nullptr) {
    return no_overload("quantity", call.arguments);
  }
  auto quantity = Quantity::parse(*text);
  return quantity ? Computed(Value(*std::move(quantity)))
                  : Computed(wrong("'" + *text + "' is no quantity; write it like 500m or 10Gi"));
}

Computed is_quantity(const FunctionCall& call) {
  const auto* text = call.arguments[0].as<std::string>();
  return text == nullptr ? Computed(no_overload("isQuantity", call.arguments))
                         : Computed(Value(Quantity::parse(*text).has_value()));
}

Computed add_quantity(const FunctionCall& call) {
  return summed("add", call, 1);
}

Computed subtract_quantity(const FunctionCall& call) {
  return summed("sub", call, -1);
}

Computed is_integer(const FunctionCall& call) {
  return of_quantity("isInteger", call, [](const Quantity& quantity) {
    return Value(quantity.nanos % kUnit == 0);
  });
}

Computed as_integer(const FunctionCall& call) {
  return of_quantity("asInteger", call, [](const Quantity& quantity) {
    return quantity.nanos % kUnit == 0
               ? Computed(Value(static_cast<std::int64_t>(quantity.nanos / kUnit)))
               : Computed(wrong("'" + quantity.text + "' is no whole number"));
  });
}

Computed as_approximate_float(const FunctionCall& call) {
  return of_quantity("asApproximateFloat", call, [](const Quantity& quantity) {
    return Value(static_cast<double>(quantity.nanos) / static_cast<double>(kUnit));
  });
}

Computed sign_of(const FunctionCall& call) {
  return of_quantity("sign", call, [](const Quantity& quantity) {
    return Value((quantity.nanos > 0 ? 1 : 0) - (quantity.nanos < 0 ? 1 : 0));
  });
}

Computed compare_to(const FunctionCall& call) {
  return tested("compareTo", call, [](std::strong_ordering order) {
    return (std::is_gt(order) ? 1 : 0) - (std::is_lt(order) ? 1 : 0);
  });
}

Computed is_greater_than(const FunctionCall& call) {
  return tested(
      "isGreaterThan", call, [](std::strong_ordering order) { return std::is_gt(order); });
}

Computed is_less_than(const FunctionCall& call) {
  return tested("isLessThan", call, [](std::strong_ordering order) { return std::is_lt(order); });
}

Computed semver_function(const FunctionCall& call) {
  const WrittenVersion written = written_version(call);
  if (written.text == nullptr) {
    return no_overload("semver", call.arguments);
  }
  auto version = written.read();
  return version ? Computed(Value(*std::move(version)))
                 : Computed(wrong("'" + *written.text + "' is no version; write it like 1.2.3"));
}

Computed is_semver(const FunctionCall& call) {
  const WrittenVersion written = written_version(call);
  return written.text == nullptr ? Computed(no_overload("isSemver", call.arguments))
                                 : Computed(Value(written.read().has_value()));
}

Computed major_of(const FunctionCall& call) {
  return of_semver("major", call, [](const Semver& version) { return version.major; });
}

Computed minor_of(const FunctionCall& call) {
  return of_semver("minor", call, [](const Semver& version) { return version.minor; });
}

Computed patch_of(const FunctionCall& call) {
  return of_semver("patch", call, [](const Semver& version) { return version.patch; });
}

}  // namespace cfkops::runbook
