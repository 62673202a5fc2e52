#include "builtins.hpp"
#include "map_value.hpp"
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
  if (is_map(value)) {
    return Value(static_cast<std::int64_t>(map_size(value)));
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
    return Value(find_text(*s.text, *s.other, 0) != std::string_view::npos);
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

using enum Cost;

constexpr std::array<Function, 67> kFunctions = {{
    {"add", false, true, 2, 2, add_quantity, "quantity.add(quantity or int) → quantity"},
    {"asApproximateFloat",
     false,
     true,
     1,
     1,
     as_approximate_float,
     "quantity.asApproximateFloat() → double"},
    {"asInteger", false, true, 1, 1, as_integer, "quantity.asInteger() → int"},
    {"bool", true, false, 1, 1, to_bool_function, "bool(text) → bool"},
    {"bytes", true, false, 1, 1, to_bytes_function, "bytes(text) → bytes"},
    {"charAt", false, true, 2, 2, char_at, "text.charAt(2) → string"},
    {"compareTo",
     false,
     true,
     2,
     2,
     compare_to,
     "a.compareTo(b) → int, of quantities and versions"},
    {"contains", false, true, 2, 2, contains, "text.contains(part) → bool"},
    {"double", true, false, 1, 1, to_double_function, "double(x) → double"},
    {"duration", true, false, 1, 1, to_duration_function, "duration('1h30m') → duration"},
    {"dyn", true, false, 1, 1, dyn, "dyn(x) → any", Top, true},
    {"endsWith", false, true, 2, 2, ends_with, "text.endsWith(part) → bool"},
    {"find",
     false,
     true,
     2,
     2,
     find_match,
     "text.find('[0-9]+') → string, '' where nothing matches"},
    {"findAll",
     false,
     true,
     2,
     3,
     find_all_matches,
     "text.findAll('[0-9]+'), text.findAll('[0-9]+', 3) → list<string>"},
    {"format", false, true, 2, 2, format_text, "'%s: %d'.format(['a', 1]) → string", Walk},
    {"getDate",
     false,
     true,
     1,
     2,
     get_date,
     "time.getDate(), time.getDate('Europe/Berlin') → int, 1 to 31",
     TimeZone},
    {"getDayOfMonth",
     false,
     true,
     1,
     2,
     get_day_of_month,
     "time.getDayOfMonth() → int, 0 to 30",
     TimeZone},
    {"getDayOfWeek",
     false,
     true,
     1,
     2,
     get_day_of_week,
     "time.getDayOfWeek() → int, 0 is Sunday",
     TimeZone},
    {"getDayOfYear",
     false,
     true,
     1,
     2,
     get_day_of_year,
     "time.getDayOfYear() → int, 0 to 365",
     TimeZone},
    {"getFullYear", false, true, 1, 2, get_full_year, "time.getFullYear() → int", TimeZone},
    {"getHours",
     false,
     true,
     1,
     2,
     get_hours,
     "time.getHours(), time.getHours('+02:00'), duration.getHours() → int",
     TimeZone},
    {"getMilliseconds",
     false,
     true,
     1,
     2,
     get_milliseconds,
     "time.getMilliseconds(), duration.getMilliseconds() → int",
     TimeZone},
    {"getMinutes",
     false,
     true,
     1,
     2,
     get_minutes,
     "time.getMinutes(), duration.getMinutes() → int",
     TimeZone},
    {"getMonth", false, true, 1, 2, get_month, "time.getMonth() → int, 0 to 11", TimeZone},
    {"getSeconds",
     false,
     true,
     1,
     2,
     get_seconds,
     "time.getSeconds(), duration.getSeconds() → int",
     TimeZone},
    {"hasValue", false, true, 1, 1, has_value, "optional.hasValue() → bool", Top, true},
    {"indexOf",
     false,
     true,
     2,
     3,
     index_of,
     "text.indexOf(part), text.indexOf(part, 3), list.indexOf(x) → int, -1 where there is none",
     Walk},
    {"int", true, false, 1, 1, to_int_function, "int(x) → int"},
    {"isGreaterThan",
     false,
     true,
     2,
     2,
     is_greater_than,
     "a.isGreaterThan(b) → bool, of quantities and versions"},
    {"isInteger", false, true, 1, 1, is_integer, "quantity.isInteger() → bool"},
    {"isLessThan",
     false,
     true,
     2,
     2,
     is_less_than,
     "a.isLessThan(b) → bool, of quantities and versions"},
    {"isQuantity", true, false, 1, 1, is_quantity, "isQuantity('10Gi') → bool"},
    {"isSemver", true, false, 1, 2, is_semver, "isSemver('1.2.3'), isSemver('v1.2', true) → bool"},
    {"isSorted", false, true, 1, 1, is_sorted, "list.isSorted() → bool", Walk},
    {"join", false, true, 1, 2, join, "list.join(', ') → string", Walk},
    {"lastIndexOf",
     false,
     true,
     2,
     3,
     last_index_of,
     "text.lastIndexOf(part), text.lastIndexOf(part, 3), list.lastIndexOf(x) → int",
     Walk},
    {"lowerAscii", false, true, 1, 1, lower_ascii, "text.lowerAscii() → string"},
    {"major", false, true, 1, 1, major_of, "version.major() → int"},
    {"matches", true, true, 2, 2, matches, "text.matches('^kafka-[0-9]+$') → bool"},
    {"max", true, true, 1, 32, max_of, "max(a, b), max(list), list.max()", Walk},
    {"min", true, true, 1, 32, min_of, "min(a, b), min(list), list.min()", Walk},
    {"minor", false, true, 1, 1, minor_of, "version.minor() → int"},
    {"optional.none", true, false, 0, 0, optional_none, "optional.none() → optional"},
    {"optional.of", true, false, 1, 1, optional_of, "optional.of(x) → optional", Top, true},
    {"optional.ofNonZeroValue",
     true,
     false,
     1,
     1,
     optional_of_non_zero,
     "optional.ofNonZeroValue(x) → optional, none of 0, '', [] and their like"},
    {"or", false, true, 2, 2, or_optional, "optional.or(optional) → optional", Top, true},
    {"orValue", false, true, 2, 2, or_value, "a.?b.orValue(x) → the value, or x", Top, true},
    {"patch", false, true, 1, 1, patch_of, "version.patch() → int"},
    {"quantity", true, false, 1, 1, quantity_function, "quantity('10Gi') → quantity"},
    {"replace",
     false,
     true,
     3,
     4,
     replace,
     "text.replace(old, new), text.replace(old, new, 1) → string",
     Replace},
    {"reverse", false, true, 1, 1, reverse, "text.reverse() → string"},
    {"semver",
     true,
     false,
     1,
     2,
     semver_function,
     "semver('1.2.3'), semver('v1.2', true) → semver"},
    {"sign", false, true, 1, 1, sign_of, "quantity.sign() → int, -1, 0 or 1"},
    {"size", true, true, 1, 1, size_of, "size(x), x.size() → int"},
    {"split",
     false,
     true,
     2,
     3,
     split,
     "text.split(','), text.split(',', 2) → list<string>",
     Split},
    {"startsWith", false, true, 2, 2, starts_with, "text.startsWith(part) → bool"},
    {"string", true, false, 1, 1, to_string_function, "string(x) → string"},
    {"strings.quote", true, false, 1, 1, quote, "strings.quote(text) → string in double quotes"},
    {"sub", false, true, 2, 2, subtract_quantity, "quantity.sub(quantity or int) → quantity"},
    {"substring", false, true, 2, 3, substring, "text.substring(4), text.substring(0, 4) → string"},
    {"sum", false, true, 1, 1, sum_of, "list.sum() → number or duration", Walk},
    {"timestamp",
     true,
     false,
     1,
     1,
     to_timestamp_function,
     "timestamp('2026-11-23T07:25:01Z') → timestamp"},
    {"trim", false, true, 1, 1, trim, "text.trim() → string"},
    {"type", true, false, 1, 1, type_function, "type(x) → type"},
    {"uint", true, false, 1, 1, to_uint_function, "uint(x) → uint"},
    {"upperAscii", false, true, 1, 1, upper_ascii, "text.upperAscii() → string"},
    {"value",
     false,
     true,
     1,
     1,
     value_function,
     "optional.value() → the value; an error where there is none",
     Top,
     true},
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
