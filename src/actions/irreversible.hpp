#pragma once

#include "cfkops/engine/action.hpp"

namespace cfkops::actions {

/// An action whose spec says why there is no undo, or that only reads. The engine never asks it.
class Irreversible : public engine::Action {
 public:
  [[nodiscard]] engine::PlannedChange planned_undo(const Json& /*remembered*/) const final {
    return {};
  }

  [[nodiscard]] engine::Outcome undo(const engine::Context& /*context*/,
                                     kube::Client& /*client*/,
                                     const Json& /*remembered*/) const final {
    return engine::Outcome::refused(spec().name + " has no undo: " + spec().no_undo);
  }
};

}  // namespace cfkops::actions
