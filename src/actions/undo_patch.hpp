#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/kube/reader.hpp"

namespace cfkops::actions {

/// The patch that takes `patch` back on the object as it was `before`. Of a merge or strategic
/// patch it is a merge patch: each field it touched gets its former value, lists as a whole, and
/// goes away where there was none. Of a JSON patch it is a JSON patch of the former values in
/// reverse order, a list's elements by way of the whole list.
[[nodiscard]] Json undo_patch(const Json& before, kube::PatchType type, const Json& patch);

}  // namespace cfkops::actions
