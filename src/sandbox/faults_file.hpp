#pragma once

#include "cfkops/base/error.hpp"
#include "cfkops/base/yaml.hpp"
#include "cfkops/sandbox/faults.hpp"

#include <string>
#include <vector>

namespace cfkops::sandbox {

/// Reads a list of faults, as files of kind Faults and Scenario have them under `faults`; adds what
/// is wrong to `errors`, with line and column. `file` only names positions.
[[nodiscard]] std::vector<Fault> read_faults(const base::YamlNode& list,
                                             const std::string& file,
                                             std::vector<Error>& errors);

}  // namespace cfkops::sandbox
