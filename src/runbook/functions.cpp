#include "functions.hpp"

#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::runbook {

namespace {

Computed size_of(const FunctionCall& call) {
  const Value& value = call.arguments[0];
  if (const auto* text = value.as<std::string>()) {
    return Value(count_characters(*text));
  }
  if (const auto* bytes = value.as<Bytes>()) {
    return Value(static_cast<std::int64_t>(bytes->data.size()));
  }
  if (const ValueList* list = value.list()) {
    return Value(static_cast<std::int64_t>(list->size()));
  }
  if (const ValueMap* map = value.map()) {
    return Value(static_cast<std::int64_t>(map->size()));
  }
  return no_overload("size", call.arguments);
}

/// The two strings of a string predicate.
struct Strings {
  const std::string* text = nullptr;
  const std::string* other = nullptr;
};

tl::expected<Strings, std::string> two_strings(std::string_view name, const FunctionCall& call) {
  const Strings strings{call.arguments[0].as<std::string>(), call.arguments[1].as<std::string>()};
  if (strings.text == nullptr || strings.other == nullptr) {
    return no_overload(name, call.arguments);
  }
  return strings;
}

Computed contains(const FunctionCall& call) {
  return two_strings("contains", call).map([](const Strings& s) {
    return Value(s.text->find(*s.other) != std::string::npos);
  });
}

Computed starts_with(const FunctionCall& call) {
  return two_strings("startsWith", call).map([](const Strings& s) {
    return Value(s.text->starts_with(*s.other));
  });
}

Computed ends_with(const FunctionCall& call) {
  return two_strings("endsWith", call).map([](const Strings& s) {
    return Value(s.text->ends_with(*s.other));
  });
}

Computed matches(const FunctionCall& call) {
  const auto strings = two_strings("matches", call);
  if (!strings) {
    return wrong(strings.error());
  }
  return call.regexes.matches(*strings->text, *strings->other).map([](bool yes) {
    return Value(yes);
  });
}

Computed dyn(const FunctionCall& call) {
  return call.arguments[0];
}

/// The candidates of min and max: the arguments, or the elements of the only one.
std::span<const Value> candidates(const FunctionCall& call) {
  const ValueList* list = call.arguments.size() == 1 ? call.arguments[0].list() : nullptr;
  return list == nullptr ? call.arguments : std::span<const Value>(*list);
}

Computed extreme(std::string_view name, ast::Operator better, const FunctionCall& call) {
  const std::span<const Value> values = candidates(call);
  if (values.empty()) {
    return wrong(fmt::format("{} of an empty list", name));
  }
  const Value* best = &values[0];
  for (const Value& value : values) {
    const Computed wins = apply(better, value, *best);
    if (!wins) {
      return wrong(fmt::format("{}: {}", name, wins.error()));
    }
    best = *wins->as<bool>() ? &value : best;
  }
  return *best;
}

Computed min_of(const FunctionCall& call) {
  return extreme("min", ast::Operator::Less, call);
}

Computed max_of(const FunctionCall& call) {
  return extreme("max", ast::Operator::Greater, call);
}

Computed join(const FunctionCall& call) {
  const ValueList* list = call.arguments[0].list();
  const Value empty("");
  const auto* separator = (call.arguments.size() > 1 ? call.arguments[1] : empty).as<std::string>();
  if (list == nullptr || separator == nullptr) {
    return no_overload("join", call.arguments);
  }
  std::vector<std::string> parts;
  for (const Value& item : *list) {
    const auto* text = item.as<std::string>();
    if (text == nullptr) {
      return wrong(fmt::format(
          "join takes a list of strings, element {} is {}", parts.size() + 1, item.type_name()));
    }
    parts.push_back(*text);
  }
  return Value(base::join(parts, *separator));
}

constexpr std::array<Function, 27> kFunctions = {{
    {"bool", true, false, 1, 1, to_bool_function, "bool(text) → bool"},
    {"bytes", true, false, 1, 1, to_bytes_function, "bytes(text) → bytes"},
    {"contains", false, true, 2, 2, contains, "text.contains(part) → bool"},
    {"double", true, false, 1, 1, to_double_function, "double(x) → double"},
    {"duration", true, false, 1, 1, to_duration_function, "duration('1h30m') → duration"},
    {"dyn", true, false, 1, 1, dyn, "dyn(x) → any"},
    {"endsWith", false, true, 2, 2, ends_with, "text.endsWith(part) → bool"},
    {"getDate", false, true, 1, 1, get_date, "time.getDate() → int, 1 to 31"},
    {"getDayOfMonth", false, true, 1, 1, get_day_of_month, "time.getDayOfMonth() → int, 0 to 30"},
    {"getDayOfWeek", false, true, 1, 1, get_day_of_week, "time.getDayOfWeek() → int, 0 is Sunday"},
    {"getDayOfYear", false, true, 1, 1, get_day_of_year, "time.getDayOfYear() → int, 0 to 365"},
    {"getFullYear", false, true, 1, 1, get_full_year, "time.getFullYear() → int"},
    {"getHours", false, true, 1, 1, get_hours, "time.getHours(), duration.getHours() → int"},
    {"getMilliseconds", false, true, 1, 1, get_milliseconds, "time.getMilliseconds() → int"},
    {"getMinutes",
     false,
     true,
     1,
     1,
     get_minutes,
     "time.getMinutes(), duration.getMinutes() → int"},
    {"getMonth", false, true, 1, 1, get_month, "time.getMonth() → int, 0 to 11"},
    {"getSeconds",
     false,
     true,
     1,
     1,
     get_seconds,
     "time.getSeconds(), duration.getSeconds() → int"},
    {"int", true, false, 1, 1, to_int_function, "int(x) → int"},
    {"join", false, true, 1, 2, join, "list.join(', ') → string"},
    {"matches", true, true, 2, 2, matches, "text.matches('^kafka-[0-9]+$') → bool"},
    {"max", true, true, 1, 32, max_of, "max(a, b), max(list), list.max()"},
    {"min", true, true, 1, 32, min_of, "min(a, b), min(list), list.min()"},
    {"size", true, true, 1, 1, size_of, "size(x), x.size() → int"},
    {"startsWith", false, true, 2, 2, starts_with, "text.startsWith(part) → bool"},
    {"string", true, false, 1, 1, to_string_function, "string(x) → string"},
    {"timestamp",
     true,
     false,
     1,
     1,
     to_timestamp_function,
     "timestamp('2026-11-23T07:25:01Z') → timestamp"},
    {"uint", true, false, 1, 1, to_uint_function, "uint(x) → uint"},
}};

}  // namespace

std::span<const Function> all_functions() {
  return kFunctions;
}

const Function* find_function(std::string_view name) {
  const auto* const found = std::find_if(
      kFunctions.begin(), kFunctions.end(), [&](const Function& f) { return f.name == name; });
  return found == kFunctions.end() ? nullptr : found;
}

tl::unexpected<std::string> wrong(std::string message) {
  return tl::make_unexpected(std::move(message));
}

tl::unexpected<std::string> no_overload(std::string_view name, std::span<const Value> arguments) {
  std::vector<std::string> types;
  for (const Value& argument : arguments) {
    types.emplace_back(argument.type_name());
  }
  return wrong(fmt::format("{}() does not take ({})", name, base::join(types, ", ")));
}

}  // namespace cfkops::runbook
