#pragma once

#include "cfkops/base/json.hpp"

#include <string>
#include <string_view>

namespace cfkops::base {

/// `value` as one YAML document in block style, object keys sorted. `parse_yaml` and `to_json` give
/// the same value again (bytes that are no UTF-8 are replaced, as `Json::dump` does): a string is
/// quoted wherever a reader of YAML 1.1 or 1.2 could take it for something else.
[[nodiscard]] std::string to_yaml(const Json& value);

/// YAML 1.1 or 1.2 takes this word for null or a truth value, in whatever case.
[[nodiscard]] bool is_yaml_word(std::string_view text);

}  // namespace cfkops::base

namespace cfkops {
using base::to_yaml;
}  // namespace cfkops
