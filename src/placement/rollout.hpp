#pragma once

#include "fit.hpp"
#include "score.hpp"

#include <cstdint>
#include <vector>

namespace cfkops::placement {

/// What many runs of a scheduler like the default one came to.
struct Rolled {
  std::vector<bool> always = {};  ///< by mover: it had a node at the end of each run, beyond doubt
  Spots likely = {};              ///< the end of the likeliest run
};

/// Lets a scheduler choose by its scores, with ties and near ties broken in many ways and pods
/// coming in many orders. The same for the same world.
[[nodiscard]] Rolled roll(const Fit& fit);

}  // namespace cfkops::placement
