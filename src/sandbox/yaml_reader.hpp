#pragma once

#include "value.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// One YAML document, which JSON is too, as the API server's parser reads it. Keys that come twice,
/// of which the last counts, are one entry of `strict`: `yaml: unmarshal errors:\n  line 1: key "k"
/// already set in map`. The error: `yaml: line 1: did not find expected node content`.
[[nodiscard]] tl::expected<Value, std::string> read_yaml(std::string_view text,
                                                         std::vector<std::string>& strict);

}  // namespace cfkops::sandbox
