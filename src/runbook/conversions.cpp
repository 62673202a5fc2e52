#include "builtins.hpp"
#include "moment.hpp"
#include "names.hpp"
#include "number.hpp"

#include "cfkops/base/utf8.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace cfkops::runbook {

namespace {

template <class Number>
Computed parse_as(const std::string& text, std::string_view type) {
  Number number{};
  std::string_view digits = text;
  if (digits.starts_with('+') && digits.size() > 1 && digits[1] != '-') {
    digits.remove_prefix(1);
  }
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || stop != end) {
    return wrong("'" + text + "' is no " + std::string(type));
  }
  return Value(number);
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const base::CodePoint character = base::decode_utf8(text, 0);
    if (!character.valid) {
      return false;
    }
    text.remove_prefix(character.size);
  }
  return true;
}

Computed to_int_function(const FunctionCall& call) {
  constexpr double kLimit = 9223372036854775808.0;
  const Value& value = call.arguments[0];
  if (value.as<std::int64_t>() != nullptr) {
    return value;
  }
  if (value.as<std::uint64_t>() != nullptr) {
    const auto number = whole_number(value);
    return number ? Computed(Value(*number)) : Computed(wrong("the number does not fit an int"));
  }
  if (const auto* number = value.as<double>()) {
    // CEL truncates, and refuses both ends of the range because a double cannot tell them from what
    // lies beyond.
    return *number > -kLimit && *number < kLimit
               ? Computed(Value(static_cast<std::int64_t>(std::trunc(*number))))
               : Computed(wrong("the number does not fit an int"));
  }
  if (const auto* text = value.as<std::string>()) {
    return parse_as<std::int64_t>(*text, "int");
  }
  if (const auto time = time_nanos(value)) {
    return Value(split_seconds(*time).count);
  }
  return no_overload("int", call.arguments);
}

Computed to_uint_function(const FunctionCall& call) {
  constexpr double kLimit = 18446744073709551616.0;
  const Value& value = call.arguments[0];
  if (value.as<std::uint64_t>() != nullptr) {
    return value;
  }
  if (const auto* number = value.as<std::int64_t>()) {
    return *number >= 0 ? Computed(Value(static_cast<std::uint64_t>(*number)))
                        : Computed(wrong("the number does not fit a uint"));
  }
  if (const auto* number = value.as<double>()) {
    return *number >= 0 && *number < kLimit ? Computed(Value(static_cast<std::uint64_t>(*number)))
                                            : Computed(wrong("the number does not fit a uint"));
  }
  if (const auto* text = value.as<std::string>()) {
    return parse_as<std::uint64_t>(*text, "uint");
  }
  return no_overload("uint", call.arguments);
}

Computed to_double_function(const FunctionCall& call) {
  const Value& value = call.arguments[0];
  if (value.as<double>() != nullptr) {
    return value;
  }
  if (const auto* number = value.as<std::int64_t>()) {
    return Value(static_cast<double>(*number));
  }
  if (const auto* number = value.as<std::uint64_t>()) {
    return Value(static_cast<double>(*number));
  }
  if (const auto* text = value.as<std::string>()) {
    return parse_as<double>(*text, "double");
  }
  return no_overload("double", call.arguments);
}

Computed to_bool_function(const FunctionCall& call) {
  const Value& value = call.arguments[0];
  if (value.as<bool>() != nullptr) {
    return value;
  }
  const auto* text = value.as<std::string>();
  if (text == nullptr) {
    return no_overload("bool", call.arguments);
  }
  for (const std::string_view yes : {"true", "TRUE", "True", "t", "1"}) {
    if (*text == yes) {
      return Value(true);
    }
  }
  for (const std::string_view no : {"false", "FALSE", "False", "f", "0"}) {
    if (*text == no) {
      return Value(false);
    }
  }
  return wrong("'" + *text + "' is no bool");
}

Computed to_string_function(const FunctionCall& call) {
  const Value& value = call.arguments[0];
  if (const auto duration = duration_nanos(value)) {
    return Value(duration_text(*duration));
  }
  if (const auto time = time_nanos(value)) {
    return Value(time_text(*time));
  }
  if (const auto* bytes = value.as<Bytes>()) {
    return is_utf8(bytes->data) ? Computed(Value(bytes->data))
                                : Computed(wrong("the bytes are not UTF-8"));
  }
  const bool structured = value.list() != nullptr || value.map() != nullptr ||
                          value.entries() != nullptr || value.as<OptionalValue>() != nullptr;
  if (value.is_null() || structured) {
    return no_overload("string", call.arguments);
  }
  return Value(value.text());
}

Computed to_bytes_function(const FunctionCall& call) {
  const Value& value = call.arguments[0];
  if (const auto* text = value.as<std::string>()) {
    return Value(Bytes{*text});
  }
  return value.as<Bytes>() != nullptr ? Computed(value)
                                      : Computed(no_overload("bytes", call.arguments));
}

Computed type_function(const FunctionCall& call) {
  return type_of_a(call.arguments[0]);
}

}  // namespace cfkops::runbook
