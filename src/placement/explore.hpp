#pragma once

#include "fit.hpp"

#include <vector>

namespace cfkops::placement {

/// What can become of the movers, whatever order they come in and whatever node each is given.
struct Explored {
  bool complete = false;             ///< every way was looked at
  std::vector<bool> always = {};     ///< by mover: it has a node in the end of every way
  std::vector<bool> sometimes = {};  ///< by mover: of one way at least
  bool all_once = false;             ///< there is a way that ends with all of them placed
};

/// Follows all ways as far as a bound allows.
[[nodiscard]] Explored explore(const Fit& fit);

/// Whether nodes can be found for all movers at once by any scheduler: No is proved, Maybe means
/// that an assignment was found or that the search was given up.
[[nodiscard]] Fits pack(const Fit& fit);

/// By mover: the first of those that it is alike with.
[[nodiscard]] std::vector<std::size_t> twins(const Fit& fit);

}  // namespace cfkops::placement
