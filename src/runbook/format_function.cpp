#include "builtins.hpp"
#include "map_value.hpp"
#include "moment.hpp"
#include "number.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace cfkops::runbook {

namespace {

using Text = tl::expected<std::string, std::string>;

tl::unexpected<std::string> unfit(std::string_view clause, const Value& value) {
  return wrong(fmt::format("format: %{} does not take {}", clause, value.type_name()));
}

std::optional<double> number_of(const Value& value) {
  if (const auto* number = value.as<double>()) {
    return *number;
  }
  if (const auto* number = value.as<std::int64_t>()) {
    return static_cast<double>(*number);
  }
  const auto* number = value.as<std::uint64_t>();
  return number == nullptr ? std::nullopt : std::optional(static_cast<double>(*number));
}

Text plain(const Value& value);

Text list_text(const ValueList& list) {
  std::vector<std::string> parts;
  for (const Value& item : list) {
    Text part = plain(item);
    if (!part) {
      return part;
    }
    parts.push_back(*std::move(part));
  }
  return "[" + base::join(parts, ", ") + "]";
}

/// The members by the texts of their keys.
Text map_text(const Value& map) {
  std::vector<std::pair<std::string, std::string>> members;
  for (const ValueEntry& entry : entries_of(map)) {
    Text key = plain(entry.key);
    Text value = plain(entry.value);
    if (!key || !value) {
      return key ? value : key;
    }
    members.emplace_back(*std::move(key), *std::move(value));
  }
  std::sort(members.begin(), members.end());
  std::vector<std::string> parts;
  parts.reserve(members.size());
  for (const auto& [key, value] : members) {
    parts.push_back(fmt::format("{}: {}", key, value));
  }
  return "{" + base::join(parts, ", ") + "}";
}

/// %s
Text plain(const Value& value) {
  if (const auto* bytes = value.as<Bytes>()) {
    return is_utf8(bytes->data) ? Text(bytes->data) : Text(wrong("the bytes are not UTF-8"));
  }
  if (const ValueList* list = value.list()) {
    return list_text(*list);
  }
  if (is_map(value)) {
    return map_text(value);
  }
  if (const auto duration = duration_nanos(value)) {
    return duration_text(*duration);
  }
  if (const auto time = time_nanos(value)) {
    return time_text(*time);
  }
  return value.as<OptionalValue>() == nullptr ? Text(value.text()) : Text(unfit("s", value));
}

/// %d: whole numbers, and what is beyond all of them.
Text decimal(const Value& value) {
  const auto* number = value.as<double>();
  const bool whole = number == nullptr && number_of(value).has_value();
  return whole || (number != nullptr && !std::isfinite(*number)) ? Text(value.text())
                                                                 : Text(unfit("d", value));
}

/// %f and %e
Text floating(char clause, const Value& value, int precision) {
  const auto number = number_of(value);
  if (!number) {
    return unfit(std::string(1, clause), value);
  }
  if (!std::isfinite(*number)) {
    return double_text(*number);
  }
  return clause == 'f' ? fmt::format("{:.{}f}", *number, precision)
                       : fmt::format("{:.{}e}", *number, precision);
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return text;
}

/// A whole number to base 2, 8 or 16.
Text based(char clause, const Value& value) {
  const auto write = [&](auto number) {
    return clause == 'b'
               ? fmt::format("{:b}", number)
               : (clause == 'o' ? fmt::format("{:o}", number) : fmt::format("{:x}", number));
  };
  if (const auto* number = value.as<std::int64_t>()) {
    return write(*number);
  }
  if (const auto* number = value.as<std::uint64_t>()) {
    return write(*number);
  }
  return unfit(std::string(1, clause), value);
}

/// %x and %X
Text hexadecimal(char clause, const Value& value) {
  const auto* text = value.as<std::string>();
  const auto* bytes = value.as<Bytes>();
  Text result = based('x', value);
  if (text != nullptr || bytes != nullptr) {
    result = hex(text != nullptr ? *text : bytes->data);
  }
  if (result && clause == 'X') {
    *result = base::upper(*result);
  }
  return result;
}

Text clause_text(char clause, const Value& value, int precision) {
  switch (clause) {
    case 's':
      return plain(value);
    case 'd':
      return decimal(value);
    case 'f':
    case 'e':
      return floating(clause, value, precision);
    case 'b':
      return value.as<bool>() != nullptr ? Text(*value.as<bool>() ? "1" : "0")
                                         : based(clause, value);
    case 'o':
      return based(clause, value);
    case 'x':
    case 'X':
      return hexadecimal(clause, value);
    default:
      return wrong(fmt::format("format: '%{}' is none of %s %d %f %e %b %o %x %X %%", clause));
  }
}

/// Takes ".3" off `rest`: the precision, 6 without one, nothing where it is malformed.
std::optional<int> take_precision(std::string_view& rest) {
  constexpr int kDefault = 6;
  constexpr std::size_t kMostDigits = 2;
  if (!rest.starts_with('.')) {
    return kDefault;
  }
  rest.remove_prefix(1);
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (digits == 0 || digits > kMostDigits) {
    return std::nullopt;
  }
  int precision = 0;
  for (const char digit : rest.substr(0, digits)) {
    precision = precision * 10 + (digit - '0');
  }
  rest.remove_prefix(digits);
  return precision;
}

Text formatted(std::string_view rest, const ValueList& arguments) {
  std::string result;
  std::size_t next = 0;
  while (!rest.empty()) {
    const std::size_t percent = std::min(rest.find('%'), rest.size());
    result += rest.substr(0, percent);
    rest.remove_prefix(percent);
    if (rest.empty()) {
      break;
    }
    rest.remove_prefix(1);
    if (rest.starts_with('%')) {
      result += '%';
      rest.remove_prefix(1);
      continue;
    }
    const auto precision = take_precision(rest);
    if (!precision || rest.empty()) {
      return wrong("format: behind a '%' stands a clause such as %s or %.3f, or another '%'");
    }
    if (next >= arguments.size()) {
      return wrong(fmt::format("format: there is no element {} in the list", next + 1));
    }
    Text text = clause_text(rest.front(), arguments[next++], *precision);
    if (!text) {
      return text;
    }
    result += *text;
    rest.remove_prefix(1);
  }
  return result;
}

}  // namespace

Computed format_text(const FunctionCall& call) {
  const auto* text = call.arguments[0].as<std::string>();
  const ValueList* arguments = call.arguments[1].list();
  if (text == nullptr || arguments == nullptr) {
    return no_overload("format", call.arguments);
  }
  return formatted(*text, *arguments).map([](std::string result) {
    return Value(std::move(result));
  });
}

}  // namespace cfkops::runbook
