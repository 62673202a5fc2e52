#pragma once

#include <string_view>
#include <vector>

namespace cfkops::base {

/// The shapes of Kubernetes' built-in kinds: the lines of one JSON document without escapes, which
/// cmake/kind_shapes.py made from the published API and says how to read. The build puts them into
/// the program; they live for ever.
[[nodiscard]] std::vector<std::string_view> kind_shape_lines();

}  // namespace cfkops::base
