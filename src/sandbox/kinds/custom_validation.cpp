#include "kinds/custom_validation.hpp"

#include "kinds/custom_format.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

// How kube-openapi's validator goes over a schema, check by check, and what it counts on the way:
// of several schemas that do not fit, the one with the most matches tells its errors.

struct Found {
  FieldError error;
  std::string message;  ///< equal ones are told once
};

struct Outcome {
  std::vector<Found> found;
  int matches = 0;

  void add(Found one) {
    if (std::ranges::find(found, one.message, &Found::message) == found.end()) {
      found.push_back(std::move(one));
    }
  }

  void merge(Outcome other) {
    for (Found& one : other.found) {
      add(std::move(one));
    }
    matches += other.matches;
  }

  [[nodiscard]] bool valid() const { return found.empty(); }
};

/// One place in the value, with the schema for it.
struct Place {
  const Value& schema;
  const Value& value;
  const Value* old;  ///< nullptr where nothing corresponds
  std::string path;  ///< as the messages name it
};

class Validator {
 public:
  explicit Validator(std::string_view prefix)
      : prefix_(prefix) {}

  [[nodiscard]] Outcome visit(const Place& place) const {
    Outcome outcome = check(place);
    if (place.old != nullptr && *place.old == place.value) {
      outcome.found.clear();
    }
    return outcome;
  }

 private:
  [[nodiscard]] Outcome check(const Place& place) const;
  [[nodiscard]] Outcome check_type(const Place& place) const;
  [[nodiscard]] Outcome check_combined(const Place& place) const;
  [[nodiscard]] Outcome check_any_of(const Place& place, const Value& schemas) const;
  [[nodiscard]] Outcome check_one_of(const Place& place, const Value& schemas) const;
  [[nodiscard]] Outcome check_all_of(const Place& place, const Value& schemas) const;
  [[nodiscard]] Outcome check_text(const Place& place) const;
  [[nodiscard]] Outcome check_number(const Place& place) const;
  [[nodiscard]] Outcome check_list(const Place& place) const;
  [[nodiscard]] Outcome check_enum(const Place& place) const;
  [[nodiscard]] Outcome check_object(const Place& place) const;
  [[nodiscard]] Outcome check_members(const Place& place) const;

  [[nodiscard]] std::string field_of(const std::string& path) const {
    const std::string_view name = path.empty() || path.front() != '.'
                                      ? std::string_view(path)
                                      : std::string_view(path).substr(1);
    const std::string field = prefix_.empty() || name.empty() ? prefix_ + std::string(name)
                                                              : prefix_ + "." + std::string(name);
    return field.empty() ? "<nil>" : field;
  }

  [[nodiscard]] Found invalid(const Place& place,
                              const Value& value,
                              const std::string& rest) const {
    const std::string message = place.path + " in body " + rest;
    return {{FieldError::Type::Invalid, field_of(place.path), message, go_value(value)}, message};
  }

  [[nodiscard]] Found wrong_type(const Place& place,
                                 std::string_view expected,
                                 const std::string& actual) const {
    const std::string quoted = go_value(Value(actual));
    const std::string message =
        fmt::format("{} in body must be of type {}: {}", place.path, expected, quoted);
    return {{FieldError::Type::TypeInvalid, field_of(place.path), message, quoted}, message};
  }

  [[nodiscard]] Found combined(const std::string& message) const {
    return {{FieldError::Type::Invalid, field_of(""), message, "\"\""}, message};
  }

  std::string prefix_;
};

std::vector<std::string> types_of(const Value& schema) {
  if (flag_at(schema, {"x-kubernetes-int-or-string"})) {
    return {"integer", "string"};
  }
  std::string type = text_at(schema, {"type"});
  return type.empty() ? std::vector<std::string>() : std::vector{std::move(type)};
}

std::string format_of(const Value& schema) {
  std::string format = text_at(schema, {"format"});
  return is_checked_format(format) ? format : std::string();
}

std::string type_of(const Value& value) {
  if (value.is_boolean()) {
    return "boolean";
  }
  if (value.is_string()) {
    return "string";
  }
  if (value.is_number_integer()) {
    return "integer";
  }
  if (value.is_number()) {
    return "number";
  }
  return value.is_array() ? "array" : "object";
}

bool is_whole(const Value& value) {
  return value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>();
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Outcome Validator::check_type(const Place& place) const {
  Outcome outcome;
  const std::vector<std::string> types = types_of(place.schema);
  const std::string expected = fmt::format("{}", fmt::join(types, ","));
  if (place.value.is_null()) {
    if (!types.empty() && !flag_at(place.schema, {"nullable"})) {
      outcome.add(wrong_type(place, expected, "null"));
    } else {
      outcome.matches = 1;
    }
    return outcome;
  }
  const std::string actual = type_of(place.value);
  const std::string format = format_of(place.schema);
  const bool fits = has(types, actual) || (is_whole(place.value) && has(types, "integer")) ||
                    (actual == "integer" && has(types, "number"));
  const bool is_text = actual == "string" || actual == "array";
  if (!is_text && !format.empty() && !fits) {
    outcome.add(wrong_type(place,
                           format,
                           actual == "integer"  ? "int64"
                           : actual == "number" ? "float64"
                                                : ""));
    return outcome;
  }
  const bool numeric = has(types, "number") || has(types, "integer");
  if (!fits && (numeric || format.empty() || !is_text)) {
    outcome.add(wrong_type(place, expected, actual));
    return outcome;
  }
  outcome.matches = 1;
  return outcome;
}

Outcome Validator::check_any_of(const Place& place, const Value& schemas) const {
  std::optional<Outcome> best;
  for (const Value& schema : schemas) {
    Outcome outcome = check({schema, place.value, place.old, place.path});
    if (outcome.valid()) {
      return outcome;
    }
    if (!best || outcome.matches > best->matches) {
      best = std::move(outcome);
    }
  }
  Outcome outcome;
  outcome.add(combined(go_value(Value(place.path)) + " must validate at least one schema (anyOf)"));
  if (best) {
    outcome.merge(std::move(*best));
  }
  return outcome;
}

Outcome Validator::check_one_of(const Place& place, const Value& schemas) const {
  std::optional<Outcome> best;
  std::optional<Outcome> first;
  int valid = 0;
  for (const Value& schema : schemas) {
    Outcome outcome = check({schema, place.value, place.old, place.path});
    if (outcome.valid()) {
      ++valid;
      best.reset();
      if (!first) {
        first = std::move(outcome);
      }
    } else if (valid == 0 && (!best || outcome.matches > best->matches)) {
      best = std::move(outcome);
    }
  }
  if (valid == 1 && first) {
    return std::move(*first);
  }
  Outcome outcome;
  outcome.add(combined(
      go_value(Value(place.path)) + " must validate one and only one schema (oneOf). " +
      (valid == 0 ? "Found none valid" : fmt::format("Found {} valid alternatives", valid))));
  if (best) {
    outcome.merge(std::move(*best));
  }
  return outcome;
}

Outcome Validator::check_all_of(const Place& place, const Value& schemas) const {
  Outcome outcome;
  std::size_t valid = 0;
  for (const Value& schema : schemas) {
    Outcome one = check({schema, place.value, place.old, place.path});
    valid += one.valid() ? 1U : 0U;
    outcome.merge(std::move(one));
  }
  if (valid != schemas.size()) {
    outcome.add(combined(go_value(Value(place.path)) + " must validate all the schemas (allOf)" +
                         (valid == 0 ? ". None validated" : "")));
  }
  return outcome;
}

Outcome Validator::check_combined(const Place& place) const {
  Outcome outcome;
  if (const Value& schemas = list_at(place.schema, {"anyOf"}); !schemas.empty()) {
    outcome.merge(check_any_of(place, schemas));
  }
  if (const Value& schemas = list_at(place.schema, {"oneOf"}); !schemas.empty()) {
    outcome.merge(check_one_of(place, schemas));
  }
  if (const Value& schemas = list_at(place.schema, {"allOf"}); !schemas.empty()) {
    outcome.merge(check_all_of(place, schemas));
  }
  if (const Value* schema = find(place.schema, {"not"}); schema != nullptr) {
    if (check({*schema, place.value, place.old, place.path}).valid()) {
      outcome.add(combined(go_value(Value(place.path)) + " must not validate the schema (not)"));
    }
  }
  ++outcome.matches;
  return outcome;
}

std::int64_t rune_count(const std::string& text) {
  return std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
}

/// A bound of the schema, if there is one.
std::optional<std::int64_t> bound(const Value& schema, std::string_view name) {
  const Value* value = find(schema, {name});
  return value != nullptr && value->is_number() ? std::optional(value->get<std::int64_t>())
                                                : std::nullopt;
}

FieldError first_of(const FieldErrors& errors) {
  return errors.all().front();
}

Outcome Validator::check_text(const Place& place) const {
  Outcome outcome;
  const std::string text = place.value.get<std::string>();
  const std::int64_t length = rune_count(text);
  const std::string pattern = text_at(place.schema, {"pattern"});
  if (const auto most = bound(place.schema, "maxLength"); most && length > *most) {
    FieldErrors one;
    one.too_long(field_of(place.path), static_cast<int>(*most));
    outcome.add({first_of(one),
                 fmt::format("{} in body should be at most {} chars long", place.path, *most)});
  } else if (const auto least = bound(place.schema, "minLength"); least && length < *least) {
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

Outcome Validator::check_number(const Place& place) const {
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

/// The element of the old list that has the same keys; only lists of type map have such.
const Value* old_element(const Place& place, const Value& element) {
  if (place.old == nullptr || !place.old->is_array() || !element.is_object() ||
      text_at(place.schema, {"x-kubernetes-list-type"}) != "map") {
    return nullptr;
  }
  const Value& keys = list_at(place.schema, {"x-kubernetes-list-map-keys"});
  const auto same = [&keys, &element](const Value& other) {
    return other.is_object() && std::ranges::all_of(keys, [&](const Value& key) {
             const Value* mine = find(element, {key.get_ref<const std::string&>()});
             const Value* theirs = find(other, {key.get_ref<const std::string&>()});
             return mine != nullptr && theirs != nullptr && *mine == *theirs;
           });
  };
  const auto found = std::ranges::find_if(*place.old, same);
  return found == place.old->end() ? nullptr : &*found;
}

Outcome Validator::check_list(const Place& place) const {
  Outcome outcome;
  const auto size = static_cast<std::int64_t>(place.value.size());
  if (const Value* items = find(place.schema, {"items"}); items != nullptr && items->is_object()) {
    std::size_t index = 0;
    for (const Value& element : place.value) {
      outcome.merge(visit({*items,
                           element,
                           old_element(place, element),
                           fmt::format("{}[{}]", place.path, index++)}));
    }
  }
  if (const auto least = bound(place.schema, "minItems"); least && size < *least) {
    outcome.add(invalid(place, Value(size), fmt::format("should have at least {} items", *least)));
  }
  if (const auto most = bound(place.schema, "maxItems"); most && size > *most) {
    FieldErrors one;
    one.too_many(field_of(place.path), static_cast<int>(size), static_cast<int>(*most));
    outcome.add(
        {first_of(one), fmt::format("{} in body should have at most {} items", place.path, *most)});
  }
  outcome.matches += 2;
  return outcome;
}

Outcome Validator::check_enum(const Place& place) const {
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

Outcome Validator::check_members(const Place& place) const {
  Outcome outcome;
  const Value& properties = object_at(place.schema, {"properties"});
  const Value* more = find(place.schema, {"additionalProperties"});
  for (const auto& [name, value] : place.value.items()) {
    const Value* old = place.old == nullptr ? nullptr : find(*place.old, {name});
    if (const auto property = properties.find(name); property != properties.end()) {
      // Old and new are shown in one version, so a change of these two would not be seen.
      const bool type_meta = place.path.empty() && (name == "kind" || name == "apiVersion");
      outcome.merge(
          visit({*property, value, type_meta ? nullptr : old, child_field(place.path, name)}));
    } else if (more != nullptr && more->is_object()) {
      outcome.merge(visit({*more, value, old, place.path + "." + name}));
    } else if (more != nullptr && more->is_boolean() && !more->get<bool>()) {
      const std::string message =
          fmt::format("{}.{} in body is a forbidden property", place.path, name);
      outcome.add(
          {{FieldError::Type::Invalid, field_of(place.path), message, go_value(Value(name))},
           message});
    }
  }
  return outcome;
}

Outcome Validator::check_object(const Place& place) const {
  Outcome outcome;
  const auto size = static_cast<std::int64_t>(place.value.size());
  if (const auto least = bound(place.schema, "minProperties"); least && size < *least) {
    outcome.add(
        invalid(place, Value(size), fmt::format("should have at least {} properties", *least)));
  }
  if (const auto most = bound(place.schema, "maxProperties"); most && size > *most) {
    FieldErrors one;
    one.too_many(field_of(place.path), static_cast<int>(size), static_cast<int>(*most));
    outcome.add({first_of(one),
                 fmt::format("{} in body should have at most {} properties", place.path, *most)});
  }
  outcome.merge(check_members(place));
  for (const Value& name : list_at(place.schema, {"required"})) {
    if (name.is_string() && !place.value.contains(name.get_ref<const std::string&>())) {
      const std::string path = place.path + "." + name.get<std::string>();
      outcome.add(
          {{FieldError::Type::Required, field_of(path), "", ""}, path + " in body is required"});
    }
  }
  ++outcome.matches;
  return outcome;
}

Outcome Validator::check(const Place& place) const {
  Outcome outcome;
  if (place.value.is_null()) {
    outcome.merge(check_type(place));
    outcome.merge(check_enum(place));
    return outcome;
  }
  if (!types_of(place.schema).empty() || !format_of(place.schema).empty()) {
    outcome.merge(check_type(place));
    ++outcome.matches;
  }
  outcome.merge(check_combined(place));
  ++outcome.matches;
  if (place.value.is_string()) {
    outcome.merge(check_text(place));
  } else if (place.value.is_number()) {
    outcome.merge(check_number(place));
  } else if (place.value.is_array()) {
    outcome.merge(check_list(place));
  }
  outcome.merge(check_enum(place));
  if (place.value.is_object()) {
    outcome.merge(check_object(place));
  }
  ++outcome.matches;
  return outcome;
}

std::string number_text(double number) {
  return std::trunc(number) == number && std::abs(number) < 1e21 ? fmt::format("{:.0f}", number)
                                                                 : fmt::format("{}", number);
}

}  // namespace

std::string go_value(const Value& value) {
  return value.is_number_float() ? number_text(value.get<double>())
                                 : value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

std::string child_field(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

void validate_against_schema(const Value& open_api,
                             const Value& value,
                             const Value* old,
                             std::string_view field,
                             FieldErrors& errors) {
  for (Found& found : Validator(field).visit({open_api, value, old, ""}).found) {
    errors.add(std::move(found.error));
  }
}

}  // namespace cfkops::sandbox
