#pragma once

#include "kind.hpp"

#include <memory>

namespace cfkops::sandbox {

/// Endpoints, which slices have taken the place of.
[[nodiscard]] std::unique_ptr<Kind> endpoints_kind();

}  // namespace cfkops::sandbox
