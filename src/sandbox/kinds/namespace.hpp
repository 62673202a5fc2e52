#pragma once

#include "kind.hpp"

#include <memory>

namespace cfkops::sandbox {

/// Namespace; the other kinds of the core group stand in kinds/core.cpp.
[[nodiscard]] std::unique_ptr<Kind> namespace_kind();

}  // namespace cfkops::sandbox
