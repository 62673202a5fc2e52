#include "kinds/custom_format.hpp"
#include "kinds/custom_validation.hpp"
#include "kinds/custom_validator.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

std::int64_t rune_count(const std::string& text) {
  return std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
}

FieldError first_of(const FieldErrors& errors) {
  return errors.all().front();
}

bool is_multiple(const Value& value, double factor) {
  if (value.is_number_integer()) {
    return value.get<std::int64_t>() % static_cast<std::int64_t>(factor) == 0;
  }
  const double number = value.get<double>();
  const double ratio = factor < 1 ? 1 / factor * number : number / factor;
  return std::abs(ratio - std::round(ratio)) < 1e-9;
}

/// A bound in the type of the value, as Go prints it.
std::string bound_text(const Value& value, double limit) {
  return go_value(value.is_number_integer() ? Value(static_cast<std::int64_t>(limit))
                                            : Value(limit));
}

/// Negative, zero or positive, the limit cut to the type of the value.
int compare_to(const Value& value, double limit) {
  if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    const auto whole = static_cast<std::int64_t>(limit);
    return number < whole ? -1 : number > whole ? 1 : 0;
  }
  const double number = value.get<double>();
  return number < limit ? -1 : number > limit ? 1 : 0;
}

std::string number_text(double number) {
  return std::trunc(number) == number && std::abs(number) < 1e21 ? fmt::format("{:.0f}", number)
                                                                 : fmt::format("{}", number);
}

}  // namespace

std::string format_of(const Value& schema) {
  std::string format = text_at(schema, {"format"});
  return is_checked_format(format) ? format : std::string();
}

std::optional<std::int64_t> bound_of(const Value& schema, std::string_view name) {
  const Value* value = find(schema, {name});
  return value != nullptr && value->is_number() ? std::optional(value->get<std::int64_t>())
                                                : std::nullopt;
}

std::string go_value(const Value& value) {
  if (value.is_string()) {
    return go_quoted(value.get_ref<const std::string&>());
  }
  return value.is_number_float() ? number_text(value.get<double>()) : go_json(value);
}

std::string child_field(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

Outcome SchemaValidator::check_text(const Place& place) const {
  Outcome outcome;
  const std::string text = place.value.get<std::string>();
  const std::int64_t length = rune_count(text);
  const std::string pattern = text_at(place.schema, {"pattern"});
  if (const auto most = bound_of(place.schema, "maxLength"); most && length > *most) {
    FieldErrors one;
    one.too_long(field_of(place.path), static_cast<int>(*most));
    outcome.add({first_of(one),
                 fmt::format("{} in body should be at most {} chars long", place.path, *most)});
  } else if (const auto least = bound_of(place.schema, "minLength"); least && length < *least) {
    outcome.add(
        invalid(place, place.value, fmt::format("should be at least {} chars long", *least)));
  } else if (!pattern.empty() && !matches_pattern(pattern, text)) {
    outcome.add(invalid(place, place.value, "should match '" + pattern + "'"));
  }
  ++outcome.matches;
  const std::string format = format_of(place.schema);
  if (!format.empty()) {
    if (!has_format(format, text)) {
      outcome.add(wrong_type(place, format, text));
    }
    ++outcome.matches;
  }
  return outcome;
}

Outcome SchemaValidator::check_number(const Place& place) const {
  Outcome outcome;
  if (const Value* factor = find(place.schema, {"multipleOf"});
      factor != nullptr && factor->is_number()) {
    const double by = factor->get<double>();
    const bool usable = place.value.is_number_integer() ? by >= 1 : by > 0;
    if (!usable) {
      const std::string message =
          fmt::format("factor MultipleOf declared for {} must be positive: {}",
                      place.path,
                      bound_text(place.value, by));
      outcome.add(
          {{FieldError::Type::Invalid, field_of(place.path), message, bound_text(place.value, by)},
           message});
    } else if (!is_multiple(place.value, by)) {
      outcome.add(
          invalid(place, place.value, "should be a multiple of " + bound_text(place.value, by)));
    }
  }
  if (const Value* least = find(place.schema, {"minimum"});
      least != nullptr && least->is_number()) {
    const bool exclusive = flag_at(place.schema, {"exclusiveMinimum"});
    const double limit = least->get<double>();
    if (const int order = compare_to(place.value, limit); order < 0 || (exclusive && order == 0)) {
      outcome.add(
          invalid(place,
                  place.value,
                  (exclusive ? "should be greater than " : "should be greater than or equal to ") +
                      bound_text(place.value, limit)));
    }
  }
  if (const Value* most = find(place.schema, {"maximum"}); most != nullptr && most->is_number()) {
    const bool exclusive = flag_at(place.schema, {"exclusiveMaximum"});
    const double limit = most->get<double>();
    if (const int order = compare_to(place.value, limit); order > 0 || (exclusive && order == 0)) {
      outcome.add(
          invalid(place,
                  place.value,
                  (exclusive ? "should be less than " : "should be less than or equal to ") +
                      bound_text(place.value, limit)));
    }
  }
  outcome.matches += 2;
  return outcome;
}

Outcome SchemaValidator::check_enum(const Place& place) const {
  Outcome outcome;
  const Value& allowed = list_at(place.schema, {"enum"});
  if (!allowed.empty() && std::ranges::find(allowed, place.value) == allowed.end()) {
    std::vector<std::string> names;
    std::ranges::transform(allowed, std::back_inserter(names), [](const Value& value) {
      return value.is_string() ? value.get<std::string>() : value.dump();
    });
    FieldErrors one;
    one.not_supported(field_of(place.path), place.value, names);
    outcome.add(
        {first_of(one),
         fmt::format("{} in body should be one of [{}]", place.path, fmt::join(names, " "))});
  }
  ++outcome.matches;
  return outcome;
}

}  // namespace cfkops::sandbox
