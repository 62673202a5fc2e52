#pragma once

#include "fit.hpp"

#include <cstdint>
#include <vector>

namespace cfkops::placement {

/// The pods that look for a node whether or not anything is drained, and the nodes that each of
/// them might be given. Borrows the world.
class Rivals {
 public:
  explicit Rivals(const World& world);

  /// One of them may take a node that the mover could use, or matters to it by affinity, spread or
  /// a claim. Pods below `drop_below` may be gone.
  [[nodiscard]] bool matter_to(std::size_t mover, const Fit& fit, std::int64_t drop_below) const;

  /// One of them may be what the mover's affinity asks for, or even out its spread.
  [[nodiscard]] bool may_let_in(std::size_t mover) const;

 private:
  [[nodiscard]] bool related(const Pod& pod, const Pod& rival) const;

  const World& world_;
  std::vector<std::vector<bool>> usable_ = {};  ///< by rival and node
};

/// The pod's affinity asks for the other, or its spread counts it.
[[nodiscard]] bool looks_at(const World& world, const Pod& pod, const Pod& other);

}  // namespace cfkops::placement
