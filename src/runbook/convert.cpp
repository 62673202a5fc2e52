#include "map_value.hpp"
#include "number.hpp"
#include "span.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/quantity.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/runbook/semver.hpp"
#include "cfkops/runbook/type.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace cfkops::runbook {

namespace {

/// What was written, for a message: never a secret, never a page.
std::string shown(const Value& written) {
  const std::string text = shortened(written.text(), 60);
  const bool quote = written.as<std::string>() != nullptr;
  return quote ? "'" + text + "'" : text;
}

Error expected(const Type& type, const Value& written, std::string_view example) {
  const std::string found = written.is_secret() ? "a secret" : shown(written);
  return make_error(ErrorCode::InvalidInput,
                    fmt::format("expected {}, got {}", type.text(), found),
                    example.empty() ? std::string() : fmt::format("write it like {}", example));
}

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) {
    return std::nullopt;
  }
  return number;
}

Result<Value> to_bool(const Value& written, const Type& type) {
  const auto* text = written.as<std::string>();
  if (text != nullptr && (*text == "true" || *text == "false")) {
    return Value(*text == "true");
  }
  return written.as<bool>() != nullptr ? Result<Value>(written)
                                       : expected(type, written, "true or false");
}

Result<Value> to_int(const Value& written, const Type& type) {
  if (written.as<std::int64_t>() != nullptr) {
    return written;
  }
  if (const auto* text = written.as<std::string>()) {
    if (const auto number = read_number<std::int64_t>(*text)) {
      return Value(*number);
    }
  }
  if (written.as<std::uint64_t>() != nullptr) {
    if (const auto number = whole_number(written)) {
      return Value(*number);
    }
  }
  return expected(type, written, "12");
}

Result<Value> to_uint(const Value& written, const Type& type) {
  if (written.as<std::uint64_t>() != nullptr) {
    return written;
  }
  const auto* number = written.as<std::int64_t>();
  if (number != nullptr && *number >= 0) {
    return Value(static_cast<std::uint64_t>(*number));
  }
  if (const auto* text = written.as<std::string>()) {
    if (const auto read = read_number<std::uint64_t>(*text)) {
      return Value(*read);
    }
  }
  return expected(type, written, "12");
}

Result<Value> to_double(const Value& written, const Type& type) {
  if (written.as<double>() != nullptr) {
    return written;
  }
  if (const auto* number = written.as<std::int64_t>()) {
    return Value(static_cast<double>(*number));
  }
  if (const auto* number = written.as<std::uint64_t>()) {
    return Value(static_cast<double>(*number));
  }
  if (const auto* text = written.as<std::string>()) {
    const auto number = read_number<double>(*text);
    if (number && std::isfinite(*number)) {
      return Value(*number);
    }
  }
  return expected(type, written, "0.5");
}

Result<Value> to_duration(const Value& written, const Type& type) {
  if (written.as<Duration>() != nullptr) {
    return written;
  }
  if (const auto* text = written.as<std::string>()) {
    auto duration = base::parse_duration(*text);
    return duration ? Result<Value>(Value(*duration)) : expected(type, written, "30s, 5m or 1h30m");
  }
  if (const auto* number = written.as<std::int64_t>()) {
    return expected(type, written, fmt::format("{}s (a duration needs its unit)", *number));
  }
  return expected(type, written, "30s, 5m or 1h30m");
}

Result<Value> to_timestamp(const Value& written, const Type& type) {
  if (written.as<WallTime>() != nullptr) {
    return written;
  }
  if (const auto* text = written.as<std::string>()) {
    if (const auto time = base::parse_rfc3339(*text)) {
      return Value(*time);
    }
  }
  return expected(type, written, "2026-11-23T07:25:01Z");
}

Result<Value> to_quantity(const Value& written, const Type& type) {
  if (written.quantity() != nullptr) {
    return written;
  }
  const bool whole =
      written.as<std::int64_t>() != nullptr || written.as<std::uint64_t>() != nullptr;
  const auto* text = written.as<std::string>();
  auto quantity = whole || text != nullptr ? Quantity::parse(written.text()) : std::nullopt;
  return quantity ? Result<Value>(Value(*std::move(quantity)))
                  : expected(type, written, "500m, 2 or 10Gi");
}

Result<Value> to_enum(const Value& written, const Type& type) {
  const auto* text = written.as<std::string>();
  if (text == nullptr) {
    return expected(type, written, base::join(type.names, " or "));
  }
  for (const std::string& name : type.names) {
    if (name == *text) {
      return written;
    }
  }
  return make_error(ErrorCode::InvalidInput,
                    fmt::format("expected {}, got {}{}",
                                base::join(type.names, " or "),
                                shown(written),
                                base::did_you_mean(*text, type.names)));
}

Result<Value> to_ref(const Value& written, const Type& type) {
  if (written.map() != nullptr && written.member("name") != nullptr) {
    return written;
  }
  const auto* text = written.as<std::string>();
  const bool plain = text != nullptr && !text->empty() &&
                     text->find_first_of(" \t\r\n") == std::string::npos &&
                     !text->starts_with('/') && !text->ends_with('/');
  return plain ? Result<Value>(written) : expected(type, written, "my-kafka or confluent/my-kafka");
}

Result<Value> to_secret(const Value& written, const Type& type) {
  if (written.is_secret()) {
    return written;
  }
  if (const auto* text = written.as<std::string>()) {
    return Value(Redacted(*text));
  }
  // Whatever it is, it was meant to be a secret: it is not repeated.
  return make_error(ErrorCode::InvalidInput,
                    fmt::format("expected {} as text, got a {}", type.text(), written.type_name()));
}

/// A list or map written on a command line: JSON, or comma-separated parts.
Result<Value> from_text(const std::string& text, const Type& type) {
  const char first = type.kind == Type::Kind::List ? '[' : '{';
  if (text.starts_with(first)) {
    CFKOPS_ASSIGN(const Json json, Json::parse(text));
    return Value::from_json(json);
  }
  ValueList list;
  ValueMap map;
  for (const std::string& part :
       text.empty() ? std::vector<std::string>() : base::split(text, ',')) {
    const std::string_view item = base::trim(part);
    const std::size_t equals = item.find('=');
    if (type.kind == Type::Kind::List) {
      list.emplace_back(item);
    } else if (equals == std::string_view::npos) {
      return expected(type, text, "key=value,other=value");
    } else {
      map.insert_or_assign(std::string(item.substr(0, equals)), Value(item.substr(equals + 1)));
    }
  }
  return type.kind == Type::Kind::List ? Value(std::move(list)) : Value(std::move(map));
}

Result<Value> to_list(const Value& written, const Type& type) {
  if (const auto* text = written.as<std::string>()) {
    CFKOPS_ASSIGN(const Value parts, from_text(*text, type));
    return to_list(parts, type);
  }
  const ValueList* items = written.list();
  if (items == nullptr) {
    return expected(type, written, "[a, b]");
  }
  ValueList converted;
  converted.reserve(items->size());
  for (const Value& item : *items) {
    auto one = convert(item, type.element());
    if (!one) {
      return std::move(one).error().in(fmt::format("element {}", converted.size() + 1));
    }
    converted.push_back(*std::move(one));
  }
  return Value(std::move(converted));
}

Result<Value> to_map(const Value& written, const Type& type) {
  if (const auto* text = written.as<std::string>()) {
    CFKOPS_ASSIGN(const Value parts, from_text(*text, type));
    return to_map(parts, type);
  }
  if (!is_map(written)) {
    return expected(type, written, "{key: value}");
  }
  ValueEntries converted;
  for (const ValueEntry& entry : entries_of(written)) {
    auto key = convert(entry.key, type.key());
    auto one = key ? convert(entry.value, type.element()) : std::move(key);
    if (!one) {
      return std::move(one).error().in(fmt::format("key '{}'", entry.key.text()));
    }
    converted.push_back({entry.key, *std::move(one)});
  }
  auto map = make_map(std::move(converted));
  return map ? Result<Value>(*std::move(map))
             : make_error(ErrorCode::InvalidInput, std::move(map).error());
}

Result<Value> to_object(const Value& written, const Type& type) {
  const ValueMap* members = written.map();
  if (members == nullptr || type.fields.empty()) {
    return members != nullptr ? Result<Value>(written) : expected(type, written, "{key: value}");
  }
  std::vector<std::string> names;
  ValueMap converted;
  for (const Type::Field& field : type.fields) {
    names.push_back(field.name);
    const Value* item = written.member(field.name);
    if (item == nullptr && !field.type.maybe_missing) {
      return make_error(ErrorCode::InvalidInput, fmt::format("key '{}' is missing", field.name));
    }
    if (item == nullptr) {
      continue;
    }
    auto one = convert(*item, field.type);
    if (!one) {
      return std::move(one).error().in(fmt::format("key '{}'", field.name));
    }
    converted.emplace(field.name, *std::move(one));
  }
  for (const auto& [key, item] : *members) {
    if (type.field(key) == nullptr) {
      return make_error(ErrorCode::InvalidInput,
                        fmt::format("unknown key '{}'{}", key, base::did_you_mean(key, names)));
    }
  }
  return Value(std::move(converted));
}

Result<Value> to_optional(const Value& written, const Type& type) {
  const auto* optional = written.as<OptionalValue>();
  if (optional == nullptr) {
    return expected(type, written, {});
  }
  if (optional->value == nullptr) {
    return written;
  }
  CFKOPS_ASSIGN(Value inside, convert(*optional->value, type.element()));
  return Value(OptionalValue{std::make_shared<const Value>(std::move(inside))});
}

Result<Value> to_semver(const Value& written, const Type& type) {
  if (written.semver() != nullptr) {
    return written;
  }
  const auto* text = written.as<std::string>();
  auto version = text == nullptr ? std::nullopt : Semver::parse(*text);
  return version ? Result<Value>(Value(*std::move(version))) : expected(type, written, "1.2.3");
}

Result<Value> to_bytes(const Value& written, const Type& type) {
  if (written.as<Bytes>() != nullptr) {
    return written;
  }
  const auto* text = written.as<std::string>();
  auto data = base::base64_decode(text == nullptr ? "" : *text);
  if (text == nullptr || !data) {
    return expected(type, written, "aGVsbG8= (base64)");
  }
  return Value(Bytes{*std::move(data)});
}

Result<Value> to_string_value(const Value& written, const Type& type) {
  if (written.as<std::string>() != nullptr) {
    return written;
  }
  const bool scalar = written.list() == nullptr && written.map() == nullptr && !written.is_null();
  return expected(
      type,
      written,
      scalar && !written.is_secret() ? fmt::format("\"{}\"", written.text()) : std::string());
}

}  // namespace

Result<Value> convert(const Value& written, const Type& type) {
  switch (type.kind) {
    case Type::Kind::Any:
      return written;
    case Type::Kind::Null:
      return written.is_null() ? Result<Value>(written) : expected(type, written, "null");
    case Type::Kind::Bool:
      return to_bool(written, type);
    case Type::Kind::Int:
      return to_int(written, type);
    case Type::Kind::Uint:
      return to_uint(written, type);
    case Type::Kind::Double:
      return to_double(written, type);
    case Type::Kind::String:
      return to_string_value(written, type);
    case Type::Kind::Bytes:
      return to_bytes(written, type);
    case Type::Kind::Duration:
      return to_duration(written, type);
    case Type::Kind::Timestamp:
      return to_timestamp(written, type);
    case Type::Kind::Quantity:
      return to_quantity(written, type);
    case Type::Kind::Enum:
      return to_enum(written, type);
    case Type::Kind::List:
      return to_list(written, type);
    case Type::Kind::Map:
      return to_map(written, type);
    case Type::Kind::Object:
      return to_object(written, type);
    case Type::Kind::Ref:
      return to_ref(written, type);
    case Type::Kind::Secret:
      return to_secret(written, type);
    case Type::Kind::Optional:
      return to_optional(written, type);
    case Type::Kind::Semver:
      return to_semver(written, type);
    case Type::Kind::TypeType:
      return written.as<TypeValue>() != nullptr ? Result<Value>(written)
                                                : expected(type, written, "int");
  }
  return written;
}

}  // namespace cfkops::runbook
