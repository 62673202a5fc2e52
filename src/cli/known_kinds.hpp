#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/runbook/kind_types.hpp"

#include <memory>
#include <string>
#include <vector>

namespace cfkops::cli {

/// The kinds whose members lint knows: the built-in ones, and those of the
/// CustomResourceDefinitions in `paths`, files and folders, or where there are none in those of
/// CFKOPS_CRDS. Errors: a path that is not there or has no definition in it; those of
/// KindTypes::add_definitions.
[[nodiscard]] Result<std::shared_ptr<const runbook::KindTypes>> known_kinds(
    std::vector<std::string> paths);

}  // namespace cfkops::cli
