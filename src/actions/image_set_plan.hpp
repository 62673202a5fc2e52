#pragma once

#include "container_image.hpp"
#include "workload.hpp"

#include "cfkops/engine/action.hpp"

#include <optional>
#include <vector>

namespace cfkops::actions {

/// What the containers in question have now, and what they are to have.
struct ImageChoice {
  std::vector<ContainerImage> before;
  std::vector<ContainerImage> after;
};

/// Why a person must not set the images of a workload, or would wait in vain; nothing where one
/// may. Pure.
[[nodiscard]] std::optional<Error> image_objection(const kube::Object& object);

/// Tells in the plan how the pods are replaced, which budgets are over them, who else runs the
/// former image, and how long it takes. Errors: those of listing.
[[nodiscard]] Status say_rollout(kube::Reader& reader,
                                 const Workload& workload,
                                 const ImageChoice& choice,
                                 engine::StepPlan& plan);

}  // namespace cfkops::actions
