#pragma once

#include "ast.hpp"

#include "cfkops/runbook/value.hpp"

#include <optional>
#include <string>
#include <string_view>

/// How a name in an expression is looked up.
namespace cfkops::runbook {

/// Where `name` stands in `names`: in container "a.b" as a.b.name, then a.name, then name itself;
/// an absolute one only as itself.
template <class Map>
[[nodiscard]] typename Map::const_iterator find_name(const Map& names,
                                                     std::string_view container,
                                                     const std::string& name,
                                                     bool absolute) {
  while (!absolute && !container.empty()) {
    const auto found = names.find(std::string(container) + "." + name);
    if (found != names.end()) {
      return found;
    }
    const std::size_t dot = container.rfind('.');
    container = container.substr(0, dot == std::string_view::npos ? 0 : dot);
  }
  return names.find(name);
}

/// Some of the names has a dot in it, so that a.b may be one of them.
template <class Map>
[[nodiscard]] bool has_qualified(const Map& names) {
  for (const auto& known : names) {
    if (known.first.find('.') != std::string::npos) {
      return true;
    }
  }
  return false;
}

/// The type that a name denotes, such as int or google.protobuf.Timestamp, as a value.
[[nodiscard]] std::optional<Value> type_named(std::string_view name);

/// Whether a member chain may be the name of a type as a whole.
[[nodiscard]] bool may_name_type(const ast::Node& member);

/// What type(value) gives.
[[nodiscard]] Value type_of_a(const Value& value);

}  // namespace cfkops::runbook
