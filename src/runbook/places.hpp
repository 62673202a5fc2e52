#pragma once

#include "cfkops/base/yaml.hpp"

#include <functional>
#include <string_view>

namespace cfkops::runbook {

/// Tells `visit` of each map of a runbook's tree whose keys the table of keys knows, with its place
/// in that table ("step"), in file order; the runbook itself first.
void each_place(
    const base::YamlNode& root,
    const std::function<void(const base::YamlNode& map, std::string_view where)>& visit);

/// Tells `visit` of each scalar with the key it stands under; of entries of a list that of the
/// list.
void each_scalar(
    const base::YamlNode& root,
    const std::function<void(const base::YamlNode& scalar, std::string_view key)>& visit);

}  // namespace cfkops::runbook
