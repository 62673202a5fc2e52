#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/kube/reader.hpp"

#include <string>
#include <vector>

namespace cfkops::actions {

/// What `patch` changes on an object that is `before` and will be `after`, as the journal keeps it:
/// `fields`, each with its `path` and, as far as there is something, what it `was` and what we
/// `wrote`; and `made`, the paths of maps that were not there. Maps are gone through to their
/// leaves, so that a neighbour's entry is never part of it; a list is one field.
[[nodiscard]] Json changes_of(const Json& before,
                              const Json& after,
                              kube::PatchType type,
                              const Json& patch);

/// What taking these changes back would change, in lines as `difference` has them.
[[nodiscard]] std::vector<std::string> lines_of_undo(const Json& changes);

/// How changes are taken back on an object as it is now.
struct TakeBack {
  Json patch;                        ///< a merge patch; an empty map where nothing is left to do
  std::vector<std::string> foreign;  ///< fields that are neither as they were nor as we wrote them
};

/// Gives each field that still is what we wrote its former value, and removes a map that we made
/// where nobody has put anything into it.
[[nodiscard]] TakeBack take_back(const Json& changes, const Json& now);

}  // namespace cfkops::actions
