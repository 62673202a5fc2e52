#pragma once

#include "cfkops/runbook/kind_types.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// The kinds that the CustomResourceDefinitions in a file define; `metadata` is what all objects
/// have there. Errors: as KindTypes::add_definitions.
[[nodiscard]] Result<std::vector<KindType>> read_custom_kinds(std::string_view text,
                                                              const std::string& file,
                                                              const Type& metadata);

}  // namespace cfkops::runbook
