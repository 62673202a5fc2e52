#pragma once

#include "cfkops/health/snapshot.hpp"
#include "cfkops/kube/resource.hpp"

#include <span>
#include <string_view>

namespace cfkops::health {

/// A part that is a list of objects.
struct ListedPart {
  Part part;
  kube::Resource resource;
  std::string_view only_in = {};         ///< the one namespace that counts, or ""
  std::string_view field_selector = {};  ///< ready made
  bool may_lack = false;  ///< servers are well without it; then there is nothing of it
};

/// All parts that are lists, whichever profile asks for them.
[[nodiscard]] std::span<const ListedPart> listed_parts();

}  // namespace cfkops::health
