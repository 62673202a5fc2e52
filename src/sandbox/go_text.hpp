#pragma once

#include "value.hpp"

#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// A value as Go's %v prints decoded JSON: `map[a:1 b:[x y]]`, `<nil>`.
[[nodiscard]] std::string go_plain(const Value& value);

/// The Go type of decoded JSON: "string", "int64", "map[string]interface {}"; "<nil>" for null.
[[nodiscard]] std::string_view go_type_of(const Value& value);

/// Its kind: "string", "int64", "map", "slice".
[[nodiscard]] std::string_view go_kind_of(const Value& value);

}  // namespace cfkops::sandbox
