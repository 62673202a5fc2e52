#include "builtins.hpp"

#include <memory>

namespace cfkops::runbook {

namespace {

const OptionalValue* optional_at(const FunctionCall& call, std::size_t index) {
  return call.arguments[index].as<OptionalValue>();
}

/// What a message without that field would have: CEL's zero values.
bool is_zero(const Value& value) {
  for (const Value& zero : {Value(),
                            Value(false),
                            Value(0),
                            Value(std::uint64_t{0}),
                            Value(0.0),
                            Value(""),
                            Value(Bytes{}),
                            Value(Duration(0)),
                            Value(ValueList{}),
                            Value(ValueMap{}),
                            Value(OptionalValue{})}) {
    if (value.data().index() == zero.data().index() && value == zero) {
      return true;
    }
  }
  return false;
}

}  // namespace

Computed optional_none(const FunctionCall& /*call*/) {
  return Value(OptionalValue{});
}

Computed optional_of(const FunctionCall& call) {
  return Value(OptionalValue{std::make_shared<const Value>(call.arguments[0])});
}

Computed optional_of_non_zero(const FunctionCall& call) {
  return is_zero(call.arguments[0]) ? optional_none(call) : optional_of(call);
}

Computed has_value(const FunctionCall& call) {
  const OptionalValue* optional = optional_at(call, 0);
  return optional == nullptr ? Computed(no_overload("hasValue", call.arguments))
                             : Value(optional->value != nullptr);
}

Computed value_function(const FunctionCall& call) {
  const OptionalValue* optional = optional_at(call, 0);
  if (optional == nullptr) {
    return no_overload("value", call.arguments);
  }
  return optional->value == nullptr ? Computed(wrong("optional.none() has no value"))
                                    : *optional->value;
}

Computed or_value(const FunctionCall& call) {
  const OptionalValue* optional = optional_at(call, 0);
  if (optional == nullptr) {
    return no_overload("orValue", call.arguments);
  }
  return optional->value == nullptr ? call.arguments[1] : *optional->value;
}

Computed or_optional(const FunctionCall& call) {
  const OptionalValue* optional = optional_at(call, 0);
  if (optional == nullptr || optional_at(call, 1) == nullptr) {
    return no_overload("or", call.arguments);
  }
  return call.arguments[optional->value == nullptr ? 1 : 0];
}

}  // namespace cfkops::runbook
