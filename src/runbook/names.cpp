#include "names.hpp"

#include <algorithm>
#include <array>
#include <utility>

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

/// What CEL calls a type that we call otherwise.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kCelNames = {
    {{"null", "null_type"},
     {"duration", kDuration},
     {"timestamp", kTimestamp},
     {"optional", "optional_type"},
     {"quantity", "kubernetes.Quantity"},
     {"semver", "kubernetes.Semver"}}};

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
  const std::string_view ours = value.type_name();
  const auto* const found = std::find_if(kCelNames.begin(),
                                         kCelNames.end(),
                                         [ours](const auto& names) { return names.first == ours; });
  return {TypeValue{std::string(found == kCelNames.end() ? ours : found->second)}};
}

}  // namespace cfkops::runbook
