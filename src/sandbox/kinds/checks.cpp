#include "kinds/checks.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace cfkops::sandbox {

namespace {

constexpr const char* kPercentFault =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or "
    "'93%', regex used for validation is '[0-9]+%')";

std::int64_t parsed(std::string_view digits) {
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

bool is_empty_value(const Value& value) {
  if (value.is_number()) {
    return value == 0;
  }
  const auto* text = value.get_ptr<const std::string*>();
  if (text != nullptr) {
    return text->empty();
  }
  return value.is_null() || (value.is_structured() && value.empty());
}

}  // namespace

std::string below(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

std::string element(std::string_view path, std::size_t index) {
  return fmt::format("{}[{}]", path, index);
}

Value& ensure_object(Value& in, Path path) {
  Value& there = make_at(in, path);
  if (!there.is_object()) {
    there = Value::object();
  }
  return there;
}

void check_nonnegative(const Value& in,
                       std::string_view name,
                       std::string_view path,
                       FieldErrors& errors) {
  const std::int64_t number = number_at(in, {name});
  if (number < 0) {
    errors.invalid(below(path, name), Value(number), "must be greater than or equal to 0");
  }
}

bool is_percent(const Value& share) {
  const auto* text = share.get_ptr<const std::string*>();
  return text != nullptr && text->size() > 1 && text->back() == '%' &&
         std::all_of(text->begin(), text->end() - 1, [](char c) { return c >= '0' && c <= '9'; });
}

void check_share(const Value& share, const std::string& field, FieldErrors& errors) {
  if (share.is_string()) {
    if (!is_percent(share)) {
      errors.invalid(field, share, kPercentFault);
    }
    return;
  }
  if (share_number(share) < 0) {
    errors.invalid(field, share, "must be greater than or equal to 0");
  }
}

void check_share_limit(const Value& share, const std::string& field, FieldErrors& errors) {
  if (is_percent(share) && share_number(share) > 100) {
    errors.invalid(field, share, "must not be greater than 100%");
  }
}

std::int64_t share_number(const Value& share) {
  const auto* text = share.get_ptr<const std::string*>();
  if (text != nullptr) {
    return parsed(*text);
  }
  return share.is_number_integer() ? share.get<std::int64_t>() : 0;
}

std::int64_t share_of(const Value& share, std::int64_t total, Rounding rounding) {
  const std::int64_t number = share_number(share);
  if (!share.is_string()) {
    return number;
  }
  return (number * total + (rounding == Rounding::Up ? 99 : 0)) / 100;
}

bool alike(const Value* one, const Value* other) {
  const auto empty = [](const Value* value) {
    return value == nullptr || value->is_null() || (value->is_structured() && value->empty());
  };
  if (empty(one) || empty(other)) {
    return empty(one) && empty(other);
  }
  return *one == *other;
}

void check_immutable(const Value* fresh, const Value* old, std::string field, FieldErrors& errors) {
  if (!alike(fresh, old)) {
    errors.invalid(
        std::move(field), fresh == nullptr ? Value(nullptr) : *fresh, "field is immutable");
  }
}

void check_collisions(const Value& fresh, const Value& old, FieldErrors& errors) {
  const std::int64_t count = number_at(fresh, {"status", "collisionCount"});
  if (find(old, {"status", "collisionCount"}) != nullptr &&
      count < number_at(old, {"status", "collisionCount"})) {
    errors.invalid("status.collisionCount", Value(count), "cannot be decremented");
  }
}

void drop_empty(Value& in, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const Value* there = in.is_object() && in.contains(name) ? &in.at(std::string(name)) : nullptr;
    if (there != nullptr && is_empty_value(*there)) {
      erase_at(in, {name});
    }
  }
}

}  // namespace cfkops::sandbox
