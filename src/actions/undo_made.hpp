#pragma once

#include "cfkops/engine/action.hpp"

namespace cfkops::actions {

/// What an undo needs of an object that a run is about to make: where it will be, by what it will
/// be known, and what the server will make of it.
[[nodiscard]] Json remember_made(const kube::Resource& resource,
                                 const std::string& ns,
                                 const kube::Object& intended,
                                 const std::string& run_id);

/// It is what `remember_made` gave.
[[nodiscard]] bool is_made(const Json& remembered);

/// What `undo_made` would do.
[[nodiscard]] engine::PlannedChange planned_undo_of_made(const Json& remembered);

/// Deletes it, by its uid. Nothing to do where it is gone or was never made; Refused where it is
/// another one, was changed since, or is a namespace in which there is something else now.
[[nodiscard]] engine::Outcome undo_made(kube::Client& client, const Json& remembered);

}  // namespace cfkops::actions
