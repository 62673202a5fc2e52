#pragma once

#include "evidence.hpp"

#include "cfkops/rehearse/rehearse.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cfkops::rehearse {

/// A pod that the plain run took away.
struct PathMark {
  std::string pod;  ///< with its namespace
  Duration at = {};
};

/// The plain run and what it took away, in order.
struct PlainPath {
  Rehearsed run;
  std::vector<PathMark> marks;
};

/// The marks of a run's removals that took effect, or may have.
[[nodiscard]] std::vector<PathMark> marks_of(const std::vector<Removal>& removals);

/// Whether a run with a fault is on the path of the plain one again: it is about to take away the
/// same pod after the same ones, a whole restart after its fault has ended, and nothing is
/// down or behind. Then it is the run that it will have been, whose rest is that of the plain one;
/// `evidence` is that so far and is completed. Nothing where it is not.
[[nodiscard]] std::optional<Rehearsed> join(const PlainPath& plain, Evidence& evidence);

}  // namespace cfkops::rehearse
