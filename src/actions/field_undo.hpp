#pragma once

#include "subject.hpp"

#include "cfkops/engine/outcome.hpp"
#include "cfkops/kube/client.hpp"

#include <string>

namespace cfkops::actions {

/// What the journal keeps of a patch that makes `before` into `intended`, so that it can be taken
/// back field by field. Pure.
[[nodiscard]] Json fields_to_remember(const Subject& subject,
                                      const kube::Object& before,
                                      const kube::Object& intended,
                                      kube::PatchType type,
                                      const Json& patch);

/// "deployments.apps shop/web": what a thing remembered is about, by its `kind`, `namespace` and
/// `name`. Pure.
[[nodiscard]] std::string remembered_text(const Json& remembered);

/// The plan of `take_back_fields`.
[[nodiscard]] engine::PlannedChange planned_take_back(const Json& remembered);

/// Gives the fields of what was remembered their former values, unless somebody else has changed
/// them meanwhile (Refused) or it is another object now (Failed). NotYet where it changes at this
/// very moment.
[[nodiscard]] engine::Outcome take_back_fields(kube::Client& client, const Json& remembered);

}  // namespace cfkops::actions
