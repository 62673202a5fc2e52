#pragma once

#include "value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// What a JSONPath of a printer column or a selectable field finds, in order: names, quoted names,
/// indexes, `*` and filters on equality (client-go util/jsonpath). Nothing where a member is
/// missing or the path has more than these.
[[nodiscard]] std::vector<const Value*> find_json_path(const Value& root, std::string_view path);

/// The first found as text, as a column of type string prints it; null becomes "<no value>".
[[nodiscard]] std::string json_path_text(const Value& found);

}  // namespace cfkops::sandbox
