#pragma once

#include "cfkops/engine/action.hpp"

#include <vector>

namespace cfkops::actions {

/// The first change of this step that an earlier process of the run has brought about, or nullptr.
/// Borrowed from the context. Pure.
[[nodiscard]] const kube::Mutation* applied_before(const engine::Context& context);

/// The evictions of this step that an earlier process of the run has brought about. Pure.
[[nodiscard]] std::vector<kube::Mutation> evicted_before(const engine::Context& context);

}  // namespace cfkops::actions
