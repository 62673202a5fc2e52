#pragma once

#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// The lines of kinds/shapes.json, which the build puts into the program; they live for ever.
[[nodiscard]] std::vector<std::string_view> shape_lines();

}  // namespace cfkops::sandbox
