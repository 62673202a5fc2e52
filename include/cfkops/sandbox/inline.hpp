#pragma once

#include "cfkops/base/error.hpp"
#include "cfkops/base/yaml.hpp"
#include "cfkops/sandbox/faults.hpp"
#include "cfkops/sandbox/scenario.hpp"

#include <string>
#include <vector>

// Scenarios and faults that stand within a file of another kind.
namespace cfkops::sandbox {

/// Reads a list of faults, as files of kind Faults and Scenario have them under `faults`; adds what
/// is wrong to `errors`, with line and column. `file` only names positions.
[[nodiscard]] std::vector<Fault> read_faults(const base::YamlNode& list,
                                             const std::string& file,
                                             std::vector<Error>& errors);

/// Reads a scenario that is a name, the path of a file (relative to `folder`), or a map with the
/// keys of a file of kind Scenario, where `from` may name the scenario whose keys count unless they
/// are given. Adds what is wrong to `errors`. `file` only names positions.
[[nodiscard]] Scenario read_scenario(const base::YamlNode& node,
                                     const std::string& folder,
                                     const std::string& file,
                                     std::vector<Error>& errors);

}  // namespace cfkops::sandbox
