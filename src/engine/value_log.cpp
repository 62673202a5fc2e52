#include "value_log.hpp"

#include "cfkops/base/crypto.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdint>
#include <limits>
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
  return std::nullopt;
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
