#pragma once

#include "cfkops/engine/action.hpp"

namespace cfkops::actions {

/// What an undo needs of an object that is changed: its kind, namespace, name and uid, and
/// `changes_of` it.
[[nodiscard]] Json remember_change(const kube::Resource& resource,
                                   const kube::Object& before,
                                   const Json& changes);

/// What `put_back` would do.
[[nodiscard]] engine::PlannedChange planned_put_back(const Json& remembered);

/// Gives the fields of that object their former values. Refused where somebody has changed one of
/// them since; NotYet where somebody writes to it just now; Failed where it is another object.
[[nodiscard]] engine::Outcome put_back(kube::Client& client, const Json& remembered);

}  // namespace cfkops::actions
