#pragma once

#include "draft.hpp"

#include <optional>
#include <string>

namespace cfkops::authoring {

/// The patch of a command line, JSON or YAML: an object, or a list of operations. Nothing where it
/// is neither.
[[nodiscard]] std::optional<DraftValue> read_patch(const std::string& text);

}  // namespace cfkops::authoring
