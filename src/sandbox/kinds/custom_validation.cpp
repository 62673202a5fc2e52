#include "kinds/custom_validation.hpp"

#include "kinds/custom_validator.hpp"

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

std::vector<std::string> types_of(const Value& schema) {
  if (flag_at(schema, {"x-kubernetes-int-or-string"})) {
    return {"integer", "string"};
  }
  std::string type = text_at(schema, {"type"});
  return type.empty() ? std::vector<std::string>() : std::vector{std::move(type)};
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

FieldError first_of(const FieldErrors& errors) {
  return errors.all().front();
}

}  // namespace

void Outcome::add(Found one) {
  if (std::ranges::find(found, one.message, &Found::message) == found.end()) {
    found.push_back(std::move(one));
  }
}

void Outcome::merge(Outcome other) {
  for (Found& one : other.found) {
    add(std::move(one));
  }
  matches += other.matches;
}

Outcome SchemaValidator::visit(const Place& place) const {
  Outcome outcome = check(place);
  if (place.old != nullptr && *place.old == place.value) {
    outcome.found.clear();
  }
  return outcome;
}

std::string SchemaValidator::field_of(const std::string& path) const {
  const std::string name = path.empty() || path.front() != '.' ? path : path.substr(1);
  const std::string field = prefix_.empty() || name.empty() ? prefix_ + name : prefix_ + "." + name;
  return field.empty() ? "<nil>" : field;
}

Found SchemaValidator::invalid(const Place& place,
                               const Value& value,
                               const std::string& rest) const {
  const std::string message = place.path + " in body " + rest;
  return {{FieldError::Type::Invalid, field_of(place.path), message, go_value(value)}, message};
}

Found SchemaValidator::wrong_type(const Place& place,
                                  std::string_view expected,
                                  const std::string& actual) const {
  const std::string quoted = go_value(Value(actual));
  const std::string message =
      fmt::format("{} in body must be of type {}: {}", place.path, expected, quoted);
  return {{FieldError::Type::TypeInvalid, field_of(place.path), message, quoted}, message};
}

Found SchemaValidator::combined(const std::string& message) const {
  return {{FieldError::Type::Invalid, field_of(""), message, "\"\""}, message};
}

Outcome SchemaValidator::check_type(const Place& place) const {
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

Outcome SchemaValidator::check_any_of(const Place& place, const Value& schemas) const {
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

Outcome SchemaValidator::check_one_of(const Place& place, const Value& schemas) const {
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

Outcome SchemaValidator::check_all_of(const Place& place, const Value& schemas) const {
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

Outcome SchemaValidator::check_combined(const Place& place) const {
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

Outcome SchemaValidator::check_list(const Place& place) const {
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
  if (const auto least = bound_of(place.schema, "minItems"); least && size < *least) {
    outcome.add(invalid(place, Value(size), fmt::format("should have at least {} items", *least)));
  }
  if (const auto most = bound_of(place.schema, "maxItems"); most && size > *most) {
    FieldErrors one;
    one.too_many(field_of(place.path), static_cast<int>(size), static_cast<int>(*most));
    outcome.add(
        {first_of(one), fmt::format("{} in body should have at most {} items", place.path, *most)});
  }
  outcome.matches += 2;
  return outcome;
}

Outcome SchemaValidator::check_members(const Place& place) const {
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

Outcome SchemaValidator::check_object(const Place& place) const {
  Outcome outcome;
  const auto size = static_cast<std::int64_t>(place.value.size());
  if (const auto least = bound_of(place.schema, "minProperties"); least && size < *least) {
    outcome.add(
        invalid(place, Value(size), fmt::format("should have at least {} properties", *least)));
  }
  if (const auto most = bound_of(place.schema, "maxProperties"); most && size > *most) {
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

Outcome SchemaValidator::check(const Place& place) const {
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

void validate_against_schema(const Value& open_api,
                             const Value& value,
                             const Value* old,
                             std::string_view field,
                             FieldErrors& errors) {
  Outcome outcome = SchemaValidator(field).visit({open_api, value, old, ""});
  for (Found& found : outcome.found) {
    errors.add(std::move(found.error));
  }
}

}  // namespace cfkops::sandbox
