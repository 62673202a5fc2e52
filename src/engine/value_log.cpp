#include "value_log.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/quantity.hpp"
#include "cfkops/runbook/semver.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cfkops::engine {
namespace {

using nlohmann::json;
using runbook::Value;

constexpr const char* kDuration = "$duration";
constexpr const char* kTime = "$time";
constexpr const char* kUint = "$uint";
constexpr const char* kDouble = "$double";
constexpr const char* kBytes = "$bytes";
constexpr const char* kMap = "$map";
constexpr const char* kSecret = "$secret";
constexpr const char* kLongDuration = "$long_duration";
constexpr const char* kFarTime = "$far_time";
constexpr const char* kEntries = "$entries";
constexpr const char* kType = "$type";
constexpr const char* kOptional = "$optional";
constexpr const char* kQuantity = "$quantity";
constexpr const char* kSemver = "$semver";

json log_of(const Value& value);

json members_of(const runbook::ValueMap& map) {
  json object = json::object();
  for (const auto& [key, item] : map) {
    object.emplace(key, log_of(item));
  }
  return object;
}

/// Writes one alternative of a value.
struct LogWriter {
  json operator()(std::monostate /*null*/) const { return nullptr; }

  json operator()(bool value) const { return value; }

  json operator()(std::int64_t value) const { return value; }

  json operator()(std::uint64_t value) const { return {{kUint, std::to_string(value)}}; }

  json operator()(double value) const { return {{kDouble, Value(value).text()}}; }

  json operator()(const std::string& value) const { return value; }

  json operator()(const runbook::Bytes& value) const {
    return {{kBytes, base::base64_encode(value.data)}};
  }

  json operator()(Duration value) const { return {{kDuration, std::to_string(value.count())}}; }

  json operator()(WallTime value) const {
    return {{kTime, std::to_string(value.time_since_epoch().count())}};
  }

  json operator()(const std::shared_ptr<const runbook::ValueList>& list) const {
    json array = json::array();
    for (const Value& item : *list) {
      array.push_back(log_of(item));
    }
    return array;
  }

  json operator()(const std::shared_ptr<const runbook::ValueMap>& map) const {
    // A map of one member could be taken for one of ours.
    const bool alike = map->size() == 1 && map->begin()->first.starts_with('$');
    return alike ? json{{kMap, members_of(*map)}} : members_of(*map);
  }

  json operator()(const Redacted& /*secret*/) const { return {{kSecret, nullptr}}; }

  json operator()(runbook::LongDuration value) const {
    return {{kLongDuration, {{"seconds", value.seconds}, {"nanos", value.nanos}}}};
  }

  json operator()(runbook::FarTime value) const {
    return {{kFarTime, {{"seconds", value.seconds}, {"nanos", value.nanos}}}};
  }

  json operator()(const std::shared_ptr<const runbook::ValueEntries>& entries) const {
    json array = json::array();
    for (const runbook::ValueEntry& entry : *entries) {
      array.push_back({{"key", log_of(entry.key)}, {"value", log_of(entry.value)}});
    }
    return {{kEntries, std::move(array)}};
  }

  json operator()(const runbook::TypeValue& type) const { return {{kType, type.name}}; }

  json operator()(const runbook::OptionalValue& optional) const {
    json array = json::array();
    if (optional.value != nullptr) {
      array.push_back(log_of(*optional.value));
    }
    return {{kOptional, std::move(array)}};
  }

  json operator()(const std::shared_ptr<const base::Quantity>& quantity) const {
    return {{kQuantity, quantity->text}};
  }

  json operator()(const std::shared_ptr<const runbook::Semver>& version) const {
    return {{kSemver, version->text()}};
  }
};

json log_of(const Value& value) {
  return value.tainted() ? json{{kSecret, nullptr}} : std::visit(LogWriter(), value.data());
}

template <class T>
std::optional<T> number_in(const std::string& text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                  : std::nullopt;
}

double double_in(const std::string& text) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (const auto number = number_in<double>(text)) {
    return *number;
  }
  if (text.find("nf") != std::string::npos) {
    return text.starts_with('-') ? -kInfinity : kInfinity;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

Value value_from(const Json& written);

bool is_secret(const Json& written) {
  return written.is_object() && written.raw().contains(kSecret);
}

runbook::ValueMap map_from(const Json& written) {
  runbook::ValueMap map;
  for (const auto& [key, item] : written.members()) {
    if (!is_secret(item)) {
      map.emplace(key, value_from(item));
    }
  }
  return map;
}

Value entries_from(const Json& written) {
  runbook::ValueEntries entries;
  for (const Json& entry : written.items()) {
    entries.push_back({value_from(entry.get("/key")), value_from(entry.get("/value"))});
  }
  return Value::of_entries(std::move(entries));
}

Value optional_from(const Json& written) {
  runbook::OptionalValue optional;
  for (const Json& inside : written.items()) {
    optional.value = std::make_shared<const Value>(value_from(inside));
  }
  return {std::move(optional)};
}

/// The same as `tagged` of what JSON and CEL's simple types do not have.
std::optional<Value> tagged_more(const std::string& tag, const Json& content) {
  if (tag == kEntries) {
    return entries_from(content);
  }
  if (tag == kOptional) {
    return optional_from(content);
  }
  if (tag == kType) {
    return Value(runbook::TypeValue{content.string_or("", "")});
  }
  if (tag == kQuantity) {
    auto quantity = base::Quantity::parse(content.string_or("", ""));
    return quantity ? std::optional<Value>(*std::move(quantity)) : std::nullopt;
  }
  if (tag == kSemver) {
    auto version = runbook::Semver::parse(content.string_or("", ""));
    return version ? std::optional<Value>(*std::move(version)) : std::nullopt;
  }
  if (tag != kLongDuration && tag != kFarTime) {
    return std::nullopt;
  }
  const auto seconds = content.int_at("/seconds");
  const auto nanos = content.int_at("/nanos");
  if (!seconds || !nanos) {
    return std::nullopt;
  }
  const auto rest = static_cast<std::int32_t>(*nanos);
  return tag == kFarTime ? Value(runbook::FarTime{*seconds, rest})
                         : Value(runbook::LongDuration{*seconds, rest});
}

/// What a map of one member means where the member's name is one of ours.
std::optional<Value> tagged(const std::string& tag, const Json& content) {
  const std::string text = content.string_or("", "");
  if (tag == kMap) {
    return Value(map_from(content));
  }
  if (tag == kDouble) {
    return Value(double_in(text));
  }
  if (tag == kBytes) {
    const auto bytes = base::base64_decode(text);
    return bytes ? std::optional<Value>(runbook::Bytes{*bytes}) : std::nullopt;
  }
  if (tag == kUint) {
    const auto number = number_in<std::uint64_t>(text);
    return number ? std::optional<Value>(*number) : std::nullopt;
  }
  if (tag == kDuration || tag == kTime) {
    const auto number = number_in<std::int64_t>(text);
    if (!number) {
      return std::nullopt;
    }
    return tag == kTime ? Value(WallTime(WallTime::duration(*number))) : Value(Duration(*number));
  }
  return tagged_more(tag, content);
}

Value value_from(const Json& written) {
  if (written.is_array()) {
    runbook::ValueList list;
    for (const Json& item : written.items()) {
      list.push_back(value_from(item));
    }
    return {std::move(list)};
  }
  if (!written.is_object()) {
    return Value::from_json(written);
  }
  const auto members = written.members();
  if (members.size() == 1) {
    if (auto value = tagged(members.front().first, members.front().second)) {
      return *std::move(value);
    }
  }
  return {map_from(written)};
}

}  // namespace

nlohmann::json to_log(const runbook::ValueMap& values) {
  return members_of(values);
}

runbook::ValueMap values_from_log(const Json& written) {
  return map_from(written);
}

std::vector<std::string> secrets_in_log(const Json& written) {
  std::vector<std::string> names;
  for (const auto& [name, item] : written.members()) {
    if (is_secret(item)) {
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace cfkops::engine
