#include "names.hpp"

#include <algorithm>
#include <array>

namespace cfkops::runbook {

namespace {

constexpr std::string_view kDuration = "google.protobuf.Duration";
constexpr std::string_view kTimestamp = "google.protobuf.Timestamp";

constexpr std::array<std::string_view, 15> kTypes = {"bool",
                                                     "bytes",
                                                     "double",
                                                     kDuration,
                                                     kTimestamp,
                                                     "int",
                                                     "kubernetes.Quantity",
                                                     "kubernetes.Semver",
                                                     "list",
                                                     "map",
                                                     "null_type",
                                                     "optional_type",
                                                     "string",
                                                     "type",
                                                     "uint"};

/// In the order of Value::Data.
constexpr std::array<std::string_view, std::variant_size_v<Value::Data>> kTypeOf = {
    "null_type",
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    kDuration,
    kTimestamp,
    "list",
    "map",
    "secret",
    kDuration,
    kTimestamp,
    "map",
    "type",
    "optional_type",
    "kubernetes.Quantity",
    "kubernetes.Semver"};

}  // namespace

std::optional<Value> type_named(std::string_view name) {
  const bool known = std::find(kTypes.begin(), kTypes.end(), name) != kTypes.end();
  return known ? std::optional(Value(TypeValue{std::string(name)})) : std::nullopt;
}

bool may_name_type(const ast::Node& member) {
  const ast::Node* root = ast::root_of(member);
  return root != nullptr && (root->name == "google" || root->name == "kubernetes");
}

Value type_of_a(const Value& value) {
  return {TypeValue{std::string(kTypeOf.at(value.data().index()))}};
}

}  // namespace cfkops::runbook
