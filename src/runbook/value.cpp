#include "cfkops/runbook/value.hpp"

#include "moment.hpp"
#include "number.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/quantity.hpp"
#include "cfkops/runbook/semver.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace cfkops::runbook {

namespace {

/// Deeper JSON than this comes from no API; it becomes its text, so that no recursion runs out of
/// stack.
constexpr int kMaxDepth = 200;

Value value_of(const nlohmann::json& json, int depth) {
  if (depth > kMaxDepth) {
    return {json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  }
  if (json.is_boolean()) {
    return {json.get<bool>()};
  }
  if (json.is_number_unsigned()) {
    const auto number = json.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return {number};
    }
    return {static_cast<std::int64_t>(number)};
  }
  if (json.is_number_integer()) {
    return {json.get<std::int64_t>()};
  }
  if (json.is_number()) {
    return {json.get<double>()};
  }
  if (json.is_string()) {
    return {json.get_ref<const std::string&>()};
  }
  if (json.is_array()) {
    ValueList list;
    list.reserve(json.size());
    for (const nlohmann::json& item : json) {
      list.push_back(value_of(item, depth + 1));
    }
    return {std::move(list)};
  }
  if (json.is_object()) {
    ValueMap map;
    for (const auto& item : json.items()) {
      map.emplace(item.key(), value_of(item.value(), depth + 1));
    }
    return {std::move(map)};
  }
  return {};
}

nlohmann::json json_of(const Value& value);

/// Writes one alternative of a value as JSON.
struct JsonWriter {
  nlohmann::json operator()(std::monostate /*null*/) const { return nullptr; }

  nlohmann::json operator()(bool value) const { return value; }

  nlohmann::json operator()(std::int64_t value) const { return value; }

  nlohmann::json operator()(std::uint64_t value) const { return value; }

  nlohmann::json operator()(double value) const {
    // JSON knows no NaN and no infinity.
    return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(double_text(value));
  }

  nlohmann::json operator()(const std::string& value) const { return value; }

  nlohmann::json operator()(const Bytes& value) const { return base::base64_encode(value.data); }

  nlohmann::json operator()(Duration value) const { return base::format_duration(value); }

  nlohmann::json operator()(WallTime value) const { return base::format_rfc3339(value); }

  nlohmann::json operator()(const std::shared_ptr<const ValueList>& list) const {
    nlohmann::json array = nlohmann::json::array();
    for (const Value& item : *list) {
      array.push_back(json_of(item));
    }
    return array;
  }

  nlohmann::json operator()(const std::shared_ptr<const ValueMap>& map) const {
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [key, item] : *map) {
      object.emplace(key, json_of(item));
    }
    return object;
  }

  nlohmann::json operator()(const Redacted& /*secret*/) const { return Redacted::text(); }

  nlohmann::json operator()(LongDuration value) const { return duration_text(nanos_of(value)); }

  nlohmann::json operator()(FarTime value) const { return time_text(nanos_of(value)); }

  nlohmann::json operator()(const std::shared_ptr<const ValueEntries>& entries) const {
    nlohmann::json object = nlohmann::json::object();
    for (const ValueEntry& entry : *entries) {
      object.emplace(entry.key.text(), json_of(entry.value));
    }
    return object;
  }

  nlohmann::json operator()(const TypeValue& type) const { return type.name; }

  nlohmann::json operator()(const OptionalValue& optional) const {
    return optional.value == nullptr ? nlohmann::json() : json_of(*optional.value);
  }

  nlohmann::json operator()(const std::shared_ptr<const Quantity>& quantity) const {
    return quantity->text;
  }

  nlohmann::json operator()(const std::shared_ptr<const Semver>& semver) const {
    return semver->text();
  }
};

nlohmann::json json_of(const Value& value) {
  return std::visit(JsonWriter(), value.data());
}

/// The sum, or the largest number there is.
std::uint32_t added(std::uint32_t weight, std::size_t more) {
  constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
  return more > kMost - weight ? kMost : weight + static_cast<std::uint32_t>(more);
}

/// One, and the sixteen-byte pieces of a text.
std::uint32_t weight_of(std::string_view text) {
  return added(1, text.size() / 16);
}

std::uint32_t weight_of(const ValueList& items) {
  std::uint32_t weight = 1;
  for (const Value& item : items) {
    weight = added(weight, item.weight());
  }
  return weight;
}

std::uint32_t weight_of(const ValueMap& members) {
  std::uint32_t weight = 1;
  for (const auto& [key, item] : members) {
    weight = added(added(weight, key.size() / 16), item.weight());
  }
  return weight;
}

std::uint32_t weight_of(const ValueEntries& entries) {
  std::uint32_t weight = 1;
  for (const ValueEntry& entry : entries) {
    weight = added(added(weight, entry.key.weight() - 1), entry.value.weight());
  }
  return weight;
}

bool equal_maps(const ValueMap& a, const ValueMap& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](auto& x, auto& y) {
           return x.first == y.first && x.second == y.second;
         });
}

}  // namespace

Value::Value(bool value)
    : data_(value) {}

Value::Value(std::int64_t value)
    : data_(value) {}

Value::Value(int value)
    : data_(static_cast<std::int64_t>(value)) {}

Value::Value(std::uint64_t value)
    : data_(value) {}

Value::Value(double value)
    : data_(value) {}

Value::Value(std::string value)
    : data_(std::move(value)),
      weight_(weight_of(*as<std::string>())) {}

Value::Value(std::string_view value)
    : Value(std::string(value)) {}

Value::Value(const char* value)
    : Value(std::string(value)) {}

Value::Value(Bytes value)
    : data_(std::move(value)),
      weight_(weight_of(as<Bytes>()->data)) {}

Value::Value(Duration value)
    : data_(value) {}

Value::Value(WallTime value)
    : data_(value) {}

Value::Value(ValueList value)
    : data_(std::make_shared<const ValueList>(std::move(value))),
      weight_(weight_of(*list())),
      tainted_(std::any_of(
          list()->begin(), list()->end(), [](const Value& item) { return item.tainted(); })) {}

Value::Value(ValueMap value)
    : data_(std::make_shared<const ValueMap>(std::move(value))),
      weight_(weight_of(*map())),
      tainted_(std::any_of(map()->begin(), map()->end(), [](const auto& member) {
        return member.second.tainted();
      })) {}

Value::Value(Redacted value)
    : data_(std::move(value)),
      tainted_(true) {}

Value::Value(LongDuration value)
    : data_(value) {}

Value::Value(FarTime value)
    : data_(value) {}

Value::Value(TypeValue value)
    : data_(std::move(value)) {}

Value::Value(OptionalValue value)
    : data_(std::move(value)) {
  const auto& inner = std::get<OptionalValue>(data_).value;
  if (inner != nullptr) {
    weight_ = added(inner->weight(), 1);
    tainted_ = inner->tainted();
  }
}

Value::Value(Quantity value)
    : data_(std::make_shared<const Quantity>(std::move(value))),
      weight_(weight_of(quantity()->text)) {}

Value::Value(Semver value)
    : data_(std::make_shared<const Semver>(std::move(value))),
      weight_(weight_of(semver()->text())) {}

Value Value::of_entries(ValueEntries entries) {
  Value value;
  value.weight_ = weight_of(entries);
  value.tainted_ = std::any_of(entries.begin(), entries.end(), [](const ValueEntry& entry) {
    return entry.value.tainted();
  });
  value.data_ = std::make_shared<const ValueEntries>(std::move(entries));
  return value;
}

Value Value::from_json(const Json& json) {
  return value_of(json.raw(), 0);
}

const ValueList* Value::list() const {
  const auto* shared = as<std::shared_ptr<const ValueList>>();
  return shared == nullptr ? nullptr : shared->get();
}

const ValueMap* Value::map() const {
  const auto* shared = as<std::shared_ptr<const ValueMap>>();
  return shared == nullptr ? nullptr : shared->get();
}

const ValueEntries* Value::entries() const {
  const auto* shared = as<std::shared_ptr<const ValueEntries>>();
  return shared == nullptr ? nullptr : shared->get();
}

const Quantity* Value::quantity() const {
  const auto* shared = as<std::shared_ptr<const Quantity>>();
  return shared == nullptr ? nullptr : shared->get();
}

const Semver* Value::semver() const {
  const auto* shared = as<std::shared_ptr<const Semver>>();
  return shared == nullptr ? nullptr : shared->get();
}

const Value* Value::member(std::string_view key) const {
  const ValueMap* members = map();
  if (members == nullptr) {
    return nullptr;
  }
  const auto found = members->find(key);
  return found == members->end() ? nullptr : &found->second;
}

std::string_view Value::type_name() const {
  constexpr std::array<std::string_view, 19> kNames = {"null",
                                                       "bool",
                                                       "int",
                                                       "uint",
                                                       "double",
                                                       "string",
                                                       "bytes",
                                                       "duration",
                                                       "timestamp",
                                                       "list",
                                                       "map",
                                                       "secret",
                                                       "duration",
                                                       "timestamp",
                                                       "map",
                                                       "type",
                                                       "optional",
                                                       "quantity",
                                                       "semver"};
  static_assert(std::size(kNames) == std::variant_size_v<Data>);
  return kNames[data_.index()];
}

std::string Value::text() const {
  if (const auto* string = as<std::string>()) {
    return *string;
  }
  if (const auto* number = as<double>()) {
    return double_text(*number);
  }
  const Json json = to_json();
  return json.is_string() ? json.string_or("", "") : json.dump();
}

Json Value::to_json() const {
  return Json(json_of(*this));
}

bool operator==(const Value& a, const Value& b) {
  if (const auto order = compare_numbers(a, b)) {
    return *order == std::partial_ordering::equivalent;
  }
  if (a.data_.index() != b.data_.index()) {
    return false;
  }
  if (a.list() != nullptr) {
    return *a.list() == *b.list();
  }
  if (a.map() != nullptr) {
    return equal_maps(*a.map(), *b.map());
  }
  if (a.entries() != nullptr) {
    return *a.entries() == *b.entries();
  }
  if (a.quantity() != nullptr) {
    return *a.quantity() == *b.quantity();
  }
  if (a.semver() != nullptr) {
    return *a.semver() == *b.semver();
  }
  return a.data_ == b.data_;
}

bool operator==(const OptionalValue& a, const OptionalValue& b) {
  const bool both = a.value != nullptr && b.value != nullptr;
  return both ? *a.value == *b.value : a.value == b.value;
}

}  // namespace cfkops::runbook
